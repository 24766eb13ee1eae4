package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// What an exchange that a fault broke ended with, as the provider saw it.
var (
	errCut   = errors.New("the connection was ended in the middle of the body")
	errReset = errors.New("the connection was reset in the middle of the body")
	errLeft  = errors.New("no answer was waited for")
)

const pieces = 20 // of a body that comes slowly

// Write puts the request on the wire, whole or as the plan wants it. over reports
// that the exchange ends here.
func (p *Plan) Write(ctx context.Context, c net.Conn, head, body []byte) (over bool, err error) {
	how := whole
	if p != nil {
		how = p.wire
	}
	switch how {
	case slowly:
		return false, writeSlowly(ctx, c, head, body, p.span)
	case cutBody, resetMidway:
		_, err := c.Write(append(head, body[:len(body)/2]...))
		if err == nil && how == resetMidway {
			reset(c)
			return true, errReset
		}
		return true, errors.Join(err, errCut)
	}
	buffers := net.Buffers{head, body}
	_, err = buffers.WriteTo(c)
	if err == nil && how == leftAlone {
		return true, errLeft
	}
	return false, err
}

// writeSlowly writes the head, then the body in pieces spread over a span of wall
// time.
func writeSlowly(ctx context.Context, c net.Conn, head, body []byte, span time.Duration) error {
	if _, err := c.Write(head); err != nil {
		return err
	}
	size := max(1, (len(body)+pieces-1)/pieces)
	count := (len(body) + size - 1) / size
	for i := range count {
		pause := time.NewTimer(span / time.Duration(count))
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
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}
