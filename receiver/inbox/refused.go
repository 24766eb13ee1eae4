package inbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/wire"
)

// Refused keeps a request that net/http answered by itself, as a capture with
// what was read of it and why it was refused. target is the request target below
// the space; the inbox is the default one where the target names none.
func (b *Inboxes) Refused(r wire.Refusal, target string) {
	head, _ := wire.ParseHead(r.Raw)
	method, _, proto := head.Target()
	e := &journal.Entry{Time: b.cfg.Now(), Kind: journal.Capture, Inbox: refusedInbox(target), Error: whyRefused(r)}
	e.Request = &journal.Message{Method: method, URL: target, Proto: proto, Remote: r.Remote}
	for name, value := range head.Fields {
		e.Request.Headers.Add(name, value)
	}
	if proto == "" || !strings.HasPrefix(proto, "HTTP/") { // no head: all of it is content
		e.Request.Method, e.Request.URL, e.Request.Proto = "", "", ""
		e.Request.Body, e.Request.Size = r.Raw, int64(len(r.Raw))
	}
	if over := int64(len(e.Request.Body)) - b.cfg.MaxBody; over > 0 {
		e.Request.Body, e.Request.Truncated = e.Request.Body[:b.cfg.MaxBody], true
	}
	e.Response = answerOf(r.Answer)
	_ = b.log.Append(e).Wait() // the sender is refused either way
}

func refusedInbox(target string) string {
	if path, _, _ := strings.Cut(target, "?"); path != "/in" && !strings.HasPrefix(path, "/in/") {
		return DefaultInbox
	}
	name, _ := SplitTarget(target)
	return name
}

// whyRefused is the reason that net/http gives, and where it gives none, what its
// reader says of the head.
func whyRefused(r wire.Refusal) string {
	line, _, _ := strings.Cut(string(r.Answer), "\r\n")
	_, reason, _ := strings.Cut(line, " ")
	if strings.HasSuffix(reason, "400 Bad Request") {
		_, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.Raw)))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			reason = err.Error()
		}
	}
	return "not taken: " + reason
}

// answerOf reads an answer that was sent in one piece.
func answerOf(raw []byte) *journal.Message {
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body) // it stands in memory
	return &journal.Message{Status: answer.StatusCode, Headers: journal.HeaderOf(answer.Header), Body: body, Size: int64(len(body))}
}
