package providers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
)

type replayOptions struct {
	command.Edit
	req  api.ReplayRequest
	open bool
}

// replayRun is what the command does with the app.
type replayRun struct{ *command.App }

func ReplayCommand(a *command.App) *cobra.Command {
	o := new(replayOptions)
	cmd := &cobra.Command{
		Use:   "replay SEQ…",
		Short: "Send what was captured or attempted again",
		Long: `Send the requests of entries again, and wait until each is answered, whatever the
answer. Exit code 1: one could not be sent or got no answer.`,
		Example: `  tacklebox replay 12 --to http://localhost:3000/callback
  tacklebox replay 12 13 --resign --set order.total=5`,
		Args: command.Args("SEQ…"),
	}
	f := cmd.Flags()
	f.StringVar(&o.req.To, "to", "", "send to this `URL` instead")
	f.BoolVar(&o.req.Resign, "resign", false, "sign again with the key in force")
	f.BoolVar(&o.req.NewID, "new-id", false, "as a new event, not another try of the old one")
	f.StringArrayVar(&o.Edit.Set, "set", nil, "`PATH=VALUE` in the body, or PATH:=JSON (repeatable)")
	f.StringArrayVar(&o.Edit.Unset, "unset", nil, "leave `PATH` out (repeatable)")
	f.BoolVar(&o.open, "edit", false, "change the body in $VISUAL or $EDITOR first")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		entries := make([]uint64, len(args)) // all are read before the first is sent
		for i, arg := range args {
			var err error
			if entries[i], err = command.Sequence(arg); err != nil {
				return err
			}
		}
		for _, seq := range entries {
			if err := (replayRun{a}).replay(cmd.Context(), seq, *o); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

func (a replayRun) replay(ctx context.Context, seq uint64, o replayOptions) error {
	req := o.req
	req.Unset = o.Edit.Unset
	if err := a.prepareReplay(ctx, seq, o, &req); err != nil {
		return err
	}
	raw, err := a.Client().Replay(ctx, seq, req)
	if err != nil {
		return err
	}
	if a.JSON {
		if err := a.Out.RawJSON(raw); err != nil {
			return err
		}
	}
	var fired api.Fired
	if err := json.Unmarshal(raw, &fired); err != nil {
		return fmt.Errorf("replay of %d: %w", seq, err)
	}
	if err := a.arrived(ctx, seq, fired); err != nil || a.JSON {
		return err
	}
	a.Out.Line("replayed %d", seq)
	fireRun{a.App}.printFired(&fired, nil, false)
	return nil
}

// arrived waits for the attempt that a replay becomes: what nobody took is not
// replayed.
func (a replayRun) arrived(ctx context.Context, seq uint64, fired api.Fired) error {
	for _, event := range fired.Events {
		for _, d := range event.Deliveries {
			sent, err := attemptOf(ctx, a.Client(), d.ID)
			if err == nil && sent.Error != "" && sent.Response == nil {
				err = exit.With(exit.Failure, errors.New(sent.Error))
			}
			if err != nil {
				return fmt.Errorf("%d was not replayed: %w", seq, err)
			}
		}
	}
	return nil
}

// prepareReplay reads the body that is to be sent, when somebody changes it.
func (a replayRun) prepareReplay(ctx context.Context, seq uint64, o replayOptions, req *api.ReplayRequest) error {
	if len(o.Edit.Set) == 0 && !o.open {
		return nil
	}
	body, err := a.Client().Body(ctx, seq)
	if err != nil {
		return err
	}
	if req.Set, err = o.Values(body); err != nil || !o.open {
		return err
	}
	edited, err := a.editor(ctx, body)
	if err != nil {
		return err
	}
	if !json.Valid(edited) {
		return exit.Usagef("the edited body is not JSON%s", command.PlaceOf(edited))
	}
	req.Body = edited
	return nil
}

// editor lets the user change a text in the editor of their choice.
func (a replayRun) editor(ctx context.Context, text []byte) ([]byte, error) {
	words := strings.Fields(a.editorCommand())
	if len(words) == 0 {
		return nil, exit.Usagef("--edit: set VISUAL or EDITOR")
	}
	f, err := os.CreateTemp("", "tacklebox-*.json")
	if err != nil {
		return nil, fmt.Errorf("file to edit: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(print.Pretty(text))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("file to edit: %w", err)
	}
	run := exec.CommandContext(ctx, words[0], append(words[1:], f.Name())...)
	run.Stdin, run.Stdout, run.Stderr = a.Stdin, a.Stdout, a.Stderr
	if err := run.Run(); err != nil {
		return nil, fmt.Errorf("editor %s: %w", words[0], err)
	}
	return os.ReadFile(f.Name())
}

func (a replayRun) editorCommand() string {
	if v := a.Getenv("VISUAL"); v != "" {
		return v
	}
	return a.Getenv("EDITOR")
}
