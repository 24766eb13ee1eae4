package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	tea "charm.land/bubbletea/v2"
)

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
func (m *model) export() tea.Cmd {
	r := m.chosen()
	if r == nil {
		return nil
	}
	p := newPicker("Export #" + utoa(r.seq))
	for _, f := range formats() {
		p.items = append(p.items,
			item{label: f.name + " to a file", note: f.about, style: dim, value: exportTo{f, true}},
			item{label: f.name + " to the clipboard", note: f.about, style: dim, value: exportTo{f, false}})
	}
	p.choose = func(m *model, it item) tea.Cmd {
		to := it.value.(exportTo)
		m.over = nil
		if !to.file {
			return m.fetchAndCopy("#"+utoa(r.seq)+" as "+to.name, func(*row) ([]byte, error) { return m.api.Export(m.ctx, r.seq, to.name) })
		}
		m.askFile(r, to)
		return nil
	}
	m.show(p)
	return nil
}

func (m *model) askFile(r *row, to exportTo) {
	p := newPrompt("Write #"+utoa(r.seq)+" as "+to.name+" to", "tacklebox-"+utoa(r.seq)+to.ending, "a file that is there already is not overwritten")
	p.submit = func(m *model, path string) (tea.Cmd, error) {
		if path == "" {
			return nil, errors.New("a file name is missing")
		}
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%s is there already", path)
		}
		ctx, api := m.ctx, m.api
		return m.attempt(func() (string, error) {
			doc, err := api.Export(ctx, r.seq, to.name)
			if err != nil {
				return "", err
			}
			return "written to " + path, writeNew(path, doc)
		}), nil
	}
	m.show(p)
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
