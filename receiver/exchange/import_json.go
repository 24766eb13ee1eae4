package exchange

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// entryForm and messageForm are the members of an entry and of its halves
// (contract, section 4), of whatever value: a misspelt one must not be lost on the
// way. What they hold is read as an entry afterwards.
type (
	entryForm struct {
		Seq          any          `json:"seq"`
		Time         any          `json:"time"`
		Kind         any          `json:"kind"`
		Provider     any          `json:"provider"`
		Account      any          `json:"account"`
		Type         any          `json:"type"`
		Inbox        any          `json:"inbox"`
		EventID      any          `json:"event_id"`
		DeliveryID   any          `json:"delivery_id"`
		Attempt      any          `json:"attempt"`
		Subscription any          `json:"subscription"`
		Request      *messageForm `json:"request"`
		Response     *messageForm `json:"response"`
		Error        any          `json:"error"`
		Took         any          `json:"took_ms"`
		Fault        any          `json:"fault"`
		NextAttempt  any          `json:"next_attempt"`
		Signature    any          `json:"signature"`
		Contract     any          `json:"contract"`
		CaptureSeq   any          `json:"capture_seq"`
		Detail       any          `json:"detail"`
	}
	messageForm struct {
		Method    any             `json:"method"`
		URL       any             `json:"url"`
		Proto     any             `json:"proto"`
		Status    any             `json:"status"`
		Headers   any             `json:"headers"`
		Body      json.RawMessage `json:"body"`
		Base64    json.RawMessage `json:"body_base64"`
		Size      any             `json:"size"`
		SHA256    any             `json:"sha256"`
		Truncated any             `json:"truncated"`
		Remote    any             `json:"remote"`
	}
)

// readLines reads entries one after the other, as `entries --json` prints them.
func (im *importing) readLines(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	for {
		start := dec.InputOffset()
		var text json.RawMessage
		err := dec.Decode(&text)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return badLine(raw, err)
		}
		blank := len(raw[start:]) - len(bytes.TrimLeft(raw[start:], " \t\r\n"))
		if err := im.addEntry(fmt.Sprintf("line %d", lineAt(raw, start+int64(blank))), text); err != nil {
			return err
		}
	}
}

// readPage reads the entries of an answer of GET /_/entries.
func (im *importing) readPage(raw json.RawMessage) error {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return api.BadRequest("", "entries is not a list")
	}
	for i, text := range list {
		if err := im.addEntry(fmt.Sprintf("entries[%d]", i), text); err != nil {
			return err
		}
	}
	return nil
}

// addEntry takes a recorded request as a capture. Its numbers, its delivery and
// what was planned belong to the journal it comes from.
func (im *importing) addEntry(place string, raw []byte) error {
	var form entryForm
	if err := api.Decode(raw, &form); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for half, m := range map[string]*messageForm{"request": form.Request, "response": form.Response} {
		if m != nil && said(m.Body) && said(m.Base64) {
			return api.BadRequest("", "%s: %s: body and body_base64 exclude each other", place, half)
		}
	}
	var in journal.Entry
	if err := json.Unmarshal(raw, &in); err != nil {
		return api.BadRequest("", "%s: %v", place, err)
	}
	switch in.Kind {
	case journal.Event:
		im.skipped++
		return nil
	case journal.Call, journal.Attempt, journal.Capture:
	default:
		return api.BadRequest("known: call, event, attempt, capture", "%s: %q is not a kind of entry", place, entries.Cut(string(in.Kind), 100))
	}
	if in.Request == nil {
		im.skipped++
		return nil
	}
	if err := checkDigest(place, in.Request); err != nil {
		return err
	}
	in.Request.Status = 0
	return im.add(place, &journal.Entry{Time: in.Time, Provider: in.Provider, Account: in.Account, Type: in.Type, EventID: in.EventID,
		Subscription: in.Subscription, Request: in.Request, Response: in.Response, Error: in.Error, Took: in.Took, Fault: in.Fault,
		Signature: in.Signature, Contract: in.Contract})
}

// said reports whether a member is there.
func said(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// checkDigest holds a body to the size and the digest recorded with it: a file
// that lost bytes on its way must not pass for what was captured.
func checkDigest(place string, m *journal.Message) error {
	const hint = "leave size and sha256 out of what was changed on purpose"
	n := int64(len(m.Body))
	if m.Truncated {
		if m.Size < n {
			return api.BadRequest(hint, "%s: size says %d, the part that was kept has %d bytes", place, m.Size, n)
		}
		return nil
	}
	if m.Size != 0 && m.Size != n {
		return api.BadRequest(hint, "%s: size says %d, the body has %d bytes", place, m.Size, n)
	}
	if sum := sha256.Sum256(m.Body); m.SHA256 != "" && m.SHA256 != hex.EncodeToString(sum[:]) {
		return api.BadRequest(hint, "%s: sha256 is that of another body", place)
	}
	return nil
}

type (
	requestList struct {
		Inbox    string            `json:"inbox"`
		Requests []json.RawMessage `json:"requests"`
	}
	requestForm struct {
		Method  string               `json:"method"`
		URL     string               `json:"url"`
		Headers map[string]api.Texts `json:"headers"`
		Body    json.RawMessage      `json:"body"`
		Base64  *string              `json:"body_base64"`
	}
)

// readRequests reads {"inbox","requests":[{"method","url","headers","body"}]}.
func (im *importing) readRequests(raw []byte) error {
	var in requestList
	if err := api.Decode(raw, &in); err != nil {
		return err
	}
	if im.inbox != "" && in.Inbox != "" && in.Inbox != im.inbox {
		return api.BadRequest("", "inbox is %q in the address and %q in the body", entries.Cut(im.inbox, 100), entries.Cut(in.Inbox, 100))
	}
	im.inbox = cmp.Or(in.Inbox, im.inbox)
	for i, text := range in.Requests {
		if err := im.addRequest(fmt.Sprintf("requests[%d]", i), text); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) addRequest(place string, raw []byte) (err error) {
	var r requestForm
	if err := api.Decode(raw, &r); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	given := http.Header{}
	for name, values := range r.Headers {
		given[name] = values
	}
	m := &journal.Message{Method: r.Method, URL: r.URL, Proto: "HTTP/1.1", Headers: journal.HeaderOf(given)}
	switch {
	case said(r.Body) && r.Base64 != nil:
		return api.BadRequest("", "%s: body and body_base64 exclude each other", place)
	case r.Base64 != nil:
		m.Body, err = decodeBody(place+".body_base64", *r.Base64, "base64")
	case said(r.Body):
		m.Body = textOrJSON(r.Body)
	}
	if err != nil {
		return err
	}
	return im.add(place, &journal.Entry{Request: m})
}

// textOrJSON takes a JSON string as its text and any other JSON as it stands.
func textOrJSON(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	return raw
}
