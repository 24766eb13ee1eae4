package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/yamlfile"
)

// Payload is the body of one callback that was recorded.
type Payload struct {
	File     string
	Number   int      // of the request in the file, from 1; 0: the file is the body
	Provider string   // "": not known yet
	Types    []string // the event types that it tells of; several where a provider joins them
	Told     bool     // Types are what somebody says, not what was recorded
	Body     []byte
}

func (p *Payload) String() string {
	if p.Number == 0 {
		return p.File
	}
	return fmt.Sprintf("%s request %d", p.File, p.Number)
}

// Line is where a path stands in the file, 0 where that cannot be told: JSON is
// YAML, whose reader knows lines.
func (p *Payload) Line(path string) int {
	if p.Number > 0 {
		return 0
	}
	root, err := yamlfile.Document(p.File, p.Body)
	if err != nil || root == nil {
		return 0
	}
	parts := strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\x00", ".")
	}
	return max(1, yamlfile.Read(p.File, root).Line(parts))
}

// maxFile bounds a file of payloads.
const maxFile = 64 << 20

// endings are the files of a folder that are looked at.
var endings = []string{".json", ".har", ".jsonl", ".ndjson"}

// Files lists the files that names mean: of a folder, all below it that hold JSON.
func Files(names []string) (list []string, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, exit.Misused(err)
		}
		if !info.IsDir() {
			list = append(list, name)
			continue
		}
		before := len(list)
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasPrefix(entry.Name(), ".") && path != name && entry.IsDir() {
				return fs.SkipDir
			}
			if err == nil && entry.Type().IsRegular() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
				list = append(list, path)
			}
			return err
		})
		if err != nil {
			return nil, exit.Misused(err)
		}
		if len(list) == before {
			return nil, exit.Usagef("%s holds no files that end in %s", name, strings.Join(endings, ", "))
		}
	}
	return list, nil
}

// Read reads the payloads of a file: it is one, or it is what `import` takes, a HAR
// or entries of a journal, which a sandbox reads for us.
func Read(ctx context.Context, c *client.Client, file string) ([]*Payload, error) {
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	if !recorded(text) {
		return []*Payload{{File: file, Body: text}}, nil
	}
	done, err := c.Import(ctx, "contract", text)
	if err != nil {
		return nil, exit.Usagef("%s: %w", file, err)
	}
	if done.Imported == 0 {
		return nil, nil
	}
	page, err := c.Entries(ctx, client.Query{After: done.FirstSeq - 1, Before: done.LastSeq + 1, Limit: done.Imported, Order: "asc", Oldest: done.FirstSeq == 1})
	if err != nil {
		return nil, err
	}
	var list []*Payload
	for i, e := range page.Entries {
		if body := e.Request.Content(); len(body) > 0 {
			p := &Payload{File: file, Number: i + 1, Provider: e.Provider, Body: body}
			if e.Type != "" {
				p.Types = []string{e.Type}
			}
			list = append(list, p)
		}
	}
	return list, nil
}

func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("%s: larger than %d MiB", file, maxFile>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, exit.Misused(err)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

// recorded reports whether a text is a recording and no payload: its first value
// has the members of a HAR, of a page of entries or of an entry.
func recorded(text []byte) bool {
	var form struct {
		Log *struct {
			Entries *json.RawMessage `json:"entries"`
		} `json:"log"`
		Entries  []api.Entry       `json:"entries"`
		Requests []json.RawMessage `json:"requests"`
		Kind     string            `json:"kind"`
		Seq      json.Number       `json:"seq"`
	}
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&form)
	var wrong *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &wrong) {
		return false
	}
	return form.Log != nil && form.Log.Entries != nil || form.Entries != nil || form.Requests != nil || form.Kind != "" && form.Seq != ""
}
