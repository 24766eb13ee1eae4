package journal_test

import (
	"encoding/json"
	"testing"

	"tacklebox/receiver/journal"
)

// TestDecodingRefusesWhatIsNotJSON as the standard library does: each document
// is one that encoding/json refuses too.
func TestDecodingRefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		``, ` `, `{`, `[]`, `7`, `"x"`, `{"seq"}`, `{"seq":}`, `{"seq":1,}`, `{"seq":1`, `{seq:1}`, `{"seq":1 "kind":""}`, `{"seq":1}}`, `{"seq":1} x`,
		`{"seq":"1"}`, `{"seq":-1}`, `{"seq":1.5}`, `{"seq":18446744073709551616}`, `{"attempt":1e9}`, `{"attempt":"1"}`,
		`{"error":"`, `{"error":"\`, `{"error":"\x"}`, `{"error":"\u12"}`, `{"error":"\u12`, `{"error":"\uzzzz"}`, `{"error":5}`,
		`{"time":"yesterday"}`, `{"time":5}`, `{"next_attempt":"2026-13-01T00:00:00Z"}`, `{"request":[]}`, `{"request":{"method":5}}`,
		`{"request":{"headers":[]}}`, `{"request":{"headers":{"a":"b"}}}`, `{"request":{"headers":{"a":[1]}}}`, `{"request":{"headers":{"a":["b"}}}`,
		`{"request":{"truncated":"yes"}}`, `{"signature":"valid"}`, `{"contract":{"ok":1}}`, `{"contract":{"violations":"x"}}`, `{"took_ms":"1"}`,
		`{"unknown":{]}`, `{"unknown":[1,}`, `{"unknown":tru`,
	} {
		var e journal.Entry
		if err := json.Unmarshal([]byte(doc), &e); err == nil {
			t.Errorf("%s was taken: %+v", doc, e)
		}
	}
}

// TestDecodingTakesTheEscapesOfJSON, surrogates alone and in pairs included.
func TestDecodingTakesTheEscapesOfJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`plain`, `\"\\\/\b\f\n\r\t`, `\u0041\u00e9\u20ac`, `\ud83d\ude80`, `\ud83d`, `\ude80`, `\ud83d\ud83d\ude80`, `\ud83dx`, `\ud83d\u0041`, `\u0000`, `é🚀\u2028`} {
		doc := `{"seq":1,"error":"` + text + `"}`
		var e journal.Entry
		var want struct{ Error string }
		if err := json.Unmarshal([]byte(doc), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(doc), &e); err != nil || e.Error != want.Error {
			t.Errorf("%s is %q, %v; want %q", text, e.Error, err, want.Error)
		}
	}
}

// TestDecodingSkipsWhatItDoesNotKnow: entries of a later version can be read.
func TestDecodingSkipsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, unknown := range []string{`null`, `true`, `-1.5e3`, `"a\"]}"`, `{}`, `[]`, `{"a":[{"b":"}"},[]],"c":null}`, `[[["]"]]]`} {
		var e journal.Entry
		doc := `{"seq":3,"new":` + unknown + `,"request":{"newer":` + unknown + `,"method":"PUT"},"kind":"call","contract":{"ok":true,"new":` + unknown + `},"signature":{"new":` + unknown + `,"state":"valid"}}`
		if err := json.Unmarshal([]byte(doc), &e); err != nil || e.Seq != 3 || e.Kind != journal.Call || e.Request.Method != "PUT" || !e.Contract.OK || e.Signature.State != "valid" {
			t.Errorf("with %s: %v, %+v", unknown, err, e)
		}
	}
}
