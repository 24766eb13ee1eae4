package exchange

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// What other people's tools write where a format asks for something else. Each
// case is in the table of the tests with the tool that it comes from.

// looseText is a text; a number or null stands for one.
type looseText string

// UnmarshalJSON reads a text, a number or null. Anything else is an error.
func (t *looseText) UnmarshalJSON(raw []byte) error {
	var number json.Number
	if raw[0] != '"' && json.Unmarshal(raw, &number) == nil {
		*t = looseText(number)
		return nil
	}
	return json.Unmarshal(raw, (*string)(t))
}

// looseNumber is a number; a text may hold one, and what holds none is 0.
type looseNumber float64

// UnmarshalJSON reads a number, a text or null.
func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	var text string
	if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		f, _ := strconv.ParseFloat(strings.TrimSpace(text), 64)
		*n = looseNumber(f)
		return nil
	}
	return json.Unmarshal(raw, (*float64)(n))
}

// looseTime reads RFC 3339, and the same with a space, without a zone, or with a
// zone without its colon.
func looseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// plainText is a file as UTF-8 without a byte order mark. PowerShell redirects
// into UTF-16, editors on Windows put a mark before UTF-8.
func plainText(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), len(raw) > 3 && raw[1] == 0 && raw[0] != 0 && raw[3] == 0:
		order = binary.LittleEndian
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}), len(raw) > 3 && raw[0] == 0 && raw[1] != 0 && raw[2] == 0:
		order = binary.BigEndian
	default:
		return raw
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return []byte(strings.TrimLeft(string(utf16.Decode(units)), "\ufeff"))
}
