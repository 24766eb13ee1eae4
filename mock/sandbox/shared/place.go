package shared

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
)

// Place is where the state of one space is kept in the bucket: a key for each
// section, and one for each account of a provider, so that a change writes little.
// It is a mock.Place. Only who has fenced it writes.
type Place struct {
	c     *Cluster
	space string // as keys begin

	mu     sync.Mutex
	fence  uint64           // revision of the fence; 0: this process does not write
	parts  map[string]*part // by key
	latest uint64           // newest revision that parts are of
	next   int              // the number of the newest account
	given  uint64           // newest revision that Follow has given
	moved  chan struct{}    // closed when given moves
}

// part is the value of a key.
type part struct {
	Section string `json:"section"`
	Account string `json:"account,omitempty"`
	N       int    `json:"n,omitempty"`      // the order of accounts
	Beside  bool   `json:"beside,omitempty"` // bytes beside the sections
	Object  string `json:"object,omitempty"` // where a large value is
	value   []byte
}

// ErrFenced is what writing fails with when another process leads by now.
var ErrFenced = fmt.Errorf("another process leads by now: %w", journal.ErrUnavailable)

const (
	rootSpace = "_" // no space has the name
	fenceKey  = "fence"
	mostKey   = 200
	roomFor   = 8 << 10 // of a message, for what is not the value
)

// Place returns where a space's state is kept, to be read and followed.
func (c *Cluster) Place(space string) *Place {
	return &Place{c: c, space: cmp.Or(space, rootSpace), parts: map[string]*part{}, moved: make(chan struct{})}
}

// Fence makes this process the only one that writes: every earlier one is refused
// from now on. What a lease alone cannot promise, since a process that slept does
// not know that it lost it, the bucket holds to by the fence's revision.
func (p *Place) Fence(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	revision, err := p.c.state.Put(ctx, p.key(fenceKey), nil)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fence = revision
	return nil
}

// key is a key of the bucket: other letters than it allows are written in hex, and
// what is too long is its digest.
func (p *Place) key(words ...string) string {
	var b strings.Builder
	b.WriteString(p.space)
	for _, word := range words {
		b.WriteByte('.')
		before := b.Len()
		for i := range len(word) {
			c := word[i]
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '/' {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, "=%02x", c)
			}
		}
		if b.Len() == before {
			b.WriteByte('_')
		}
	}
	if b.Len() <= mostKey {
		return b.String()
	}
	sum := sha256.Sum256([]byte(b.String()))
	return p.space + ".long." + hex.EncodeToString(sum[:])
}

func (p *Place) keyOf(one *part) string {
	switch {
	case one.Beside:
		return p.key("beside", one.Section)
	case one.Account != "":
		return p.key(one.Section, "account", one.Account)
	}
	return p.key(one.Section, "rest")
}

// Read implements mock.Place.
func (p *Place) Read() (sections map[string]json.RawMessage, repaired string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	watch, err := p.c.state.WatchFiltered(ctx, []string{p.space + ".>"}, js.IgnoreDeletes())
	if err != nil {
		return nil, "", fmt.Errorf("state: %w", err)
	}
	defer func() { _ = watch.Stop() }()
	for {
		select {
		case entry, open := <-watch.Updates():
			switch {
			case !open:
				return nil, "", fmt.Errorf("state: the bucket stopped answering")
			case entry == nil:
				return p.sections(), "", nil
			}
			if err := p.take(ctx, entry); err != nil {
				return nil, "", err
			}
		case <-ctx.Done():
			return nil, "", fmt.Errorf("state: %w", ctx.Err())
		}
	}
}

// take notes what the bucket has under a key.
func (p *Place) take(ctx context.Context, entry js.KeyValueEntry) error {
	one, err := p.c.decode(ctx, entry)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest = max(p.latest, entry.Revision())
	if one == nil {
		delete(p.parts, entry.Key())
		return nil
	}
	p.parts[entry.Key()] = one
	p.next = max(p.next, one.N)
	return nil
}

