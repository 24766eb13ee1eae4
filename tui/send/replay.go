package send

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// ReplayAsIs sends an entry again, byte for byte.
func ReplayAsIs(m *desk.Model) tea.Cmd { return replay(m, api.ReplayRequest{}, "") }

// ReplaySigned sends an entry again with a signature of now.
func ReplaySigned(m *desk.Model) tea.Cmd {
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
func replay(m *desk.Model, req api.ReplayRequest, changed string) tea.Cmd {
	r := m.Current()
	if r == nil {
		return nil
	}
	return replayEntry(m, r.Seq, req, changed, nil)
}

func replayEntry(m *desk.Model, seq uint64, req api.ReplayRequest, changed string, form *ui.Form) tea.Cmd {
	ctx, c := m.Ctx, m.Api
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

func (r replayed) Apply(m *desk.Model) tea.Cmd {
	if r.form != nil && m.Shows(r.form) {
		r.form.Busy = ""
		if r.err != nil {
			refuseFiring(r.form, r.err)
			return nil
		}
		m.Drop(r.form)
	}
	if m.Fail(r.err) {
		return nil
	}
	var result api.Fired
	if desk.Decode(r.fired, &result) == nil {
		if m.Fire.Replays == nil {
			m.Fire.Replays = map[string]string{}
		}
		for _, e := range result.Events {
			for _, d := range e.Deliveries {
				m.Fire.Replays[d.ID] = r.note
			}
		}
	}
	m.Say(ui.Good, r.text)
	return desk.Refresh(m)
}

// ReplayTo asks for another URL and for changes.
func ReplayTo(m *desk.Model) tea.Cmd {
	r := m.Current()
	if r == nil {
		return nil
	}
	f := &ui.Form{Title: "Replay #" + ui.Utoa(r.Seq)}
	to := ui.NewField(toField, "", "another URL; empty: where it went")
	to.Options = startsWith(toURLs(m))
	set := ui.NewField(SetField, "", "path=value, path:=json or -path, in the body")
	set.Repeats = true
	f.Fields = []*ui.Field{to, set}
	f.Submit = func(f *ui.Form) tea.Cmd {
		var fire api.Firing
		for i, x := range f.Fields[1:] {
			if v := strings.TrimSpace(x.In.Value()); v != "" {
				if err := Assign(&fire, v, bodyOf(m, r.Seq)); err != nil {
					f.Refuse(i+1, err.Error(), "")
					return nil
				}
			}
		}
		req := api.ReplayRequest{To: f.Value(toField), Set: fire.Set, Unset: fire.Unset}
		req.Resign = len(f.Values(SetField)) > 0 && r.Provider != "" && r.Kind != "call"
		changed := strings.Join(f.Values(SetField), ", ")
		if req.To != "" {
			changed = strings.TrimPrefix(changed+", to "+req.To, ", ")
		}
		return replayEntry(m, r.Seq, req, ui.Cell(changed), f)
	}
	m.Show(f)
	return nil
}

// bodyOf is the body of an entry when the detail has it.
func bodyOf(m *desk.Model, seq uint64) json.RawMessage {
	if e := m.Detail.Entry; e != nil && e.Seq == seq && e.Request != nil {
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

// ReplayEdited opens the body in the editor and sends what was saved, signed
// anew where a provider sent it.
func ReplayEdited(m *desk.Model) tea.Cmd {
	r := m.Current()
	if r == nil {
		return nil
	}
	ctx, c, seq := m.Ctx, m.Api, r.Seq
	resign := r.Provider != "" && r.Kind != "call"
	return func() tea.Msg {
		b, err := c.Body(ctx, seq)
		return bodyRead{seq, resign, b, err}
	}
}

func (r bodyRead) Apply(m *desk.Model) tea.Cmd {
	if m.Fail(r.err) {
		return nil
	}
	shown := desk.Indented(r.body)
	return desk.Edit(m, "body.json", shown, func(m *desk.Model, edited []byte) tea.Cmd {
		if bytes.Equal(edited, shown) {
			m.Say(ui.Plain, "nothing was changed, so nothing was sent")
			return nil
		}
		return replayEntry(m, r.seq, api.ReplayRequest{Body: desk.AsJSON(edited), Resign: r.resign}, "edited", nil)
	})
}

// RetryNow attempts at once what waits on the line under the cursor, also on a
// real clock, which cannot be moved. Where nothing waits the clock goes on.
func RetryNow(m *desk.Model) tea.Cmd {
	l, ok := m.List.Current()
	var ids []string
	if ok {
		ids = l.Waits()
	}
	if len(ids) == 0 {
		return clockNext(m)
	}
	ctx, c := m.Ctx, m.Api
	return desk.Attempt(func() (string, error) {
		var problems []error
		for _, id := range ids {
			if _, err := c.RetryDelivery(ctx, id); err != nil {
				problems = append(problems, err)
			}
		}
		return "retried " + ui.Count(len(ids), "delivery"), errors.Join(problems...)
	})
}

func clockNext(m *desk.Model) tea.Cmd {
	if !desk.CanMoveClock(m) {
		m.Complain("nothing waits here, and the clock of this sandbox is the wall's: it cannot be moved (start with --clock manual)")
		return nil
	}
	return moveClock(m, api.ClockMove{To: "next"})
}

func moveClock(m *desk.Model, move api.ClockMove) tea.Cmd {
	ctx, c, loc := m.Ctx, m.Api, m.Loc
	return desk.Attempt(func() (string, error) {
		now, err := c.MoveClock(ctx, move)
		if err != nil {
			return "", err
		}
		return "the clock stands at " + now.Now.In(loc).Format("2006-01-02 15:04:05"), nil
	})
}

// ClockAdvance asks how far a clock of tests is moved.
func ClockAdvance(m *desk.Model) tea.Cmd {
	if !desk.CanMoveClock(m) {
		m.Complain("the clock of this sandbox is the wall's: it cannot be moved (start with --clock manual)")
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
		ctx, c := m.Ctx, m.Api
		return desk.SendForm(m, f, "the clock went on by "+value, func() error {
			_, err := c.MoveClock(ctx, api.ClockMove{Advance: value})
			return err
		}, nil)
	}
	m.Show(f)
	return nil
}
