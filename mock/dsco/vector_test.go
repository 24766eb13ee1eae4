package dsco

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"
)

// vectors is testdata/vectors.json.
type vectors struct {
	Quantity struct{ Rows []quantityRow }
	Hash     struct {
		Bytes string `json:"payload_bytes"`
		Hash  string
	}
	Accounts struct {
		Rows []struct {
			Credential, Type string
			ID               int64
		}
	}
	Authorization []struct {
		Value      string
		OK         bool
		Credential string
	}
	Isodate struct {
		Accepted, Refused []string
		Sent              string
	}
}

type quantityRow struct {
	Previous       *int64
	Quantity       int64
	NoOption       bool `json:"no_option"`
	Seed, Overview struct{ QuantityChangeOnly, QuantityStateChangeOnly bool }
}

func load(t *testing.T) (v vectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQuantityVectors(t *testing.T) {
	t.Parallel()
	rows := load(t).Quantity.Rows
	if len(rows) != 18 {
		t.Fatalf("%d rows, want 18", len(rows))
	}
	for _, row := range rows {
		var was int64
		if row.Previous != nil {
			was = *row.Previous
		}
		for name, want := range map[string]struct{ QuantityChangeOnly, QuantityStateChangeOnly bool }{ruleSeed: row.Seed, ruleOverview: row.Overview} {
			rule := quantityRules[name]
			if got := rule.change(was, row.Quantity, row.Previous == nil); got != want.QuantityChangeOnly {
				t.Errorf("%s: %s → %d is a change: %v, want %v", name, known(row.Previous), row.Quantity, got, want.QuantityChangeOnly)
			}
			if got := rule.state(was, row.Quantity, row.Previous == nil); got != want.QuantityStateChangeOnly {
				t.Errorf("%s: %s → %d is a change of state: %v, want %v", name, known(row.Previous), row.Quantity, got, want.QuantityStateChangeOnly)
			}
		}
	}
}

func known(n *int64) string {
	if n == nil {
		return "never seen"
	}
	return fmt.Sprint(*n)
}

func TestHashVector(t *testing.T) {
	t.Parallel()
	v := load(t).Hash
	if got := hash([]byte(`{"event":"X","payload":` + v.Bytes + `}`)); got != v.Hash {
		t.Errorf("hash %s, want %s", got, v.Hash)
	}
	if got := hash([]byte(v.Bytes)); got != v.Hash {
		t.Errorf("hash of a body without payload %s, want that of the body %s", got, v.Hash)
	}
}

func TestAccountVectors(t *testing.T) {
	t.Parallel()
	for _, row := range load(t).Accounts.Rows {
		if p := spokenFor(row.Credential); p.id != row.ID || p.kind != row.Type {
			t.Errorf("%s stands for %s %d, want %s %d", row.Credential, p.kind, p.id, row.Type, row.ID)
		}
	}
}

func TestAuthorizationVectors(t *testing.T) {
	t.Parallel()
	for _, row := range load(t).Authorization {
		got, ok := token(row.Value)
		if ok != row.OK || ok && got != row.Credential {
			t.Errorf("%q is %q %v, want %q %v", row.Value, got, ok, row.Credential, row.OK)
		}
	}
}

func TestIsodateVectors(t *testing.T) {
	t.Parallel()
	v := load(t).Isodate
	for _, s := range v.Accepted {
		if _, ok := parseDate(s); !ok {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range v.Refused {
		if got, ok := parseDate(s); ok {
			t.Errorf("%s is read as %s", s, got)
		}
	}
	if got := formatDate(time.Date(2014, 1, 1, 11, 30, 0, 0, time.FixedZone("", 3600))); got != v.Sent {
		t.Errorf("sent as %s, want %s", got, v.Sent)
	}
}

// Each spelling names the right instant; in a query a + may arrive as a space.
func TestDatesNameTheirInstant(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"2014-01-01T10:30:00.000+01:00":       "2014-01-01T09:30:00.000Z",
		"2014-01-01T10:30:00.000-0130":        "2014-01-01T12:00:00.000Z",
		"2014-01-01T10:30:00.123456789Z":      "2014-01-01T10:30:00.123Z",
		"2014-01-01T10:30:00.9Z":              "2014-01-01T10:30:00.900Z",
		"2014-01-01T10:30:00.000 01:00":       "2014-01-01T09:30:00.000Z",
		"2014-01-01T23:30:00.000 0100":        "2014-01-01T22:30:00.000Z",
		"2014-02-30T10:30:00.000Z":            "",
		"2014-01-01T24:00:00.000Z":            "",
		"2014-01-01T10:30:00.000+99:00":       "",
		"2014-01-01T10:30:00":                 "",
		"2014-01-01T10:30:00,000Z":            "",
		"2014-01-01T10:30:00.000Z and others": "",
	} {
		got, ok := queryDate(s)
		if ok != (want != "") || ok && formatDate(got) != want {
			t.Errorf("%s: %s %v, want %q", s, formatDate(got), ok, want)
		}
	}
}
