package exchange

import (
	"bytes"
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

// The members of an entry and of its halves (contract, section 4). A misspelt
// one must not be lost on the way.
var (
	entryFields = []string{"seq", "time", "kind", "provider", "account", "type", "inbox", "event_id", "delivery_id", "attempt", "subscription",
		"request", "response", "error", "took_ms", "fault", "next_attempt", "signature", "contract", "capture_seq", "detail"}
	messageFields = []string{"method", "url", "proto", "status", "headers", "body", "body_base64", "size", "sha256", "truncated", "remote"}
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
	o, err := parseObject(raw, place, entryFields...)
	if err != nil {
		return err
	}
	for _, half := range []string{"request", "response"} {
		if err := checkMessage(o, half); err != nil {
			return err
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

func checkMessage(o object, half string) error {
	if !o.has(half) {
		return nil
	}
	m, err := parseObject(o.members[half], o.place+": "+half, messageFields...)
	if err == nil && m.has("body") && m.has("body_base64") {
		err = api.BadRequest("", "%s: body and body_base64 exclude each other", m.place)
	}
	return err
}

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

// readRequests reads {"inbox","requests":[{"method","url","headers","body"}]}.
func (im *importing) readRequests(raw []byte) error {
	o, err := parseObject(raw, "", "inbox", "requests")
	if err != nil {
		return err
	}
	var name string
	var list []json.RawMessage
	if err := first(o.into("inbox", &name, "a string"), o.into("requests", &list, "a list of requests")); err != nil {
		return err
	}
	if im.inbox != "" && name != "" && name != im.inbox {
		return api.BadRequest("", "inbox is %q in the address and %q in the body", entries.Cut(im.inbox, 100), entries.Cut(name, 100))
	}
	if name != "" {
		im.inbox = name
	}
	for i, text := range list {
		if err := im.addRequest(fmt.Sprintf("requests[%d]", i), text); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) addRequest(place string, raw []byte) error {
	o, err := parseObject(raw, place, "method", "url", "headers", "body", "body_base64")
	if err != nil {
		return err
	}
	m := &journal.Message{Proto: "HTTP/1.1"}
	var encoded string
	err = first(
		o.into("method", &m.Method, "a string"),
		o.into("url", &m.URL, "a string"),
		o.into("body_base64", &encoded, "a string"),
		readHeaderMap(o, m),
	)
	switch {
	case err != nil:
		return err
	case o.has("body") && o.has("body_base64"):
		return api.BadRequest("", "%s: body and body_base64 exclude each other", place)
	case o.has("body_base64"):
		m.Body, err = decodeBody(place+".body_base64", encoded, "base64")
	case o.has("body"):
		m.Body = textOrJSON(o.members["body"])
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

// readHeaderMap takes "Name": "value" and "Name": ["value", …].
func readHeaderMap(o object, m *journal.Message) error {
	var headers map[string]json.RawMessage
	if err := o.into("headers", &headers, "an object of strings"); err != nil {
		return err
	}
	given := http.Header{}
	for name, raw := range headers {
		var one string
		var values []string
		if json.Unmarshal(raw, &one) == nil {
			values = []string{one}
		} else if json.Unmarshal(raw, &values) != nil {
			return api.BadRequest("", "%s: %q must be a string or a list of strings", o.name("headers"), entries.Cut(name, 100))
		}
		given[name] = append(given[name], values...)
	}
	m.Headers = journal.HeaderOf(given)
	return nil
}
