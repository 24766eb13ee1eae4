package mock

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestMetrics: the whole text, after a story that moves every number.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *provider.Provider, cfg *Config) {
		cfg.Providers = []*provider.Provider{{Name: "quiet", API: p.API}}
	})
	r.sink.answer(200, 500, 500)
	r.subscribe("ann", "s")
	r.subscribe("bob", "s")
	r.fire("a")
	r.idle()
	r.fire("b")
	r.advance(time.Minute)
	r.do(func(w *provider.World) { w.Account("ghost") })
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "nothing"}); err == nil {
		t.Error("an unknown type was fired")
	}
	var got bytes.Buffer
	r.e.WriteMetrics(&got)
	want, err := os.ReadFile("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// TestMetricsAreWellFormed: every line is a comment or a sample, and every
// sample's name was described before.
func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var b bytes.Buffer
	r.e.WriteMetrics(&b)
	sample := regexp.MustCompile(`^([a-z_]+)(\{provider="[a-z]+"\})? [0-9.]+$`)
	described := map[string]int{}
	for line := range strings.Lines(b.String()) {
		words := strings.Fields(line)
		if words[0] == "#" {
			described[words[2]]++
			continue
		}
		m := sample.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil || described[m[1]] != 2 {
			t.Errorf("line %q is no sample of what was described", line)
		}
	}
}
