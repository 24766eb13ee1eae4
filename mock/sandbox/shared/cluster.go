// Package shared is what many processes have together when they are one sandbox:
// the connection to NATS JetStream, the state of each space in a key-value bucket,
// and the lease by which one of them leads the provider side. Entries are package
// receiver/journal/jetstream's. The public contract, section 14, says what of it
// others may rely on.
package shared

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/jetstream"
)

// Options say where the servers are and what is demanded of them.
type Options struct {
	Address     Address
	Credentials string // file, "" for none beside the address's
	Sync        bool   // refuse servers that do not sync each write
	Warn        func(string)
}

// Cluster is this process's connection to the others.
type Cluster struct {
	o        Options
	conn     *nats.Conn
	js       js.JetStream
	state    js.KeyValue
	lease    js.KeyValue
	replicas int
}

const (
	dialWithin = 3 * time.Second
	askWithin  = 5 * time.Second
	// prepareWithin is for servers that began this moment and look for their leader.
	prepareWithin = 20 * time.Second
	pingEvery     = 2 * time.Second // a server that answers none of two is left
	again         = 100 * time.Millisecond
	oldestMain    = 2 // the oldest server that is spoken to is 2.11
	oldestSub     = 11
	wanted        = 3 // copies of everything, where there are servers for them
	ownMark       = "tacklebox"
)

// Error is why the servers cannot be used, in a sentence with what to do.
type Error struct {
	Said string
	Err  error
}

func (e *Error) Error() string { return e.Said }

func (e *Error) Unwrap() error { return e.Err }

func failed(err error, format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...), err}
}

// Open connects and finds or makes the buckets. Nothing is kept here to be sent
// later: what cannot be stored at once is an error.
func Open(ctx context.Context, o Options) (*Cluster, error) {
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	c := &Cluster{o: o}
	if err := c.connect(); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the connection.
func (c *Cluster) Close() { c.conn.Close() }

// Closed reports that it has ended.
func (c *Cluster) Closed() bool { return c.conn.IsClosed() }

func (c *Cluster) connect() (err error) {
	options := []nats.Option{nats.Name("tacklebox"), nats.Timeout(dialWithin), nats.MaxReconnects(-1), nats.ReconnectWait(again), nats.ReconnectBufSize(-1),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2), nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				c.o.Warn("NATS is away: nothing is captured until it is back")
			}
		}),
		nats.ReconnectHandler(func(conn *nats.Conn) { c.o.Warn("NATS is back at " + conn.ConnectedAddr()) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // who asked gets the error too
	}
	if c.o.Credentials != "" {
		if _, err := os.ReadFile(c.o.Credentials); err != nil {
			return failed(err, "the credentials of NATS cannot be read: %v", err)
		}
		options = append(options, nats.UserCredentials(c.o.Credentials))
	}
	c.conn, err = nats.Connect(strings.Join(c.o.Address.Servers, ","), options...)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrAccountAuthExpired),
		strings.Contains(strings.ToLower(err.Error()), "authorization"):
		return failed(err, "NATS at %s refuses the credentials: give them in the address, nats://USER:PASSWORD@HOST, or with --nats-creds FILE", c.o.Address)
	}
	return failed(err, "NATS cannot be reached at %s: %v\nStart it, or correct --shared", c.o.Address, err)
}

// prepare holds the servers to what is needed of them.
func (c *Cluster) prepare(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	if version := c.conn.ConnectedServerVersion(); older(version) {
		return failed(nil, "the NATS server at %s is version %s: %d.%d or newer is needed", c.conn.ConnectedAddr(), version, oldestMain, oldestSub)
	}
	if c.js, err = js.New(c.conn); err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	if _, err = c.js.AccountInfo(ctx); err != nil {
		return failed(err, "NATS at %s has no JetStream for this account: start nats-server with -js, or enable it for the account (%v)", c.o.Address, err)
	}
	if c.o.Sync {
		if err := c.demandSync(ctx); err != nil {
			return err
		}
	}
	c.replicas = wanted
	if c.state, err = c.bucket(ctx, "state", 0); err == nil {
		c.lease, err = c.bucket(ctx, "lease", leaseFor)
	}
	return err
}

// older reports a version before the oldest that is spoken to. One that cannot be
// read is let in.
func older(version string) bool {
	main, rest, _ := strings.Cut(version, ".")
	sub, _, _ := strings.Cut(rest, ".")
	m, err := strconv.Atoi(main)
	n, err2 := strconv.Atoi(sub)
	return err == nil && err2 == nil && (m < oldestMain || m == oldestMain && n < oldestSub)
}

// bucket finds a bucket or makes it, in as many copies as the servers have room
// for.
func (c *Cluster) bucket(ctx context.Context, name string, ttl time.Duration) (js.KeyValue, error) {
	name = c.o.Address.Prefix + "-" + name
	kv, err := c.js.KeyValue(ctx, name)
	for errors.Is(err, js.ErrBucketNotFound) {
		kv, err = c.js.CreateKeyValue(ctx, js.KeyValueConfig{Bucket: name, TTL: ttl, History: 1, Replicas: c.replicas, Metadata: map[string]string{ownMark: "1"}})
		if errors.Is(err, js.ErrBucketExists) {
			kv, err = c.js.KeyValue(ctx, name)
		}
		if err != nil && c.replicas > 1 && fewServers(err) {
			c.replicas, err = 1, js.ErrBucketNotFound
		}
	}
	if err != nil {
		return nil, failed(err, "the bucket %s cannot be opened on NATS at %s: %v", name, c.o.Address, err)
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return nil, failed(err, "the bucket %s cannot be read: %v", name, err)
	}
	if status.Metadata()[ownMark] == "" {
		return nil, failed(nil, "the bucket %s is of another program: start with another prefix, --shared nats://HOST/PREFIX", name)
	}
	c.replicas = status.Config().Replicas
	return kv, nil
}

// fewServers reports that there are not enough servers for so many copies.
func fewServers(err error) bool {
	const notClustered, noPeers = 10074, 10005
	var said *js.APIError
	return errors.As(err, &said) && (said.ErrorCode == notClustered || said.ErrorCode == noPeers)
}

// Journal opens the log of a space. Its stream is made when it is first written.
func (c *Cluster) Journal(ctx context.Context, space string, keep int, keepBytes int64, warn func(string)) (*jetstream.Journal, error) {
	j, err := jetstream.Open(ctx, c.conn, jetstream.Options{Prefix: c.o.Address.Prefix, Space: space, Keep: keep, KeepBytes: keepBytes, Replicas: c.replicas, Warn: warn})
	if err != nil {
		return nil, failed(err, "%v", err)
	}
	return j, nil
}

// Health is nil while the servers answer.
func (c *Cluster) Health() error {
	if !c.conn.IsConnected() {
		return fmt.Errorf("NATS: %w", journal.ErrUnavailable)
	}
	return nil
}
