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
	"sync/atomic"
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
	KeepBytes int64        // bytes that the stream may take; 0: no bound
	Replicas  int          // copies that the servers hold; 0 is 1
	Cache     int64        // bytes of entries that this process holds; 0: 32 MiB
	Warn      func(string) // told what was skipped; nil: nobody
}

const (
	defaultPrefix = "tacklebox"
	defaultCache  = 32 << 20
	askWithin     = 5 * time.Second // for one answer of the server
	healthWithin  = time.Second
	headroom      = 4 << 10 // of the server's message limit, for subject and headers
	partsHeader   = "Tacklebox-Parts"
	ownMark       = "tacklebox" // in a stream's metadata: it is ours
)

// ErrUnavailable is in the chain of every error that means: the servers cannot be
// reached or do not answer in time. What was asked for may be asked again.
var ErrUnavailable = journal.ErrUnavailable

// Journal is a journal.Store in a stream.
type Journal struct {
	o      Options
	conn   *nats.Conn
	js     js.JetStream
	stream atomic.Pointer[js.Stream] // nil until it is first written
	making sync.Mutex                // one making of the stream at a time
	begun  chan struct{}             // closed when this process made the stream
	news   journal.Notifier
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	tail   sync.WaitGroup
	cache  cache

	mu    sync.Mutex
	parts js.ObjectStore // frames above the server's message limit; nil until there is one
	state js.StreamState // as it was lately
	asked time.Time      // when
}

// Open opens the stream of a sandbox, which is made when it is first written. A
// stream of another program under the name is refused.
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
	j := &Journal{o: o, conn: conn, js: api, begun: make(chan struct{})}
	j.cache.most = o.Cache
	j.ctx, j.stop = context.WithCancel(context.Background())
	if err := j.look(ctx); err != nil {
		j.stop()
		return nil, err
	}
	j.tail.Add(1)
	go j.follow()
	return j, nil
}

// name is the stream's: the prefix, and the space behind a letter that neither has.
func (j *Journal) name() string {
	name := token(j.o.Prefix)
	if j.o.Space != "" {
		name += "_" + j.o.Space
	}
	return name
}

// look finds the stream where there is one.
func (j *Journal) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	stream, err := j.js.Stream(ctx, j.name())
	if errors.Is(err, js.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		return unavailable("stream "+j.name(), err)
	}
	return j.take(ctx, stream)
}

// take makes a stream this journal's.
func (j *Journal) take(ctx context.Context, stream js.Stream) error {
	info, err := stream.Info(ctx)
	if err != nil {
		return unavailable("stream "+j.name(), err)
	}
	if info.Config.Metadata[ownMark] == "" {
		return fmt.Errorf("stream %s is of another program: start with another prefix, --shared nats://HOST/PREFIX", j.name())
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stream.Load() == nil {
		j.state, j.asked = info.State, time.Now()
		j.cache.reset(info.State.LastSeq)
		j.news.Announce(info.State.LastSeq)
		j.stream.Store(&stream)
	}
	return nil
}

// made returns the stream, made when there is none.
func (j *Journal) made() (js.Stream, error) {
	if stream := j.stream.Load(); stream != nil {
		return *stream, nil
	}
	j.making.Lock()
	defer j.making.Unlock()
	if stream := j.stream.Load(); stream != nil {
		return *stream, nil
	}
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	name := j.name()
	stream, err := j.js.CreateStream(ctx, js.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Retention: js.LimitsPolicy, Discard: js.DiscardOld, Storage: js.FileStorage,
		MaxMsgs: noBound(j.o.Keep), MaxBytes: noBound(j.o.KeepBytes), Replicas: max(j.o.Replicas, 1), AllowDirect: true, Metadata: map[string]string{ownMark: "1"}})
	if errors.Is(err, js.ErrStreamNameAlreadyInUse) {
		stream, err = j.js.Stream(ctx, name) // another process was quicker
	}
	if err != nil {
		return nil, unavailable("stream "+name, err)
	}
	if err := j.take(ctx, stream); err != nil {
		return nil, err
	}
	close(j.begun)
	return stream, nil
}

