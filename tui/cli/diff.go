package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *App) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff SEQ SEQ",
		Short: "Compare the bodies and headers of two entries",
		Args:  args("SEQ", "SEQ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			first, err := sequence(args[0])
			if err != nil {
				return err
			}
			second, err := sequence(args[1])
			if err != nil {
				return err
			}
			raw, err := a.client().Diff(cmd.Context(), first, second)
			if err != nil {
				return err
			}
			if a.json {
				return a.out.rawJSON(raw)
			}
			return a.diff(raw)
		},
	}
}

// difference is one place where two entries are not the same.
type difference struct {
	Path string `json:"path"`
	Name string `json:"name"`
	A    any    `json:"a"`
	B    any    `json:"b"`
}

func (a *App) diff(raw []byte) error {
	var d struct {
		Headers []difference `json:"headers"`
		Body    []difference `json:"body"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	if len(d.Headers)+len(d.Body) == 0 {
		a.out.line("no difference")
		return nil
	}
	a.differences("headers", d.Headers)
	a.differences("body", d.Body)
	return nil
}

func (a *App) differences(what string, list []difference) {
	if len(list) == 0 {
		return
	}
	a.out.line("%s", a.out.paint(bold, what))
	for _, d := range list {
		a.out.line("  %s", d.Path+d.Name)
		if d.A != nil {
			a.out.line("    %s", a.out.paint(bad, "- "+compact(d.A)))
		}
		if d.B != nil {
			a.out.line("    %s", a.out.paint(good, "+ "+compact(d.B)))
		}
	}
}

func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
