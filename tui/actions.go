package tui

import (
	"bytes"
	"encoding/json"
	"errors"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

func (m *model) replay() tea.Cmd {
	return m.replayAs(client.ReplayRequest{}, "replayed")
}

func (m *model) replaySigned() tea.Cmd {
	return m.replayAs(client.ReplayRequest{Resign: true, NewID: true}, "replayed with a new id and signature")
}

func (m *model) replayAs(req client.ReplayRequest, said string) tea.Cmd {
	r := m.chosen()
	if r == nil {
		return nil
	}
	ctx, api, seq := m.ctx, m.api, r.seq
	return m.attempt(func() (string, error) {
		_, err := api.Replay(ctx, seq, req)
		return said + " #" + utoa(seq), err
	})
}

// replayEdited opens the body in the editor and sends what was saved, signed
// anew where a provider sent it.
func (m *model) replayEdited() tea.Cmd {
	r := m.chosen()
	if r == nil {
		return nil
	}
	ctx, api, seq := m.ctx, m.api, r.seq
	resign := r.provider != "" && r.kind != "call"
	return run(func() func(*model) tea.Cmd {
		body, err := api.Body(ctx, seq)
		return func(m *model) tea.Cmd {
			if m.fail(err) {
				return nil
			}
			shown := indented(body)
			return m.edit("body.json", shown, func(m *model, edited []byte) tea.Cmd {
				if bytes.Equal(edited, shown) {
					m.say("nothing was changed, so nothing was sent")
					return nil
				}
				if !json.Valid(edited) {
					edited = quoted(edited)
				}
				return m.attempt(func() (string, error) {
					_, err := api.Replay(ctx, seq, client.ReplayRequest{Body: edited, Resign: resign})
					return "replayed #" + utoa(seq) + " as edited", err
				})
			})
		}
	})
}

// retryNow attempts at once what waits on the line under the cursor, also on a
// real clock, which cannot be moved. Where nothing waits the clock goes on.
func (m *model) retryNow() tea.Cmd {
	l, ok := m.list.current()
	if !ok {
		return m.clockNext()
	}
	ids := l.waits()
	if len(ids) == 0 {
		return m.clockNext()
	}
	ctx, api := m.ctx, m.api
	return m.attempt(func() (string, error) {
		var problems []error
		for _, id := range ids {
			if _, err := api.RetryDelivery(ctx, id); err != nil {
				problems = append(problems, err)
			}
		}
		return "retried " + deliveriesText(len(ids)), errors.Join(problems...)
	})
}

func (m *model) clockNext() tea.Cmd {
	return m.moveClock(client.ClockMove{To: "next"})
}

func (m *model) moveClock(move client.ClockMove) tea.Cmd {
	ctx, api, loc := m.ctx, m.api, m.loc
	return m.attempt(func() (string, error) {
		c, err := api.MoveClock(ctx, move)
		if err != nil {
			return "", err
		}
		return "the clock stands at " + c.Now.In(loc).Format("2006-01-02 15:04:05"), nil
	})
}

func (m *model) clockAdvance() tea.Cmd {
	p := newPrompt("Clock forward by", "", "a duration like 30s, 15m, 24h", "what falls due on the way is attempted")
	p.submit = func(m *model, value string) (tea.Cmd, error) {
		if value == "" {
			return nil, errors.New("a duration is missing")
		}
		return m.moveClock(client.ClockMove{Advance: value}), nil
	}
	m.show(p)
	return nil
}

// copy puts a text on the user's clipboard through the terminal (OSC 52), so
// that it works across ssh. The sequence carries base64 only.
func (m *model) copy(value, what string) tea.Cmd {
	if len(value) > mostCopied {
		m.complain(what + " has " + bytesText(int64(len(value))) + " bytes, too many for a terminal's clipboard: x exports it")
		return nil
	}
	m.tell(good, "copied "+what)
	return tea.SetClipboard(value)
}

// mostCopied is what terminals take in one sequence; xterm drops longer ones.
const mostCopied = 74 << 10

func (m *model) copyBody() tea.Cmd {
	return m.fetchAndCopy("the body", func(r *row) ([]byte, error) { return m.api.Body(m.ctx, r.seq) })
}

func (m *model) copyCurl() tea.Cmd {
	return m.fetchAndCopy("a curl command", func(r *row) ([]byte, error) { return m.api.Export(m.ctx, r.seq, "curl") })
}

func (m *model) fetchAndCopy(what string, fetch func(*row) ([]byte, error)) tea.Cmd {
	r := m.chosen()
	if r == nil {
		return nil
	}
	return run(func() func(*model) tea.Cmd {
		b, err := fetch(r)
		return func(m *model) tea.Cmd {
			if m.fail(err) {
				return nil
			}
			return m.copy(string(b), what)
		}
	})
}

// copyID copies the id by which others know it: the event's, else the number.
func (m *model) copyID() tea.Cmd {
	r := m.chosen()
	switch {
	case r == nil:
		return nil
	case r.event != "":
		return m.copy(r.event, "the event's id")
	}
	return m.copy(utoa(r.seq), "the entry's number")
}

func (m *model) markEntry() tea.Cmd {
	r := m.chosen()
	switch {
	case r == nil:
	case m.list.mark == r.seq:
		m.list.mark = 0
		m.say("the mark is gone")
	default:
		m.list.mark = r.seq
		m.say("marked #" + utoa(r.seq) + ": go to another and press d")
	}
	return nil
}
