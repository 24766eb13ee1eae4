package cli

import (
	"os"
	"path/filepath"
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestImport(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{"b.json": `{"b":1}`, "a/1 ü?.bin": "\xff\x00", ".hidden": "no", ".git/config": "no", "empty/.keep": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	har := filepath.Join(dir, "a.har")
	if err := os.WriteFile(har, []byte(`{"log":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	bodies := t.TempDir()
	if err := os.Rename(filepath.Join(dir, "a"), filepath.Join(bodies, "a")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bodies, "b.json"), []byte(`{"b":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	done := map[string]string{"POST /_/entries/import": `200 {"inbox":"imported","imported":2,"first_seq":5,"last_seq":6}`,
		"POST /_/entries/import?inbox=a+b": `200 {"inbox":"a b","imported":2,"skipped":3,"first_seq":5,"last_seq":6,"notes":["log.entries[1]: skipped: ws: is no HTTP request"]}`}
	runCases(t, []commandCase{
		{name: "standard input", args: []string{"import", "-"}, answers: done, stdin: "{\"kind\":\"capture\"}\n{}\n",
			sent: []string{"POST /_/entries/import {\"kind\":\"capture\"}\n{}\n"}, out: "imported 2 into imported: entries 5 to 6\n"},
		{name: "a file", args: []string{"import", "--inbox", "a b", har}, answers: done, sent: []string{`POST /_/entries/import {"log":{}}`},
			out: "imported 2 into a b: entries 5 to 6; left out 3 that are no requests\n  log.entries[1]: skipped: ws: is no HTTP request\n"},
		{name: "as JSON", args: []string{"import", "--json", har}, answers: done, out: lines(`{"inbox":"imported","imported":2,"first_seq":5,"last_seq":6}`)},
		{name: "a folder", args: []string{"import", bodies}, answers: done, out: "imported 2 into imported: entries 5 to 6\n",
			sent: []string{`POST /_/entries/import {"requests":[{"url":"/a/1%20%C3%BC%3F.bin","body_base64":"/wA="},{"url":"/b.json","headers":{"Content-Type":"application/json"},"body_base64":"eyJiIjoxfQ=="}]}`}},
		{name: "a body alone", args: []string{"import", filepath.Join(bodies, "b.json")}, answers: done, out: "*",
			sent: []string{`POST /_/entries/import {"requests":[{"url":"/","headers":{"Content-Type":"application/json"},"body_base64":"eyJiIjoxfQ=="}]}`}},
		{name: "an entry as a body", args: []string{"import", "--as", "fixture", "-"}, answers: done, stdin: "kind=x", out: "*",
			sent: []string{`POST /_/entries/import {"requests":[{"url":"/","body_base64":"a2luZD14"}]}`}},
		{name: "an empty folder", args: []string{"import", filepath.Join(dir, "empty")}, err: "holds no files", code: exit.Usage},
		{name: "no file", args: []string{"import", "/nowhere/file"}, err: "/nowhere/file", code: exit.Usage},
		{name: "refused", args: []string{"import", har}, answers: map[string]string{"POST /_/entries/import": `400 {"error":{"code":"bad_request","message":"line 3: not JSON"}}`}, err: "line 3: not JSON", code: exit.Usage},
		{name: "missing", args: []string{"import"}, err: "FILE is missing", code: exit.Usage},
	})
}
