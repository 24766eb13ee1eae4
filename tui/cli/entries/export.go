package entries

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/flags"
)

func ExportCommand(a *command.App) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "export SEQ…",
		Short:   "Write entries as curl, HAR, fixture or Go test",
		Example: "  tacklebox export 12 --as curl\n  tacklebox export 12 13 14 --as har > exchange.har",
		Args:    command.Args("SEQ…"),
	}
	cmd.Flags().Var(flags.NewChoice(&format, "curl", "har", "fixture", "gotest"), "as", "curl, har, fixture or gotest")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var parts [][]byte
		for _, arg := range args {
			seq, err := command.Sequence(arg)
			if err != nil {
				return err
			}
			part, err := a.Client().Export(cmd.Context(), seq, format)
			if err != nil {
				return err
			}
			parts = append(parts, part)
		}
		text, err := join(format, parts)
		if err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(map[string]string{"as": format, "text": string(text)})
		}
		a.Out.Verbatim(text)
		return nil
	}
	return cmd
}

// join puts several exports into one text. A HAR is one document with all
// exchanges in it; the others stand one after the other.
func join(format string, parts [][]byte) ([]byte, error) {
	if format == "har" && len(parts) > 1 {
		return joinHAR(parts)
	}
	for i, part := range parts {
		parts[i] = append(bytes.TrimRight(part, "\n"), '\n')
	}
	return bytes.Join(parts, []byte("\n")), nil
}

func joinHAR(parts [][]byte) ([]byte, error) {
	var all struct {
		Log map[string]json.RawMessage `json:"log"`
	}
	var entries []json.RawMessage
	for _, part := range parts {
		var one []json.RawMessage
		if err := json.Unmarshal(part, &all); err != nil {
			return nil, fmt.Errorf("HAR from the server: %w", err)
		}
		if err := json.Unmarshal(all.Log["entries"], &one); err != nil {
			return nil, fmt.Errorf("entries of a HAR from the server: %w", err)
		}
		entries = append(entries, one...)
	}
	text, err := json.Marshal(entries)
	if err != nil {
		return nil, fmt.Errorf("entries of a HAR: %w", err)
	}
	all.Log["entries"] = text
	out, err := json.MarshalIndent(all, "", "  ")
	return append(out, '\n'), err
}