// Remove forgets the stream of a space with everything in it; numbers begin anew.
func Remove(ctx context.Context, conn *nats.Conn, prefix, space string) error {
	api, err := js.New(conn)
	if err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	j := &Journal{o: Options{Prefix: prefix, Space: space}}
	if err := api.DeleteStream(ctx, j.name()); err != nil && !errors.Is(err, js.ErrStreamNotFound) {
		return unavailable("stream "+j.name(), err)
	}
	if err := api.DeleteObjectStore(ctx, j.partsName()); err != nil && !errors.Is(err, js.ErrBucketNotFound) && !errors.Is(err, js.ErrStreamNotFound) {
		return unavailable("parts of "+j.name(), err)
	}
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
	if !j.conn.IsConnected() {
		return journal.Refused(j.away())
	}
	if _, err := j.made(); err != nil {
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
	parts, err := j.objects(ctx)
	if err == nil {
		_, err = parts.PutBytes(ctx, name, m.Data)
	}
	if err != nil {
		return nil, unavailable("append in parts", err)
	}
	return &nats.Msg{Subject: m.Subject, Header: nats.Header{partsHeader: {name}}}, nil
}

func (j *Journal) partsName() string { return j.name() + "-parts" }

// objects is where frames are that are too large for a message, made when it is
// first needed.
func (j *Journal) objects(ctx context.Context) (parts js.ObjectStore, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.parts == nil {
		j.parts, err = j.js.CreateOrUpdateObjectStore(ctx, js.ObjectStoreConfig{Bucket: j.partsName(), Replicas: max(j.o.Replicas, 1)})
	}
	return j.parts, err
}

// whole is the frame of a message, from its parts where it was too large.
func (j *Journal) whole(ctx context.Context, data []byte, header nats.Header, seq uint64) ([]byte, error) {
	if name := header.Get(partsHeader); name != "" {
		parts, err := j.objects(ctx)
		if err == nil {
			data, err = parts.GetBytes(ctx, name)
		}
		if err != nil {
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
	stream := *j.stream.Load() // there is one: something has a number
	m, err := stream.GetMsg(ctx, seq)
	for errors.Is(err, js.ErrMsgNotFound) && !j.nothing(ctx, seq, seq) {
		m, err = stream.GetMsg(ctx, seq) // the server that was asked is behind
	}
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
	if stream := j.stream.Load(); stream != nil && time.Since(j.asked) > lately && j.ctx.Err() == nil && j.conn.IsConnected() {
		ctx, cancel := context.WithTimeout(j.ctx, askWithin)
		defer cancel()
		info, err := (*stream).Info(ctx)
		j.asked = time.Now() // also when it failed: not everybody who reads waits for it
		if err == nil {
			if info.State.NumDeleted != j.state.NumDeleted || info.State.FirstSeq < j.state.FirstSeq {
				j.cache.reset(info.State.LastSeq) // somebody forgot entries
			}
			j.state = info.State
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

// Forgotten is how many entries were forgotten one by one, by whatever process.
func (j *Journal) Forgotten() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(j.state.NumDeleted)
}

// Refresh makes the next reader ask the servers how far the stream goes: a reader
// that was told of an entry elsewhere finds it.
func (j *Journal) Refresh() {
	if j.stream.Load() == nil {
		_ = j.look(j.ctx) // it may be that first entry
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = time.Time{}
}

// Clear implements journal.Store. Sequence numbers go on, as a stream's do.
func (j *Journal) Clear() error {
	if j.ctx.Err() != nil {
		return journal.ErrClosed
	}
	stream := j.stream.Load()
	if stream == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(j.ctx, askWithin)
	defer cancel()
	if err := (*stream).Purge(ctx); err != nil {
		return unavailable("clear", err)
	}
	_, last := j.bounds()
	j.cache.reset(last)
	return nil
}

func (j *Journal) bounds() (uint64, uint64) {
	j.Refresh()
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
		if err = (*j.stream.Load()).DeleteMsg(ctx, seq); errors.Is(err, js.ErrMsgNotFound) {
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

// Health returns nil while entries can be kept: the servers are connected, and the
// stream has a leader that answers.
func (j *Journal) Health() error {
	if !j.conn.IsConnected() {
		return j.away()
	}
	ctx, cancel := context.WithTimeout(j.ctx, healthWithin)
	defer cancel()
	var err error
	if stream := j.stream.Load(); stream != nil {
		_, err = (*stream).Info(ctx)
	} else {
		_, err = j.js.AccountInfo(ctx)
	}
	if err != nil {
		return unavailable("health", err)
	}
	return nil
}

func (j *Journal) away() error {
	return fmt.Errorf("%w: NATS is %s", ErrUnavailable, strings.ToLower(j.conn.Status().String()))
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
