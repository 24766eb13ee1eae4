package shared

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	js "github.com/nats-io/nats.go/jetstream"
)

// Follow gives the sections as they are and again whenever another process has
// written some, until ctx ends (nil) or the bucket stops answering.
func (p *Place) Follow(ctx context.Context, changed func(sections map[string]json.RawMessage)) error {
	watch, err := p.c.state.WatchFiltered(ctx, []string{p.space + ".>"})
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	defer func() { _ = watch.Stop() }()
	begun := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case entry, open := <-watch.Updates():
			switch {
			case !open:
				return fmt.Errorf("state: the bucket stopped answering")
			case entry == nil:
				begun = true // that was all there is
			default:
				if err := p.take(ctx, entry); err != nil {
					return err
				}
			}
			if begun && len(watch.Updates()) == 0 {
				changed(p.sections())
				p.reached()
			}
		}
	}
}

// CatchUp returns when Follow has given what was written before this call, or ctx
// ends.
func (p *Place) CatchUp(ctx context.Context) error {
	newest, err := p.newest(ctx)
	if err != nil {
		return err
	}
	for {
		p.mu.Lock()
		given, moved := p.given, p.moved
		p.mu.Unlock()
		if given >= newest {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// newest is the revision of what was written last in the space.
func (p *Place) newest(ctx context.Context) (uint64, error) {
	stream, err := p.c.js.Stream(ctx, "KV_"+p.c.state.Bucket())
	if err != nil {
		return 0, unreachable("state", err)
	}
	m, err := stream.GetLastMsgForSubject(ctx, p.c.subject(p.space+".>"))
	if errors.Is(err, js.ErrMsgNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, unreachable("state", err)
	}
	return m.Sequence, nil
}

// reached tells who catches up that everything taken was given.
func (p *Place) reached() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.given = p.latest
	close(p.moved)
	p.moved = make(chan struct{})
}
