package mock

import (
	"context"
	"sync"
)

// onItsWay counts what is being sent. While there is any the clock does not move.
type onItsWay struct {
	over <-chan struct{} // closed when the engine has ended
	none func()          // called when nothing is left

	mu   sync.Mutex
	busy int
	idle chan struct{} // closed when busy falls to 0
}

func (o *onItsWay) enter() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy == 0 {
		o.idle = make(chan struct{})
	}
	o.busy++
}

func (o *onItsWay) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy--
	if o.busy == 0 {
		close(o.idle)
		o.none()
	}
}

// wait blocks until nothing is on its way.
func (o *onItsWay) wait(ctx context.Context) error {
	o.mu.Lock()
	idle, busy := o.idle, o.busy
	o.mu.Unlock()
	if busy == 0 {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-o.over:
		return context.Canceled
	}
}
