package journal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// UnmarshalJSON reads what AppendJSON writes. Unknown members are skipped, null
// is empty.
func (e *Entry) UnmarshalJSON(data []byte) error {
	type tagged Entry // without this method
	var fresh struct {
		tagged
		TookMS float64 `json:"took_ms"`
	}
	if len(data) == 0 || data[0] != '{' {
		return errors.New("entry: not a JSON object")
	}
	if err := json.Unmarshal(data, &fresh); err != nil {
		return fmt.Errorf("entry: %w", worded(err))
	}
	if math.Abs(fresh.TookMS) > 9e12 {
		return fmt.Errorf("entry: took_ms %g is no duration", fresh.TookMS)
	}
	*e = Entry(fresh.tagged)
	e.Took = time.Duration(math.Round(fresh.TookMS * 1e6))
	if string(e.Detail) == "null" {
		e.Detail = nil
	}
	return nil
}

// UnmarshalJSON reads the body as text or as base64.
func (m *Message) UnmarshalJSON(data []byte) error {
	type tagged Message
	var fresh struct {
		tagged
		Text   string `json:"body"`
		Base64 string `json:"body_base64"`
	}
	err := json.Unmarshal(data, &fresh)
	if err != nil {
		return err
	}
	*m = Message(fresh.tagged)
	if m.Body, err = base64.StdEncoding.DecodeString(fresh.Base64); err != nil {
		return fmt.Errorf("body_base64: expected base64: %w", err)
	}
	if len(m.Body) == 0 {
		m.Body = nil
	}
	if fresh.Text != "" {
		m.Body = []byte(fresh.Text)
	}
	return nil
}

// worded says a wrong type in the words of the document.
func worded(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	field := strings.TrimPrefix(strings.ReplaceAll(wrong.Field, "tagged.", ""), ".")
	return fmt.Errorf("%s: a JSON %s, where a %s belongs", field, wrong.Value, wrong.Type)
}
