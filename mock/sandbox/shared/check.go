package shared

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	js "github.com/nats-io/nats.go/jetstream"
)

// Finding is one thing that Check looked at.
type Finding struct {
	Check  string
	OK     bool
	Found  string
	Advice string
}

// What Check finds too little or too much.
const (
	smallMessage = 64 << 10
	mostSkew     = time.Second
	clockKey     = "clock"
)

// Check looks at servers as a process would use them: version, limits, copies,
// syncing, clock, and who leads. It makes the buckets where there are none. reached
// is false when there was nothing to look at.
func Check(ctx context.Context, o Options) (findings []Finding, reached bool) {
	c, err := Open(ctx, o)
	if err != nil {
		said, advice, _ := strings.Cut(err.Error(), "\n")
		return []Finding{{Check: "nats", Found: said, Advice: advice}}, false
	}
	defer c.Close()
	for _, look := range []func(context.Context) Finding{c.checkServer, c.checkLimits, c.checkMessages, c.checkCopies, c.checkSync, c.checkSkew, c.checkLeader} {
		asking, cancel := context.WithTimeout(ctx, askWithin)
		findings = append(findings, look(asking))
		cancel()
	}
	return findings, true
}

func (c *Cluster) checkServer(context.Context) Finding {
	found := fmt.Sprintf("version %s at %s", c.conn.ConnectedServerVersion(), c.conn.ConnectedAddr())
	if name := c.conn.ConnectedClusterName(); name != "" {
		found += fmt.Sprintf(", of the cluster %s, whose servers are at %s", name, strings.Join(c.conn.Servers(), ", "))
	}
	return Finding{Check: "nats", OK: true, Found: redacted(found)}
}

// redacted leaves no credentials in a list of server URLs.
func redacted(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if scheme, rest, ok := strings.Cut(word, "://"); ok {
			if at := strings.LastIndexByte(rest, '@'); at >= 0 {
				words[i] = scheme + "://" + rest[at+1:]
			}
		}
	}
	return strings.Join(words, " ")
}

func (c *Cluster) checkLimits(ctx context.Context) Finding {
	f := Finding{Check: "limits"}
	info, err := c.js.AccountInfo(ctx)
	if err != nil {
		f.Found = err.Error()
		return f
	}
	has, most := info.Tier, info.Limits
	f.Found = fmt.Sprintf("%s of storage used, %d streams, %d consumers", of(int64(has.Store), most.MaxStore), has.Streams, has.Consumers)
	f.OK = true
	switch {
	case most.MaxStore > 0 && has.Store >= uint64(most.MaxStore):
		f.OK, f.Advice = false, "the account's storage is full: raise max_file, or keep less with --keep-bytes"
	case most.MaxStreams > 0 && has.Streams >= most.MaxStreams:
		f.OK, f.Advice = false, fmt.Sprintf("the account may have %d streams, a space needs one of its own: raise max_streams", most.MaxStreams)
	case most.MaxConsumers > 0 && has.Consumers >= most.MaxConsumers:
		f.OK, f.Advice = false, fmt.Sprintf("the account may have %d consumers, each process needs two for each space that it serves: raise max_consumers", most.MaxConsumers)
	}
	return f
}

func of(n, most int64) string {
	if most <= 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d of %d bytes", n, most)
}

func (c *Cluster) checkMessages(context.Context) Finding {
	most := c.conn.MaxPayload()
	f := Finding{Check: "messages", OK: most >= smallMessage, Found: fmt.Sprintf("up to %d bytes; larger bodies are stored in parts", most)}
	if !f.OK {
		f.Advice = "raise max_payload: most captures would be stored in parts, which is slow"
	}
	return f
}

func (c *Cluster) checkCopies(context.Context) Finding {
	f := Finding{Check: "copies", OK: true, Found: fmt.Sprint(c.replicas)}
	if c.replicas < wanted {
		f.Advice = "with one copy nothing is captured while its server is away: three servers keep three"
	}
	return f
}

func (c *Cluster) checkSync(ctx context.Context) Finding {
	f := Finding{Check: "sync", OK: true}
	switch err := c.demandSync(ctx); {
	case err == nil:
		f.Found = "each write, on every server: --sync can be demanded"
	default:
		f.Found, f.Advice, _ = strings.Cut(strings.TrimPrefix(err.Error(), "--sync: "), ": ")
	}
	return f
}

// checkSkew compares this machine's clock with the servers'.
func (c *Cluster) checkSkew(ctx context.Context) Finding {
	f := Finding{Check: "skew"}
	asked := time.Now()
	_, err := c.lease.Put(ctx, clockKey, nil)
	took := time.Since(asked)
	var entry js.KeyValueEntry
	if err == nil {
		entry, err = c.lease.Get(ctx, clockKey)
	}
	if err != nil {
		f.Found = err.Error()
		return f
	}
	skew := entry.Created().Sub(asked.Add(took / 2)).Round(time.Millisecond)
	f.OK, f.Found = skew.Abs() <= mostSkew, fmt.Sprintf("the servers' clock is %s from this machine's", skew)
	if !f.OK {
		f.Advice = "let both follow a time server: entries carry the capturing process's time, and a space's ttl is told by both"
	}
	return f
}

func (c *Cluster) checkLeader(ctx context.Context) Finding {
	f := Finding{Check: "leader", OK: true, Found: "nobody leads"}
	entry, err := c.lease.Get(ctx, leaderKey)
	if errors.Is(err, js.ErrKeyNotFound) {
		return f
	}
	var leader Leader
	if err == nil {
		err = json.Unmarshal(entry.Value(), &leader)
	}
	if err != nil {
		return Finding{Check: "leader", Found: err.Error()}
	}
	f.Found = "the process at " + leader.URL
	return f
}
