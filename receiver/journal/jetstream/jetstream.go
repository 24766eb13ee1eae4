// Package jetstream keeps the journal in a stream of NATS JetStream, so that many
// processes share one. The stream's sequence numbers are the entries'. A process
// holds a bounded cache of the newest entries, never the whole log.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// Options of a journal in a stream.
type Options struct {
	Prefix    string       // before every stream and subject of this sandbox; "" is "tacklebox"
	Space     string       // a space has a stream of its own; "" is the space without a name
	Keep      int          // entries; 0: no bound
	KeepBytes int64        // bytes that the stream may take, reserved by the server; 0: no bound
	Cache     int64        // bytes of entries that this process holds; 0: 32 MiB
	Warn      func(string) // told what was skipped; nil: nobody
}

const (
	defaultPrefix = "tacklebox"
	defaultCache  = 32 << 20
	askWithin     = 5 * time.Second // for one answer of the server
	headroom      = 4 << 10         // of the server's message limit, for subject and headers
	partsHeader   = "Tacklebox-Parts"
	ownMark       = "tacklebox" // in a stream's metadata: it is ours
)

// ErrUnavailable is in the chain of every error that means: the servers cannot be
// reached or do not answer in time. What was asked for may be asked again.
var ErrUnavailable = errors.New("the shared journal cannot be reached")

// Journal is a journal.Store in a stream.
type Journal struct {
	o      Options
	conn   *nats.Conn
	stream js.Stream
	js     js.JetStream
	parts  js.ObjectStore // frames above the server's message limit
	news   journal.Notifier
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	tail   sync.WaitGroup
	cache  cache

	mu    sync.Mutex
	state js.StreamState // as it was lately
	asked time.Time      // when
}

// Open opens the stream of a sandbox, or makes it. A stream of another program
// under the name is refused.
func Open(ctx context.Context, conn *nats.Conn, o Options) (*Journal, error) {
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	if o.Cache <= 0 {
		o.Cache = defaultCache
	}
	api, err := js.New(conn)
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	j := &Journal{o: o, conn: conn, js: api}
	j.cache.most = o.Cache
	j.ctx, j.stop = context.WithCancel(context.Background())
	if err := j.open(ctx); err != nil {
		j.stop()
		return nil, err
	}
	j.tail.Add(1)
	go j.follow()
	return j, nil
}

// name is the stream's: the prefix and the space, in letters that a stream's name
// can have.
func (j *Journal) name() string {
	name := token(j.o.Prefix)
	if j.o.Space != "" {
		name += "-" + j.o.Space
	}
	return name
}

func (j *Journal) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	name := j.name()
	config := js.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Retention: js.LimitsPolicy, Discard: js.DiscardOld, Storage: js.FileStorage,
		MaxMsgs: noBound(j.o.Keep), MaxBytes: noBound(j.o.KeepBytes), AllowDirect: true, Metadata: map[string]string{ownMark: "1"}}
	stream, err := j.js.Stream(ctx, name)
	switch {
	case errors.Is(err, js.ErrStreamNotFound):
		if stream, err = j.js.CreateStream(ctx, config); errors.Is(err, js.ErrStreamNameAlreadyInUse) {
			stream, err = j.js.Stream(ctx, name) // another process was quicker
		}
	case err == nil && stream.CachedInfo().Config.Metadata[ownMark] == "":
		return fmt.Errorf("stream %s is of another program: start with another prefix, --shared nats://HOST/PREFIX", name)
	}
	if err != nil {
		return unavailable("stream "+name, err)
	}
	j.stream = stream
	if j.parts, err = j.js.CreateOrUpdateObjectStore(ctx, js.ObjectStoreConfig{Bucket: name + "-parts"}); err != nil {
		return unavailable("parts of "+name, err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return unavailable("stream "+name, err)
	}
	j.state, j.asked = info.State, time.Now()
	j.cache.reset(info.State.LastSeq)
	j.news.Announce(info.State.LastSeq)
	return nil
}

// noBound is a limit as JetStream has it: -1 for none.
func noBound[N int | int64](n N) int64 {
	if n <= 0 {
		return -1
	}
	return int64(n)
}

// token is a text in the letters of a subject's token: others are written as
// their bytes in hex, a long one is cut.
func token(text string) string {
	const most = 60
	var b strings.Builder
	for i := 0; i < len(text) && b.Len() < most; i++ {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02x", c)
		}
	}
	if b.Len() == 0 {
		return "_"
	}
	return b.String()
}

// subject says what an entry is, so that others can subscribe to a part of it:
// NAME.KIND.PROVIDER.INBOX.
func (j *Journal) subject(e *journal.Entry) string {
	return strings.Join([]string{j.name(), token(string(e.Kind)), token(e.Provider), token(e.Inbox)}, ".")
}

// Append implements journal.Store. It returns once the stream has the entry: only
// then is its number known.
func (j *Journal) Append(e *journal.Entry) journal.Receipt {
	if j.ctx.Err() != nil {
		return journal.Refused(journal.ErrClosed)
	}
	frame, _, err := record.Whole(0, e)
	if err != nil {
		return journal.Refused(err)
	}
	m := &nats.Msg{Subject: j.subject(e), Data: frame}
	if limit := j.conn.MaxPayload(); limit > 0 && int64(len(frame))+headroom > limit {
		if m, err = j.inParts(m); err != nil {
			return journal.Refused(err)
		}
	}
	seq, err := j.publish(m)
	if err != nil {
		return journal.Refused(err)
	}
	e.Seq = seq
	j.news.Announce(seq) // everything before it is in the stream too
	return journal.NewReceipt(seq, func() error { return nil })
}

