package fromfile

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

func TestFormsBecomeObjects(t *testing.T) {
	t.Parallel()
	a := &hooks{author: &author{spec: &spec.Spec{}}}
	for form, want := range map[string]string{
		"url=x&events[]=a&events[]=b":   `{"events":["a","b"],"url":"x"}`,
		"config[url]=x&config[secret]=": `{"config":{"secret":"","url":"x"}}`,
		"a[]=1":                         `{"a":["1"]}`,
		"a[#]=1&=2":                     `{}`,
	} {
		var got, expected any
		if json.Unmarshal(a.fromForm([]byte(form)), &got) != nil || json.Unmarshal([]byte(want), &expected) != nil || string(provider.Encode(got)) != string(provider.Encode(expected)) {
			t.Errorf("%s: %s, want %s", form, a.fromForm([]byte(form)), want)
		}
	}
}

// FuzzFromForm: whatever a form holds, an object comes of it.
func FuzzFromForm(f *testing.F) {
	f.Add([]byte("url=x&config[url]=y&events[]=a&a[b][c]=1&a.b=2"))
	f.Fuzz(func(t *testing.T, form []byte) {
		a := &hooks{author: &author{spec: &spec.Spec{}}}
		if doc := a.fromForm(form); !json.Valid(doc) || !gjson.ParseBytes(doc).IsObject() {
			t.Fatalf("%q: %s", form, doc)
		}
	})
}

// FuzzScheme: parts that make a scheme make one that takes what it signs.
func FuzzScheme(f *testing.F) {
	f.Add("X-Sig", "sha256", "hex", "{timestamp}.{body}", "t=", "v1=", ",")
	f.Add("X-Sig", "sha512", "base64", "{body}", "", "", "")
	f.Fuzz(func(t *testing.T, header, algorithm, encoding, signed, timestamp, prefix, separator string) {
		parts := map[string]spec.Value{"header": {Text: header}, "algorithm": {Text: algorithm}, "encoding": {Text: encoding}, "signed": {Text: signed}}
		for name, text := range map[string]string{"timestamp": timestamp, "prefix": prefix, "separator": separator} {
			if text != "" {
				parts[name] = spec.Value{Text: text}
			}
		}
		s, err := schemeOf(&spec.Spec{Title: "Acme", Sign: spec.Sign{Parts: parts}}, nil)
		if err != nil && err.Error() == "" {
			t.Fatal("a mistake without a sentence")
		}
		if err == nil {
			_, _ = s.Apply("00ff", signing.Request{URL: "https://example.com/", Body: []byte(url.QueryEscape(strings.ToValidUTF8(header, "")))})
		}
	})
}
