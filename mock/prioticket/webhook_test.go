package prioticket_test

import "testing"

func TestSmoke(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.subscribe("box", `"ORDER_CREATE"`, `"webhook_auth":"abc"`)
	t.Log(id, r.call("GET", "/webhooks", "").body)
	r.notify("ORDER_CREATE", "179")
	for _, x := range r.Entries("") {
		t.Log(x.Seq, x.Kind, x.Inbox)
	}
	e := r.Expect(t, "kind:capture inbox:box", 1)[0]
	t.Log(e.Request.Headers, string(e.Request.Body), e.Signature)
	t.Log(r.call("GET", "/notifications", "").body)
	t.Log(r.call("DELETE", "/webhooks/"+id, ""))
	t.Log(r.call("DELETE", "/webhooks/"+id, ""))
}