// publish returns the number that the stream gave. Nothing is kept to be sent
// later: who is answered "stored" must be right.
func (j *Journal) publish(m *nats.Msg) (uint64, error) {
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	ack, err := j.js.PublishMsg(ctx, m, js.WithRetryAttempts(0))
	if err != nil {
		return 0, unavailable("append", err)
	}
	return ack.Sequence, nil
}

// inParts puts a frame into the object store and leaves its name in the message.
func (j *Journal) inParts(m *nats.Msg) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	name := nats.NewInbox()
	if _, err := j.parts.PutBytes(ctx, name, m.Data); err != nil {
		return nil, unavailable("append in parts", err)
	}
	return &nats.Msg{Subject: m.Subject, Header: nats.Header{partsHeader: {name}}}, nil
}

// whole is the frame of a message, from its parts where it was too large.
func (j *Journal) whole(ctx context.Context, data []byte, header nats.Header, seq uint64) ([]byte, error) {
	if name := header.Get(partsHeader); name != "" {
		var err error
		if data, err = j.parts.GetBytes(ctx, name); err != nil {
			return nil, unavailable(fmt.Sprintf("parts of entry %d", seq), err)
		}
	}
	if len(data) < record.HeaderSize {
		return nil, fmt.Errorf("entry %d: the message is no entry", seq)
	}
	record.Seal(data, seq)
	return data, nil
}

// Get implements journal.Store.
func (j *Journal) Get(seq uint64) (*journal.Entry, error) {
	if j.ctx.Err() != nil {
		return nil, journal.ErrClosed
	}
	frame, ok := j.cache.get(seq)
	if !ok {
		var err error
		if frame, err = j.fetch(seq); err != nil {
			return nil, err
		}
	}
	e := &journal.Entry{}
	if err := record.Decode(e, frame); err != nil {
		return nil, err
	}
	return e.Clone(), nil
}

func (j *Journal) fetch(seq uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	_, last := j.Bounds()
	if seq == 0 || seq > last {
		return nil, journal.Missing(seq, last)
	}
	m, err := j.stream.GetMsg(ctx, seq)
	if errors.Is(err, js.ErrMsgNotFound) {
		return nil, journal.Missing(seq, last)
	}
	if err != nil {
		return nil, unavailable(fmt.Sprintf("entry %d", seq), err)
	}
	return j.whole(ctx, m.Data, m.Header, seq)
}

// Wait implements journal.Store.
func (j *Journal) Wait(ctx context.Context, after uint64) (uint64, error) {
	return j.news.Wait(ctx, after)
}

// lately is how old the stream's state may be that Bounds answers.
const lately = 100 * time.Millisecond

// Bounds implements journal.Store. Where the servers cannot be reached it answers
// what was known last.
func (j *Journal) Bounds() (oldest, last uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if time.Since(j.asked) > lately && j.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(j.ctx, askWithin)
		defer cancel()
		if info, err := j.stream.Info(ctx); err == nil {
			if info.State.NumDeleted != j.state.NumDeleted || info.State.FirstSeq < j.state.FirstSeq {
				j.cache.reset(info.State.LastSeq) // somebody forgot entries
			}
			j.state, j.asked = info.State, time.Now()
		}
	}
	last = max(j.state.LastSeq, j.news.Last())
	if j.state.Msgs == 0 && last == j.state.LastSeq {
		return last + 1, last
	}
	return max(j.state.FirstSeq, 1), last
}

// Count implements journal.Store: what the stream said last and what was appended
// here since.
func (j *Journal) Count() uint64 {
	_, last := j.Bounds()
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.Msgs + last - j.state.LastSeq
}

// refresh makes Bounds ask again.
func (j *Journal) refresh() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = time.Time{}
}

// Clear implements journal.Store. Sequence numbers go on, as a stream's do.
func (j *Journal) Clear() error {
	if j.ctx.Err() != nil {
		return journal.ErrClosed
	}
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	if err := j.stream.Purge(ctx); err != nil {
		return unavailable("clear", err)
	}
	_, last := j.bounds()
	j.cache.reset(last)
	return nil
}

func (j *Journal) bounds() (uint64, uint64) {
	j.refresh()
	return j.Bounds()
}

// Forget removes the entries that a filter matches.
func (j *Journal) Forget(ctx context.Context, f journal.Matcher) error {
	var seqs []uint64
	err := j.Scan(ctx, 0, 0, false, f, func(e *journal.Entry) bool {
		seqs = append(seqs, e.Seq)
		return true
	})
	for _, seq := range seqs {
		if err != nil {
			break
		}
		if err = j.stream.DeleteMsg(ctx, seq); errors.Is(err, js.ErrMsgNotFound) {
			err = nil
		}
	}
	_, last := j.bounds()
	j.cache.reset(last)
	if err != nil {
		return unavailable("forget", err)
	}
	return nil
}

// Health returns nil while entries can be kept.
func (j *Journal) Health() error {
	if !j.conn.IsConnected() {
		return fmt.Errorf("%w: %s", ErrUnavailable, j.conn.Status())
	}
	return nil
}

// Close implements journal.Store. The connection stays the caller's.
func (j *Journal) Close() error {
	if j.ctx.Err() != nil {
		return journal.ErrClosed
	}
	j.stop()
	j.tail.Wait()
	j.news.Close()
	return nil
}

// unavailable wraps what kept the servers from answering.
func unavailable(what string, err error) error {
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}
