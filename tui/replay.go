package tui

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

func replayAsIs(m *model) tea.Cmd { return replay(m, api.ReplayRequest{}, "") }

func replaySigned(m *model) tea.Cmd {
	return replay(m, api.ReplayRequest{Resign: true, NewID: true}, "new id and signature")
}

// replayed is what became of a replay: the screen marks its delivery in the tree.
type replayed struct {
	text  string
	note  string
	fired json.RawMessage
	err   error
	form  *ui.Form
}

// replay sends the chosen entry again; changed says in a word how.
func replay(m *model, req api.ReplayRequest, changed string) tea.Cmd {
	r := m.current()
	if r == nil {
		return nil
	}
	return replayEntry(m, r.Seq, req, changed, nil)
}

func replayEntry(m *model, seq uint64, req api.ReplayRequest, changed string, form *ui.Form) tea.Cmd {
	ctx, c := m.ctx, m.api
	note := "replay of #" + ui.Utoa(seq)
	text := "replayed #" + ui.Utoa(seq)
	if changed != "" {
		note += " · " + changed
		text += ", " + changed
	}
	if form != nil {
		form.Busy = "⣾ waiting for the sandbox"
	}
	return func() tea.Msg {
		doc, err := c.Replay(ctx, seq, req)
		return replayed{text, note, doc, err, form}
	}
}

func (r replayed) apply(m *model) tea.Cmd {
	if r.form != nil && m.shows(r.form) {
		r.form.Busy = ""
		if r.err != nil {
			refuseFiring(r.form, r.err)
			return nil
		}
		m.drop(r.form)
	}
	if m.fail(r.err) {
		return nil
	}
	var result api.Fired
	if decode(r.fired, &result) == nil {
		if m.fire.replays == nil {
			m.fire.replays = map[string]string{}
		}
		for _, e := range result.Events {
			for _, d := range e.Deliveries {
				m.fire.replays[d.ID] = r.note
			}
		}
	}
	m.say(ui.Good, r.text)
	return refresh(m)
}

// replayTo asks for another URL and for changes.
func replayTo(m *model) tea.Cmd {
	r := m.current()
	if r == nil {
		return nil
	}
	f := &ui.Form{Title: "Replay #" + ui.Utoa(r.Seq)}
	to := ui.NewField(toField, "", "another URL; empty: where it went")
	to.Options = startsWith(toURLs(m))
	set := ui.NewField(setField, "", "path=value, path:=json or -path, in the body")
	set.Repeats = true
	f.Fields = []*ui.Field{to, set}
	f.Submit = func(f *ui.Form) tea.Cmd {
		var fire api.Firing
		for i, x := range f.Fields[1:] {
			if v := strings.TrimSpace(x.In.Value()); v != "" {
				if err := assign(&fire, v, m.bodyOf(r.Seq)); err != nil {
					f.Refuse(i+1, err.Error(), "")
					return nil
				}
			}
		}
		req := api.ReplayRequest{To: f.Value(toField), Set: fire.Set, Unset: fire.Unset}
		req.Resign = len(f.Values(setField)) > 0 && r.Provider != "" && r.Kind != "call"
		changed := strings.Join(f.Values(setField), ", ")
		if req.To != "" {
			changed = strings.TrimPrefix(changed+", to "+req.To, ", ")
		}
		return replayEntry(m, r.Seq, req, ui.Cell(changed), f)
	}
	m.show(f)
	return nil
}

// bodyOf is the body of an entry when the detail has it.
func (m *model) bodyOf(seq uint64) json.RawMessage {
	if e := m.detail.entry; e != nil && e.Seq == seq && e.Request != nil {
		return e.Request.Body
	}
	return nil
}

// bodyRead is a body to be edited.
type bodyRead struct {
	seq    uint64
	resign bool
	body   []byte
	err    error
}

// replayEdited opens the body in the editor and sends what was saved, signed
// anew where a provider sent it.
func replayEdited(m *model) tea.Cmd {
	r := m.current()
	if r == nil {
		return nil
	}
	ctx, c, seq := m.ctx, m.api, r.Seq
	resign := r.Provider != "" && r.Kind != "call"
	return func() tea.Msg {
		b, err := c.Body(ctx, seq)
		return bodyRead{seq, resign, b, err}
	}
}

func (r bodyRead) apply(m *model) tea.Cmd {
	if m.fail(r.err) {
		return nil
	}
	shown := indented(r.body)
	return edit(m, "body.json", shown, func(m *model, edited []byte) tea.Cmd {
		if bytes.Equal(edited, shown) {
			m.say(ui.Plain, "nothing was changed, so nothing was sent")
			return nil
		}
		return replayEntry(m, r.seq, api.ReplayRequest{Body: asJSON(edited), Resign: r.resign}, "edited", nil)
	})
}

// retryNow attempts at once what waits on the line under the cursor, also on a
// real clock, which cannot be moved. Where nothing waits the clock goes on.
func retryNow(m *model) tea.Cmd {
	l, ok := m.list.current()
	var ids []string
	if ok {
		ids = l.Waits()
	}
	if len(ids) == 0 {
		return clockNext(m)
	}
	ctx, c := m.ctx, m.api
	return attempt(func() (string, error) {
		var problems []error
		for _, id := range ids {
			if _, err := c.RetryDelivery(ctx, id); err != nil {
				problems = append(problems, err)
			}
		}
		return "retried " + ui.Count(len(ids), "delivery"), errors.Join(problems...)
	})
}

func clockNext(m *model) tea.Cmd {
	if !canMoveClock(m) {
		m.complain("nothing waits here, and the clock of this sandbox is the wall's: it cannot be moved (start with --clock manual)")
		return nil
	}
	return moveClock(m, api.ClockMove{To: "next"})
}

func moveClock(m *model, move api.ClockMove) tea.Cmd {
	ctx, c, loc := m.ctx, m.api, m.loc
	return attempt(func() (string, error) {
		now, err := c.MoveClock(ctx, move)
		if err != nil {
			return "", err
		}
		return "the clock stands at " + now.Now.In(loc).Format("2006-01-02 15:04:05"), nil
	})
}

func clockAdvance(m *model) tea.Cmd {
	if !canMoveClock(m) {
		m.complain("the clock of this sandbox is the wall's: it cannot be moved (start with --clock manual)")
		return nil
	}
	f := &ui.Form{Title: "Clock forward by"}
	f.Fields = []*ui.Field{ui.NewField("", "", "a duration like 30s, 15m, 24h; what falls due on the way is attempted")}
	f.Submit = func(f *ui.Form) tea.Cmd {
		value := f.Value("")
		if value == "" {
			f.Refuse(0, "a duration is missing", "")
			return nil
		}
		ctx, c := m.ctx, m.api
		return sendForm(m, f, "the clock went on by "+value, func() error {
			_, err := c.MoveClock(ctx, api.ClockMove{Advance: value})
			return err
		}, nil)
	}
	m.show(f)
	return nil
}
