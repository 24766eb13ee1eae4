package exit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{Failed(3), 3},
		{fmt.Errorf("y: %w", Failed(1)), 1},
		{Usagef("x"), 2},
		{fmt.Errorf("y: %w", &api.Error{Status: 422}), 2},
		{&api.Error{Status: 503}, 1},
		{fmt.Errorf("y: %w", client.ErrConnect), 4},
		{With(Connect, Usagef("x")), 4},
		{context.Canceled, 130},
		{context.DeadlineExceeded, 3},
	} {
		if got := Code(c.err); got != c.want {
			t.Errorf("Code(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}
