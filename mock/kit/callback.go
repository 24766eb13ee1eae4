package kit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/provider"
)

// Callable reads what every provider asks of a callback URL: absolute, http or
// https, and a host.
func Callable(text string) (u *url.URL, ok bool) {
	u, err := url.Parse(text)
	return u, err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// Post makes the HTTP request of one attempt. User information in the URL becomes
// Basic authentication, as every HTTP client sends it, unless a header says who
// calls already.
func Post(address string, body []byte, header ...provider.Field) *provider.Outgoing {
	out := &provider.Outgoing{Method: http.MethodPost, URL: address, Body: body, Header: header}
	if basic := BasicOf(address); basic != "" && out.Get("Authorization") == "" {
		out.Header = append(out.Header, provider.Field{Name: "Authorization", Value: basic})
	}
	return out
}

// SubOf returns the subscription of a delivery, nil for a direct one and for one
// that is gone.
func SubOf(w *provider.World, d *provider.Delivery) *provider.Sub {
	if a, known := w.Known(d.Account); known && !d.Direct {
		return a.Sub(d.Subscription)
	}
	return nil
}

// Stored returns the provider's own part of a subscription, which only Sub.Store
// ever wrote; fresh is what a subscription without one has.
func Stored[T any](s *provider.Sub, fresh T) T {
	if len(s.Data) == 0 {
		return fresh
	}
	if err := s.Load(&fresh); err != nil {
		panic(err) // the data is the provider's own
	}
	return fresh
}

// Waits plans one attempt more after each wait, counted from the end of the
// attempt before.
func Waits(list []time.Duration) func(*provider.Delivery, int, time.Time) (time.Time, bool) {
	return func(_ *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
		if n > len(list) {
			return time.Time{}, false
		}
		return ended.Add(list[n-1]), true
	}
}

// Sample returns the catalogue's sample of an event type, compact.
func Sample(w *provider.World, typ string) ([]byte, error) {
	raw, err := w.Catalogue().Sample(typ)
	if err != nil {
		return nil, err
	}
	return Compact(raw)
}

// SampleFile returns a file of the catalogue, compact.
func SampleFile(w *provider.World, name string) ([]byte, error) {
	raw, err := w.Catalogue().File(name)
	if err != nil {
		return nil, err
	}
	return Compact(raw)
}

// Compact takes the white space out of a JSON text.
func Compact(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return b.Bytes(), nil
}

// Member is a value at a path of a callback body.
type Member struct {
	Path string
	Raw  []byte
}

// Fit puts values into a body, in order, but leaves alone what the firing names
// itself.
func Fit(ev *provider.Event, body []byte, list []Member) ([]byte, error) {
	for _, m := range list {
		if ev.Touches(m.Path) {
			continue
		}
		var err error
		if body, err = sjson.SetRawBytes(body, m.Path, m.Raw); err != nil {
			return nil, fmt.Errorf("sample: %s: %w", m.Path, err)
		}
	}
	return body, nil
}

// Replace puts values where a recorded body has some already; a body that is not
// JSON stays as it is.
func Replace(body []byte, list ...Member) []byte {
	if !provider.Sound(body) {
		return body
	}
	for _, m := range list {
		if !gjson.GetBytes(body, m.Path).Exists() {
			continue
		}
		if changed, err := sjson.SetRawBytes(body, m.Path, m.Raw); err == nil {
			body = changed
		}
	}
	return body
}

// JSON is an answer with a JSON document.
func JSON(status int, media string, v any) provider.Reply {
	return provider.Reply{Status: status, Header: Header("Content-Type", media), Body: provider.Encode(v)}
}
