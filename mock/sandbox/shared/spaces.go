package shared

import (
	"context"
	"errors"
	"strings"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal/jetstream"
)

// The bucket says which spaces there are: NAME.space holds what a space was made
// with, NAME.used when a process other than the leader has seen it used.
const (
	spaceKey = ".space"
	usedKey  = ".used"
)

// Space is what the bucket says of one.
type Space struct {
	Name     string
	Options  []byte // nil: it has ended
	Revision uint64 // rises with each that is made or ended
}

// KeepSpace notes what a new space is made with. Where another process was quicker
// it returns what that one made.
func (c *Cluster) KeepSpace(ctx context.Context, name string, options []byte) (Space, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for {
		revision, err := c.state.Create(ctx, name+spaceKey, options)
		if err == nil {
			return Space{name, options, revision}, nil
		}
		if !errors.Is(err, js.ErrKeyExists) {
			return Space{}, unreachable("space "+name, err)
		}
		entry, err := c.state.Get(ctx, name+spaceKey)
		if err == nil {
			return Space{name, entry.Value(), entry.Revision()}, nil
		}
		if !errors.Is(err, js.ErrKeyNotFound) { // else it ended this moment
			return Space{}, unreachable("space "+name, err)
		}
	}
}

// ForgetSpace forgets everything that a space kept, its name last.
func (c *Cluster) ForgetSpace(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := jetstream.Remove(ctx, c.conn, c.o.Address.Prefix, name); err != nil {
		return err
	}
	stream, err := c.js.Stream(ctx, "KV_"+c.state.Bucket())
	if err == nil {
		for _, keys := range []string{usedKey, "." + fenceKey, ".*.>"} {
			err = errors.Join(err, stream.Purge(ctx, js.WithPurgeSubject(c.subject(name+keys))))
		}
	}
	if err == nil {
		err = c.state.Delete(ctx, name+spaceKey)
	}
	if err != nil {
		return unreachable("space "+name, err)
	}
	return nil
}

// WatchSpaces tells of each space that there is, and of each that is made or ended
// from now on, until ctx ends. It forgets the names of those that ended long ago.
func (c *Cluster) WatchSpaces(ctx context.Context, tell func(Space)) error {
	const longAgo = time.Hour
	_ = c.state.PurgeDeletes(ctx, js.DeleteMarkersOlderThan(longAgo)) // else the next process does
	watch, err := c.state.WatchFiltered(ctx, []string{"*" + spaceKey})
	if err != nil {
		return unreachable("spaces", err)
	}
	defer func() { _ = watch.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case entry, open := <-watch.Updates():
			if !open {
				return unreachable("spaces", errors.New("the bucket stopped answering"))
			}
			if entry == nil {
				continue
			}
			s := Space{Name: strings.TrimSuffix(entry.Key(), spaceKey), Revision: entry.Revision()}
			if entry.Operation() == js.KeyValuePut {
				s.Options = entry.Value()
			}
			tell(s)
		}
	}
}

// UseSpace notes that this process has seen a space used.
func (c *Cluster) UseSpace(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	_, _ = c.state.Put(ctx, name+usedKey, nil) // the next use notes it again
}

// UsedSpace is when a process noted that last; the zero time for never.
func (c *Cluster) UsedSpace(ctx context.Context, name string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	entry, err := c.state.Get(ctx, name+usedKey)
	if errors.Is(err, js.ErrKeyNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, unreachable("space "+name, err)
	}
	return entry.Created(), nil
}
