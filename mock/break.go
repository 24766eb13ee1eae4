package mock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// errs of exchanges that a fault broke, as the provider saw them.
var (
	errCut   = errors.New("the connection was ended in the middle of the body")
	errReset = errors.New("the connection was reset in the middle of the body")
	errLeft  = errors.New("no answer was waited for")
)

const drips = 20 // pieces of a dripped body

// write puts the request on the wire, whole or as the fault wants it. over
// reports that the exchange ends here.
func (t trouble) write(ctx context.Context, c *wire, head, body []byte) (over bool, err error) {
	switch t.wire {
	case dripped:
		return false, drip(ctx, c, head, body, t.fault.span)
	case cutBody, resetMidway:
		_, err := c.Write(append(head, body[:len(body)/2]...))
		if err == nil && t.wire == resetMidway {
			reset(c)
			return true, errReset
		}
		return true, errors.Join(err, errCut)
	}
	_, err = c.Write(append(head, body...))
	if err == nil && t.wire == leftAlone {
		return true, errLeft
	}
	return false, err
}

// drip writes the head, then the body in pieces spread over a span of wall time.
func drip(ctx context.Context, c *wire, head, body []byte, over time.Duration) error {
	if _, err := c.Write(head); err != nil {
		return err
	}
	size := max(1, (len(body)+drips-1)/drips)
	pieces := (len(body) + size - 1) / size
	for i := range pieces {
		pause := time.NewTimer(over / time.Duration(pieces))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("dripping the body: %w", ctx.Err())
		}
		if _, err := c.Write(body[i*size : min((i+1)*size, len(body))]); err != nil {
			return err
		}
	}
	return nil
}

// reset makes closing the connection tell the other end so.
func reset(c *wire) {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}
