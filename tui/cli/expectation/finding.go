package expectation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// Finding is what a check that failed has found out, for people and programs.
type Finding struct {
	Nearest *api.NearMiss `json:"nearest,omitempty"` // of an expectation
	Entry   uint64        `json:"entry,omitempty"`   // that Diff and Against are about
	With    string        `json:"with,omitempty"`    // what Diff compares it with, "": what was wanted
	Diff    []api.Change  `json:"diff,omitempty"`    // A is that, B the entry's
	Against []string      `json:"against,omitempty"` // what a schema has against it
}

// Written bounds what a report quotes of one difference, and how many it lists.
const (
	shownValue   = 200
	shownChanges = 20
)

func (f *Finding) String() string {
	lines := []string{fmt.Sprintf("entry %d is not %s:", f.Entry, cmp.Or(f.With, "as wanted"))}
	for i, c := range f.Diff {
		if i == shownChanges {
			lines = append(lines, fmt.Sprintf("  and %d more", len(f.Diff)-i))
			break
		}
		wanted := "want"
		if f.With != "" {
			wanted = "there"
		}
		lines = append(lines, fmt.Sprintf("  %s: %s %s, got %s", c.Path, wanted, brief(c.A), brief(c.B)))
	}
	for _, line := range f.Against {
		lines = append(lines, "  schema: "+line)
	}
	return strings.Join(lines, "\n")
}

// brief is a value for a line of text.
func brief(v json.RawMessage) string {
	if len(v) == 0 {
		return "nothing"
	}
	if r := []rune(string(v)); len(r) > shownValue {
		return string(r[:shownValue]) + "…"
	}
	return string(v)
}

// look finds out more about the nearest miss: where its body is in question, how
// that differs from the sample of its type. Without a sample there is no more.
func look(ctx context.Context, c *client.Client, near *api.NearMiss) *Finding {
	if near == nil {
		return nil
	}
	found := &Finding{Nearest: near}
	if slices.ContainsFunc(near.Reasons, func(r string) bool { return strings.HasPrefix(r, "there is no status") }) {
		if e, err := c.Entry(ctx, near.Seq); err == nil && e.Error != "" {
			near.Reasons = append(near.Reasons, "for it failed: "+e.Error)
		}
	}
	if !slices.ContainsFunc(near.Reasons, func(r string) bool { return strings.Contains(r, "body.") || strings.Contains(r, "contract") }) {
		return found
	}
	d, err := c.DiffSample(ctx, near.Seq)
	if err != nil {
		return found
	}
	for _, change := range d.Body.Changes {
		asked := slices.ContainsFunc(near.Reasons, func(r string) bool { return strings.Contains(r, "body."+change.Path+" ") })
		if change.Volatile == "" || asked {
			found.Diff = append(found.Diff, api.Change{Path: change.Path, A: change.B, B: change.A})
		}
	}
	if len(found.Diff) > 0 {
		found.Entry, found.With = near.Seq, "as the sample of its type"
	}
	return found
}
