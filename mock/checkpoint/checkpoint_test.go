package checkpoint

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tacklebox/mock/provider"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// parts are two providers with deliveries of every kind: settled, waiting, tried,
// of several events.
func parts() []Part {
	return []Part{
		{Provider: "plain", Seq: 7, Failures: []Failures{{"ann", "s", 2}}, Deliveries: []provider.Delivery{
			{ID: "dlv_1", Account: "ann", Subscription: "s", Type: "made", URL: "http://a/", Created: day, State: provider.Delivered, EventIDs: []string{"evt_1"}, EventTypes: []string{"made"},
				Attempts: []*provider.Attempt{{N: 1, Seq: 3, At: day, Took: time.Second, Status: 500, Reason: "Internal Server Error"}, {N: 2, Seq: 4, At: day, Status: 200, Reason: "Fine", OK: true}}},
			{ID: "dlv_2", Account: "ann", Subscription: "s", Type: "made", URL: "http://a/<&>", Created: day, State: provider.Waiting, Next: day.Add(time.Hour), Body: []byte("<b>"),
				Data: []byte(`{"a":"<"}`), EventIDs: []string{"evt_2", "evt_3"}, EventTypes: []string{"made", "lost"}, Events: []*provider.Event{{ID: "evt_2", Type: "made", Time: day}}},
		}},
		{Provider: "other", Seq: 9},
	}
}

func written(t testing.TB, list []Part) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func section(b []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b)))
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	want := parts()
	c, err := Read(section(written(t, parts())))
	if err != nil || len(c.Parts) != len(want) {
		t.Fatalf("%d parts, %v", len(c.Parts), err)
	}
	got := map[string][]provider.Delivery{}
	if err := c.Each(func(name string, d *provider.Delivery) { got[name] = append(got[name], *d) }); err != nil {
		t.Fatal(err)
	}
	for i, p := range want {
		if diff := cmp.Diff(p.Deliveries, got[p.Provider]); diff != "" {
			t.Errorf("deliveries of %s: %s", p.Provider, diff)
		}
		p.Count, p.Deliveries = len(p.Deliveries), nil
		if diff := cmp.Diff(p, c.Parts[i]); diff != "" {
			t.Errorf("part of %s: %s", p.Provider, diff)
		}
	}
}

// TestASettledBodyIsNotKept: only what waits is sent again.
func TestASettledBodyIsNotKept(t *testing.T) {
	t.Parallel()
	list := parts()
	list[0].Deliveries[0].Body = []byte("gone")
	if b := written(t, list); !bytes.Equal(b, written(t, parts())) {
		t.Errorf("it is: %s", b)
	}
}

// TestEveryFlippedByteIsNoticed, and every place where the file may end too early.
func TestEveryFlippedByteIsNoticed(t *testing.T) {
	t.Parallel()
	good := written(t, parts())
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if _, err := Read(section(bad)); err == nil {
			t.Errorf("byte %d is flipped and nobody says so", at)
		}
		if _, err := Read(section(good[:at])); err == nil {
			t.Errorf("it ends at byte %d and nobody says so", at)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, parts()))
	f.Add([]byte(nil))
	f.Add([]byte("00000000\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if c, err := Read(section(b)); err == nil {
			_ = c.Each(func(string, *provider.Delivery) {})
		}
	})
}
