package journaltest

import (
	"math/rand/v2"
	"strings"
	"tacklebox/receiver/journal"
	"time"
)

// dice makes entries and queries of few words, so that they meet often. The
// same seed gives the same ones.
type Dice struct{ *rand.Rand }

func NewDice(seed uint64) Dice { return Dice{rand.New(rand.NewPCG(seed, 1))} }

func (d Dice) Of(words ...string) string { return words[d.IntN(len(words))] }

func (d Dice) Often() bool { return d.IntN(3) > 0 }

// names are what fields hold: cases, stars, spaces, quotes, escapes, bytes that
// are no text, and words that mean something in the language.
var names = []string{
	"ann", "Ann", "bob", "order:create", "order:*", "a b", `q"q`, `b\s`, "é", "É", "x\xffy", "", "", "10:30", "-5", "OR", "kind:call", "(p)", "tab\there", "*",
}

var bodies = []string{
	`{"id":42,"name":"Ann","tags":["new","VIP"],"o":{"id":"7"}}`,
	`{"id":"42","name":"bob","n":1.50,"o":{"id":7,"deep":{"id":null}}}`,
	`{"\u0069d":1,"name":"A\u006en","esc":"q\"q"}`,
	`[{"id":1},{"id":42}]`,
	`{"id":9007199254740993,"name":"nan","when":"2026-03-04"}`,
	`id=42&name=Ann`, "\x00\xff\xfeann", "", "not {json", "order:create É", strings.Repeat(`{"pad":"x"} `, 50),
}

func (d Dice) headers() (h journal.Header) {
	for range d.IntN(4) {
		name := d.Of("X-Id", "x-id", "Content-Type", "X-Note", "Content-Length")
		h.Add(name, d.Of("42", "042", "a b", "application/json", "nan", "é", "x\xffy", ""))
	}
	return h
}

func (d Dice) Message(request bool) *journal.Message {
	body := d.Of(bodies...)
	m := &journal.Message{Headers: d.headers(), Body: []byte(body), Size: int64(len(body)), Truncated: !d.Often()}
	if request {
		m.Method, m.Proto = d.Of("GET", "POST", "BREW", ""), d.Of("HTTP/1.1", "")
		m.URL = d.Of("/in/a", "/in/a?x=1", "/in/é", "http://h:1/in/a", "http://h", "*", "", "/a//b/../c?to=http://h/")
		m.Remote = "127.0.0.1:1"
	} else {
		m.Status = []int{0, 200, 302, 404, 503, 65535, 70000}[d.IntN(7)]
	}
	return m
}

func (d Dice) Entry() *journal.Entry {
	e := &journal.Entry{
		Kind: journal.Kind(d.Of("call", "event", "attempt", "capture", "other", "")), Provider: d.Of("shoptet", "dsco", ""), Account: d.Of(names...), Type: d.Of(names...),
		Inbox: d.Of(names...), EventID: d.Of(names...), DeliveryID: d.Of(names...), Subscription: d.Of(names...), Fault: d.Of(names...), Error: d.Of("", "", "broken"),
		Attempt: d.IntN(3), CaptureSeq: uint64(d.IntN(3)), Took: time.Duration(d.IntN(4)) * 50 * time.Millisecond,
	}
	if d.Often() {
		e.Time = Day.Add(time.Duration(d.IntN(600)) * time.Second)
	}
	if d.Often() {
		e.Request = d.Message(true)
	}
	if d.Often() {
		e.Response = d.Message(false)
	}
	if d.Often() {
		e.Signature = &journal.Signature{State: d.Of("valid", "invalid", "missing", "none", "odd", "")}
	}
	if d.Often() {
		e.Contract = &journal.Contract{OK: d.Often()}
	}
	if !d.Often() {
		e.NextAttempt = Day
	}
	return e
}
