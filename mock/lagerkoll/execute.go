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
func (q *query) execute() (provider.Reply, error) {
	if err := q.checkParcel(); err != nil {
		return provider.Reply{}, err
	}
	if q.account == "" {
		return provider.Reply{}, noWebhook() // an open execution of an unknown guid
	}
	h, ok := byGUID(webhooks(q.world.Account(q.account)), q.call.Param("id"))
	if !ok || !h.applies(q.world, q.caller) {
		return provider.Reply{}, noWebhook()
	}
	q.call.Type = executed
	if q.world.Option(q.account, "execute_callback").Bool() {
		fired, err := q.world.Fire(provider.Firing{Type: executed, Account: q.account, Data: provider.Encode(q.occurrence(h))})
		if err != nil {
			return provider.Reply{}, err
		}
		q.call.EventID = fired
	}
	return q.executed()
}

// checkParcel judges the body: nothing, or any JSON. It is given to nobody.
func (q *query) checkParcel() error {
	if kind := contentType(q.call.Header); kind != "" && kind != string(asJSON) {
		return wrongType()
	}
	if q.call.TooLarge {
		return tooLarge()
	}
	body, ok := text(q.call)
	if !ok || len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return malformed()
	}
	return nil
}

// executed answers what the setting says; {} unless it says otherwise (decision).
func (q *query) executed() (provider.Reply, error) {
	var r executeReply
	if err := json.Unmarshal(q.world.Option(q.account, "execute_reply").Raw(), &r); err != nil {
		return provider.Reply{}, err
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

func (q *query) occurrence(h webhook) occurrence {
	return occurrence{h.Feature, h.Method, h.ID, h.GUID, storeNumber(q.store), groupOf(q.world, q.account, q.store)}
}
