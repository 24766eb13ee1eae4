package clock

import (
	"strings"
	"testing"
	"time"
)

var someDay = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNewClock(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{"": Real, "real": Real, "manual": Manual, "auto": Auto} {
		c, err := New(mode, someDay)
		if err != nil || c.mode != want {
			t.Errorf("%q: %v, %v", mode, c, err)
		}
		if moving := !c.Now().Equal(someDay); moving != (want == Real) {
			t.Errorf("%q begins at %s", mode, c.Now())
		}
	}
	if _, err := New("sundial", someDay); err == nil || !strings.Contains(err.Error(), `"sundial"`) {
		t.Errorf("an unknown mode: %v", err)
	}
	c, err := New(Manual, time.Time{})
	if err != nil || c.Now().IsZero() || !c.Now().Equal(c.start) {
		t.Errorf("without a start the clock says %s, %v", c.Now(), err)
	}
}

func TestTheClockDoesNotGoBack(t *testing.T) {
	t.Parallel()
	c, err := New(Manual, someDay)
	if err != nil {
		t.Fatal(err)
	}
	c.Set(someDay.Add(time.Hour))
	c.Set(someDay)
	if got := c.Now().Sub(someDay); got != time.Hour {
		t.Errorf("it stands at %s, want an hour", got)
	}
	if c.Restart(someDay); !c.Now().Equal(someDay) {
		t.Errorf("restarted it stands at %s", c.Now())
	}
}
