package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestDoctorShared: doctor asks what it was given, and ends as what it found.
func TestDoctorShared(t *testing.T) {
	for _, c := range []struct {
		args     []string
		findings []Finding
		reached  bool
		err      error
		code     int
		want     string
	}{
		{[]string{"--shared", "nats://h", "--nats-creds", "f"}, []Finding{{Check: "nats", OK: true, Found: "version"}}, true, nil, 0, "ok     nats      version"},
		{[]string{"--shared", "nats://h", "--nats-creds", "f"}, []Finding{{Check: "skew", Found: "far", Advice: "set it"}}, true, nil, 1, "→ set it"},
		{[]string{"--shared", "nats://h", "--nats-creds", "f"}, []Finding{{Check: "nats", Found: "away"}}, false, nil, 4, "failed nats      away"},
		{[]string{"--shared", "nats://h", "--nats-creds", "f"}, nil, false, errors.New("no address"), 2, "no address"},
		{[]string{"--nats-creds", "f"}, nil, false, nil, 2, "belongs to --shared"},
	} {
		app := &App{CheckShared: func(_ context.Context, address, credentials string) ([]Finding, bool, error) {
			if address != "nats://h" || credentials != "f" {
				t.Errorf("asked of %q with %q", address, credentials)
			}
			return c.findings, c.reached, c.err
		}}
		got := run(t.Context(), app, map[string]string{"NO_COLOR": "1"}, "", append([]string{"doctor"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%v: code %d, %s%s; want %d and %q", c.args, got.code, got.out, got.err, c.code, c.want)
		}
	}
}
