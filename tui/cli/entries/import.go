package entries

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/flags"
)

// importRun is what the command does with the app.
type importRun struct{ *command.App }

func ImportCommand(a *command.App) *cobra.Command {
	var inbox, form string
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|-",
		Short: "Take recorded requests into an inbox",
		Long: `Take requests that were recorded elsewhere into an inbox, as if they had been
captured there. FILE is a HAR 1.2 file, entries as JSON lines ('tacklebox entries
--json'), curl commands, or whatever else 'tacklebox export' writes. A JSON object
that is none of these is the body of one POST, as is each file of a folder; --as
fixture takes any file for that. What is not sound is refused as a whole;
'tacklebox replay' sends again what was taken.`,
		Example: `  tacklebox import recorded.har
  tacklebox entries kind:capture --all --json | tacklebox import --inbox copies --url http://127.0.0.1:4781 -`,
		Args: command.Args("FILE"),
	}
	cmd.Flags().Var(flags.NewChoice(&form, "", "fixture"), "as", "fixture: the file is the body of one POST")
	cmd.Flags().StringVar(&inbox, "inbox", "", "into the inbox `NAME` (default: imported)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		doc, err := importRun{a}.recorded(args[0], form == "fixture")
		if err != nil {
			return exit.Usagef("import: %w", err)
		}
		done, err := a.Client().Import(cmd.Context(), inbox, doc)
		if err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(done)
		}
		skipped := ""
		if done.Skipped > 0 {
			skipped = fmt.Sprintf("; left out %d that are no requests", done.Skipped)
		}
		a.Out.Line("imported %d into %s: entries %d to %d%s", done.Imported, done.Inbox, done.FirstSeq, done.LastSeq, skipped)
		for _, note := range done.Notes {
			a.Out.Line("  %s", note)
		}
		return nil
	}
	return cmd
}

// recorded reads what is to be imported; bodies become a list of requests.
func (a importRun) recorded(path string, fixture bool) ([]byte, error) {
	if path != "-" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return folder(path)
		}
	}
	name := path
	if path != "-" {
		path = "@" + path
	}
	text, err := a.Read(path)
	if err != nil || !fixture && !isPayload(text) {
		return text, err
	}
	if name = filepath.Base(name); json.Valid(text) {
		name = "body.json"
	}
	order := requestOfFile(name, text)
	order.URL = "/"
	return json.Marshal(map[string]any{"requests": []bodyOrder{order}})
}

// isPayload reports that a file is one JSON object without anything that every
// entry, list of entries or HAR has: it is somebody's body, not a misspelt entry.
func isPayload(text []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || len(members) == 0 {
		return false
	}
	for _, name := range []string{"seq", "kind", "request", "response", "log", "requests", "entries"} {
		if members[name] != nil {
			return false
		}
	}
	return true
}

// bodyOrder is one request of an import.
type bodyOrder struct {
	URL        string            `json:"url"`
	Headers    map[string]string `json:"headers,omitempty"`
	BodyBase64 string            `json:"body_base64"`
}

// folder makes a POST of each file, by name: its path in the folder is the path
// below the inbox. Hidden files and links are left alone.
func folder(dir string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	requests, size := []bodyOrder{}, 0
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(entry.Name(), "."); hidden && name != "." && entry.IsDir() {
			return filepath.SkipDir
		} else if hidden || !entry.Type().IsRegular() {
			return nil
		}
		body, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		if size += len(body); size > command.MaxInput {
			return fmt.Errorf("%s: larger than %d MiB", dir, command.MaxInput>>20)
		}
		requests = append(requests, requestOfFile(filepath.ToSlash(name), body))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(requests) == 0 {
		return nil, fmt.Errorf("%s holds no files", dir)
	}
	return json.Marshal(map[string]any{"requests": requests})
}

func requestOfFile(name string, body []byte) bodyOrder {
	o := bodyOrder{URL: (&url.URL{Path: "/" + name}).EscapedPath(), BodyBase64: base64.StdEncoding.EncodeToString(body)}
	if typ := contentTypes()[filepath.Ext(name)]; typ != "" {
		o.Headers = map[string]string{"Content-Type": typ}
	}
	return o
}

// contentTypes are by ending what webhooks carry. A machine's own table would
// make the same folder another import elsewhere.
func contentTypes() map[string]string {
	return map[string]string{".json": "application/json", ".xml": "application/xml", ".txt": "text/plain; charset=utf-8", ".form": "application/x-www-form-urlencoded"}
}
