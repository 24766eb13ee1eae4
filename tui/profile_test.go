package tui

import (
	"slices"
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
)

// TestTypesOfAnotherProfile: what the profile in force does not have is listed with
// how it can be had, and choosing it leads to the settings.
func TestTypesOfAnotherProfile(t *testing.T) {
	sb := sandbox.Start(t)
	d := drive(t, sb.URL, desk.Options{})
	d.until("the catalogue", func() bool { return len(d.m.Catalog.Providers) > 0 })
	d.press("f", "massPaid")
	d.sees("[not here]")
	d.press("enter")
	d.sees("Settings of Shoptet")
	d.sees("cannot be fired here")
	d.press("profile", "enter", "ctrl+u", "2026-08", "enter")
	d.sees("profile is set")
	d.until("the catalogue of the other profile", func() bool {
		p := d.m.Catalog.Provider("shoptet")
		return p != nil && slices.ContainsFunc(p.Events, func(e api.EventType) bool { return e.Type == "order:massPaid" })
	})
	d.press("esc", "esc", "f", "massPaid", "enter")
	d.sees("Fire shoptet order:massPaid")
}
