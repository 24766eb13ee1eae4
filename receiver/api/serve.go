package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Handler serves one call of the control API. ctx ends when the caller leaves.
// An error becomes a status in Of, and nowhere else.
type Handler func(ctx context.Context, r *http.Request) (Answer, error)

// Answer is what a Handler says. Raw, when it is not nil, is sent as it is, with
// the Content-Type of Header; else Body is sent as JSON.
type Answer struct {
	Status int // 0: 200
	Body   any
	Header http.Header
	Raw    []byte
}

// OK answers 200.
func OK(body any) Answer { return Answer{Status: http.StatusOK, Body: body} }

// Created answers 201.
func Created(body any) Answer { return Answer{Status: http.StatusCreated, Body: body} }

// Accepted answers 202: it is on its way.
func Accepted(body any) Answer { return Answer{Status: http.StatusAccepted, Body: body} }

// Text answers 200 with bytes of another type than JSON.
func Text(contentType string, raw []byte) Answer {
	if raw == nil {
		raw = []byte{}
	}
	return Answer{Status: http.StatusOK, Raw: raw, Header: http.Header{"Content-Type": {contentType}}}
}

// Serve makes a Handler what net/http serves.
func Serve(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := h(r.Context(), r)
		switch {
		case err != nil && r.Context().Err() != nil:
			panic(http.ErrAbortHandler) // nobody is there to read it
		case err != nil:
			WriteError(w, err)
		default:
			answer.write(w)
		}
	})
}

func (a Answer) write(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if a.Raw == nil {
		WriteJSON(w, a.Status, a.Body)
		return
	}
	send(w, a.Status, a.Raw)
}

// WriteError answers with an error. It is for what cannot be a Handler.
func WriteError(w http.ResponseWriter, err error) {
	e := Of(err)
	WriteJSON(w, e.Status, ErrorBody{e})
}

// WriteJSON answers with JSON, a line of its own.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	raw, err := Encode(body)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(fmt.Sprintf(`{"error":{"code":%q,"message":"the answer cannot be written as JSON"}}`+"\n", CodeInternal))
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, status, raw)
}

// send writes an answer. A write that fails means that the asker is gone.
func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// Encode writes JSON as every answer has it: "<" stays "<", with a line end.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
