package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	tea "charm.land/bubbletea/v2"

	"tacklebox/tui/desk"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

func copyBody(m *desk.Model) tea.Cmd {
	return fetchAndCopy(m, "the body", func(r *rows.Row) ([]byte, error) { return m.Api.Body(m.Ctx, r.Seq) })
}

func copyCurl(m *desk.Model) tea.Cmd {
	return fetchAndCopy(m, "a curl command", func(r *rows.Row) ([]byte, error) { return m.Api.Export(m.Ctx, r.Seq, "curl") })
}

func fetchAndCopy(m *desk.Model, what string, fetch func(*rows.Row) ([]byte, error)) tea.Cmd {
	r := m.Current()
	if r == nil {
		return nil
	}
	return func() tea.Msg {
		b, err := fetch(r)
		return desk.ToCopy{What: what, Text: b, Err: err}
	}
}

// copyID copies the id by which others know it: the event's, else the number.
func copyID(m *desk.Model) tea.Cmd {
	r := m.Current()
	switch {
	case r == nil:
		return nil
	case r.Event != "":
		return m.Copy(r.Event, "the event's id")
	}
	return m.Copy(ui.Utoa(r.Seq), "the entry's number")
}

func markEntry(m *desk.Model) tea.Cmd {
	r := m.Current()
	switch {
	case r == nil:
	case m.List.Mark == r.Seq:
		m.List.Mark = 0
		m.Say(ui.Plain, "the mark is gone")
	default:
		m.List.Mark = r.Seq
		m.Say(ui.Plain, "marked #"+ui.Utoa(r.Seq)+": go to another and press d")
	}
	return nil
}

// format is a way to write an entry for another program.
type format struct{ name, about, ending string }

func formats() []format {
	return []format{
		{"curl", "a command line", ".sh"},
		{"har", "HTTP archive, for browsers' tools", ".har"},
		{"fixture", "a sample that overrides an embedded one", ".json"},
		{"gotest", "a Go test that sends it to a handler", "_test.go"},
	}
}

type exportTo struct {
	format
	file bool
}

// export writes the chosen entry to a file or to the clipboard.
func export(m *desk.Model) tea.Cmd {
	r := m.Current()
	if r == nil {
		return nil
	}
	p := ui.NewPicker("Export #" + ui.Utoa(r.Seq))
	p.Box = true
	var items []ui.Item
	for _, f := range formats() {
		items = append(items,
			ui.Item{Label: f.name + " to a file", Note: f.about, Style: ui.Dim, Value: exportTo{f, true}},
			ui.Item{Label: f.name + " to the clipboard", Note: f.about, Style: ui.Dim, Value: exportTo{f, false}})
	}
	p.Set(items)
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		to := it.Value.(exportTo)
		if !to.file {
			return fetchAndCopy(m, "#"+ui.Utoa(r.Seq)+" as "+to.name, func(*rows.Row) ([]byte, error) { return m.Api.Export(m.Ctx, r.Seq, to.name) }), true
		}
		askFile(m, r, to)
		return nil, true
	}
	m.Show(p)
	return nil
}

func askFile(m *desk.Model, r *rows.Row, to exportTo) {
	desk.Ask(m, "Write #"+ui.Utoa(r.Seq)+" as "+to.name+" to", "tacklebox-"+ui.Utoa(r.Seq)+to.ending, func(path string) (tea.Cmd, error) {
		if path == "" {
			return nil, errors.New("a file name is missing")
		}
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%s is there already", path)
		}
		ctx, c := m.Ctx, m.Api
		return desk.Attempt(func() (string, error) {
			doc, err := c.Export(ctx, r.Seq, to.name)
			if err != nil {
				return "", err
			}
			return "written to " + path, writeNew(path, doc)
		}), nil
	}, "a file that is there already is not overwritten")
}

// writeNew writes a file that must not be there. Captures hold credentials, so
// it is for this user alone.
func writeNew(path string, doc []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(doc)
	return errors.Join(err, f.Close())
}