// sections puts the parts together.
func (p *Place) sections() map[string]json.RawMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	sections := map[string]json.RawMessage{}
	accounts := map[string][]*part{}
	for _, one := range p.parts {
		switch {
		case one.Account != "":
			accounts[one.Section] = append(accounts[one.Section], one)
		case !one.Beside:
			sections[one.Section] = one.value
		}
	}
	for name, list := range accounts {
		sections[name] = join(sections[name], list)
	}
	return sections
}

// Write implements mock.Place: what has changed is written, an account before the
// section that it belongs to, whose seq says what is in it.
func (p *Place) Write(sections map[string]json.RawMessage) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := p.parted(sections)
	var changed []*part
	for key, one := range wanted {
		if was := p.parts[key]; was == nil || was.N != one.N || !bytes.Equal(was.value, one.value) {
			changed = append(changed, one)
		}
	}
	slices.SortFunc(changed, func(a, b *part) int { return strings.Compare(b.Account, a.Account) })
	for _, one := range changed {
		if err := p.put(one); err != nil {
			return err
		}
	}
	for key, was := range p.parts {
		if wanted[key] == nil && !was.Beside {
			if err := p.remove(key, was); err != nil {
				return err
			}
		}
	}
	return nil
}

// parted are the sections by key, the accounts numbered in their order; the caller
// holds mu.
func (p *Place) parted(sections map[string]json.RawMessage) map[string]*part {
	wanted := map[string]*part{}
	for name, section := range sections {
		rest, accounts := split(section)
		last := 0
		for _, a := range accounts {
			one := &part{Section: name, Account: a.name, value: a.value}
			key := p.keyOf(one)
			if was := p.parts[key]; was != nil && was.N > last {
				one.N = was.N
			} else {
				p.next++
				one.N = p.next
			}
			last, wanted[key] = one.N, one
		}
		one := &part{Section: name, value: rest}
		wanted[p.keyOf(one)] = one
	}
	return wanted
}

// put writes a part; the caller holds mu.
func (p *Place) put(one *part) error {
	key := p.keyOf(one)
	value, err := p.c.encode(one)
	if err != nil {
		return err
	}
	if err := p.publish(key, value, nil); err != nil {
		return err
	}
	p.c.forgetLarge(p.parts[key])
	p.parts[key] = one
	return nil
}

func (p *Place) remove(key string, was *part) error {
	if err := p.publish(key, nil, nats.Header{"KV-Operation": {"DEL"}}); err != nil {
		return err
	}
	p.c.forgetLarge(was)
	delete(p.parts, key)
	return nil
}

// publish writes a key as the fence allows.
func (p *Place) publish(key string, value []byte, header nats.Header) error {
	if p.fence == 0 {
		return fmt.Errorf("state: %w", ErrFenced)
	}
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	m := &nats.Msg{Subject: p.c.subject(key), Data: value, Header: header}
	_, err := p.c.js.PublishMsg(ctx, m, js.WithExpectLastSequenceForSubject(p.fence, p.c.subject(p.key(fenceKey))), js.WithRetryAttempts(0))
	switch {
	case overtaken(err):
		return fmt.Errorf("state: %w", ErrFenced)
	case err != nil:
		return unreachable("state", err)
	}
	return nil
}

// overtaken reports that another process wrote before.
func overtaken(err error) bool {
	const fromOneOfSeveral = 10164 // the server's word for it while a write is on its way
	var said *js.APIError
	return errors.As(err, &said) && (said.ErrorCode == js.JSErrCodeStreamWrongLastSequence || said.ErrorCode == fromOneOfSeveral)
}

func (c *Cluster) subject(key string) string { return "$KV." + c.state.Bucket() + "." + key }

// ReadBeside implements mock.Place.
func (p *Place) ReadBeside(name string, read func(*io.SectionReader) error) (found bool, err error) {
	p.mu.Lock()
	one := p.parts[p.keyOf(&part{Section: name, Beside: true})]
	p.mu.Unlock()
	if one == nil {
		return false, nil
	}
	return true, read(io.NewSectionReader(bytes.NewReader(one.value), 0, int64(len(one.value))))
}

// WriteBeside implements mock.Place.
func (p *Place) WriteBeside(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.put(&part{Section: name, Beside: true, value: b.Bytes()})
}
