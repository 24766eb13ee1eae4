package lagerkoll

import (
	"bytes"
	"encoding/json"
	"net/http"

	"tacklebox/mock/provider"
)

const executed = "feature.executed"

// execute answers executeWebhook. What the provider then does is documented
// nowhere; here the call is marked with the event type and fires the event to
// the owner's callback URL, so that an integrator sees the loop close (decision).
func (q *query) execute() (any, error) {
	if err := q.checkParcel(); err != nil {
		return nil, err
	}
	if q.Call.Account == "" {
		return nil, errNoWebhook // an open execution of an unknown guid
	}
	h, ok := byGUID(webhooks(q.World.Account(q.Call.Account)), q.Call.Param("id"))
	if !ok || !h.applies(q) {
		return nil, errNoWebhook
	}
	q.Call.Type = executed
	if q.World.Option(q.Call.Account, "execute_callback").Bool() {
		fired, err := q.World.Fire(provider.Firing{Type: executed, Account: q.Call.Account, Data: provider.Encode(q.occurrence(h))})
		if err != nil {
			return nil, err
		}
		q.Call.EventID = fired
	}
	return q.executed()
}

// checkParcel judges the body: nothing, or any JSON. It is given to nobody.
func (q *query) checkParcel() error {
	if kind := contentType(q.Call.Header); kind != "" && kind != string(asJSON) {
		return errWrongType
	}
	if q.Call.TooLarge {
		return errTooLarge
	}
	body, ok := text(q.Call)
	if !ok || len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return errMalformed
	}
	return nil
}

// executed answers what the setting says; {} unless it says otherwise (decision).
func (q *query) executed() (any, error) {
	var r executeReply
	if err := json.Unmarshal(q.World.Option(q.Call.Account, "execute_reply").Raw(), &r); err != nil {
		return nil, err
	}
	if r.Status == http.StatusNoContent || r.Status == http.StatusNotModified {
		return provider.Reply{Status: r.Status}, nil
	}
	if r.Body == nil {
		r.Body = json.RawMessage("{}")
	}
	return asJSON.reply(r.Status, provider.Encode(r.Body)), nil
}

// occurrence is what an execution tells in its event, in the order of the body.
type occurrence struct {
	Feature string `json:"featureId"`
	Method  string `json:"featureMethod"`
	ID      int64  `json:"webhookId"`
	GUID    string `json:"guid"`
	Store   int64  `json:"storeId"`
	Group   int64  `json:"storeGroupId"`
}

// occurrence collects what the event of an execution tells: the webhook, and the
// store that executed it.
func (q *query) occurrence(h webhook) occurrence {
	return occurrence{h.Feature, h.Method, h.ID, h.GUID, storeNumber(q.store), groupOf(q.World, q.Call.Account, q.store)}
}
