package tui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// feed reads the live stream into a buffer that the screen empties once a
// frame: however fast entries come, Update runs thirty times a second for them.
// A full buffer stops the reading; the journal keeps what waits.
type feed struct {
	turn  int // which filter it reads
	stop  context.CancelFunc
	ready chan struct{} // something is in the buffer
	space chan struct{} // the buffer was emptied

	mu    sync.Mutex
	batch batchMsg
}

// batchMsg is what came since the last frame, in order.
type batchMsg struct {
	turn    int
	rows    []*row
	state   client.State // the last one reported, "" when none was
	restart bool         // another journal answers: start over
	missed  uint64       // entries that were dropped before they could be read
	err     error        // with done: why the stream ended; else why it was lost
	done    bool
}

const (
	frame      = 33 * time.Millisecond
	mostBuffer = 4096
)

func startFeed(ctx context.Context, c *client.Client, q string, from uint64, turn int) *feed {
	ctx, stop := context.WithCancel(ctx)
	f := &feed{turn: turn, stop: stop, ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
	go func() {
		err := c.Stream(ctx, q, client.StreamOptions{After: &from, Patient: true}, func(e client.Event) error { return f.put(ctx, e) })
		f.end(err)
	}()
	return f
}

func (f *feed) put(ctx context.Context, e client.Event) error {
	var r *row
	if e.Entry != nil {
		r = newRow(e.Entry)
	}
	for !f.change(func(b *batchMsg) { b.take(e, r) }) {
		select {
		case <-f.space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (b *batchMsg) take(e client.Event, r *row) {
	switch {
	case r != nil:
		b.rows = append(b.rows, r)
	case e.Gap != nil:
		b.missed += e.Gap.To - e.Gap.From + 1
	case e.State != "":
		b.state, b.err = e.State, e.Err
		b.restart = b.restart || e.State == client.Restarted
	}
}

// change reports false when the buffer is full.
func (f *feed) change(do func(*batchMsg)) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.batch.rows) >= mostBuffer {
		return false
	}
	do(&f.batch)
	signal(f.ready)
	return true
}

func (f *feed) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batch.done, f.batch.err = true, err
	signal(f.ready)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next waits until something came, lets a frame pass so that more can come
// along, and returns it all.
func (f *feed) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-f.ready:
		case <-ctx.Done():
			return nil
		}
		pause := time.NewTimer(frame)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil
		}
		return f.empty()
	}
}

func (f *feed) empty() batchMsg {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.batch
	b.turn = f.turn
	f.batch = batchMsg{}
	signal(f.space)
	return b
}
