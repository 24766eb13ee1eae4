package exchange

import (
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
)

func FuzzImport(f *testing.F) {
	f.Add(`{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://x/y?z","headers":[{"name":"A","value":"b"}],"postData":{"text":"AP8=","_encoding":"base64"}}}]}}`)
	f.Add(`{"kind":"capture","request":{"method":"POST","url":"/in/x","body":"\u0000"}}` + "\n" + `{"kind":"event"}`)
	f.Add(`{"inbox":"a","requests":[{"url":"?","headers":{"a":["1","2"],"A":"3"},"body":{"a":1}}]}`)
	f.Add(`{"entries":[{"kind":"call","request":{"url":"https://x"}}]}`)
	f.Add(`{"log":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		im := &importing{maxBody: 1 << 16, now: clockStart}
		if err := im.read([]byte(text)); err != nil {
			if p := api.Of(err); p.Status >= 500 || p.Message == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		x := &Exchange{}
		for _, e := range im.entries {
			name, _ := inbox.SplitTarget(e.Request.URL)
			if e.Kind != journal.Capture || e.Inbox != im.inbox || name != im.inbox {
				t.Fatalf("%s in %q at %s", e.Kind, e.Inbox, e.Request.URL)
			}
			har, err := exportHAR(x, e)
			if err != nil {
				return // a time that no format can write
			}
			back := &importing{inbox: im.inbox, maxBody: 1 << 16, now: clockStart}
			if err := back.read(har); err != nil {
				continue // a status or a time beyond what HAR has
			}
			if again := back.entries[0].Request; string(again.Body) != string(e.Request.Body) && !e.Request.Truncated {
				t.Fatalf("%q came back as %q", e.Request.Body, again.Body)
			}
		}
	})
}
