package ultracart

import (
	"strconv"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// The limits of one POST: the minimum of maximum_events and the 900K that no
// POST exceeds are documented, what is stored is a decision.
const (
	fewestEvents = 10
	mostBytes    = 921600
)

// Ways of proving a delivery (documented, with the spaces).
const (
	authNone  = "none"
	authBasic = "basic"
)

// authTypes are the documented ways in which a delivery proves itself.
func authTypes() []string { return []string{authNone, authBasic, "api user", "aws iam"} }

// webhook is what the mock keeps of one subscription beside its URL and the
// event types it wants. Absent texts stay absent.
type webhook struct {
	Auth       string           `json:"auth"`
	Username   *string          `json:"username,omitempty"`
	Password   *string          `json:"password,omitempty"`
	AccessKey  *string          `json:"access_key,omitempty"`
	SecretKey  *string          `json:"secret_key,omitempty"`
	APIVersion string           `json:"api_version"`
	MaxEvents  int32            `json:"max_events"`
	MaxSize    int32            `json:"max_size"`
	Compress   bool             `json:"compress,omitempty"`
	Comments   *string          `json:"comments,omitempty"`
	Events     map[string]entry `json:"events,omitempty"` // by event type
}

// entry is what a subscription says of one event type.
type entry struct {
	Subscribed bool    `json:"subscribed,omitempty"`
	Expansion  *string `json:"expansion,omitempty"`
	Ruler      *string `json:"ruler,omitempty"`
	Comments   *string `json:"comments,omitempty"`
}

// fresh is a subscription of which nothing was said (defaults: decision).
func fresh() webhook {
	return webhook{Auth: authNone, APIVersion: apiVersion, MaxEvents: fewestEvents, MaxSize: mostBytes, Events: map[string]entry{}}
}

// stored returns the kept part of a subscription.
func stored(s *provider.Sub) webhook { return kit.Stored(s, fresh()) }

// types lists the subscribed event types in the catalogue's order.
func (h *webhook) types(cat *catalogue) []string {
	types := []string{}
	for _, c := range cat.categories {
		for _, e := range c.events {
			if h.Events[e.name].Subscribed {
				types = append(types, e.name)
			}
		}
	}
	return types
}

// webhookJSON is a Webhook as answers have it, members in the order of the
// samples.
type webhookJSON struct {
	OID        int            `json:"webhook_oid"`
	MerchantID string         `json:"merchant_id"`
	URL        string         `json:"webhook_url"`
	Auth       string         `json:"authentication_type"`
	Username   *string        `json:"basic_username,omitempty"`
	Password   *string        `json:"basic_password,omitempty"`
	AccessKey  *string        `json:"iam_access_key,omitempty"`
	SecretKey  *string        `json:"iam_secret_key,omitempty"`
	APIVersion string         `json:"api_version"`
	MaxEvents  int32          `json:"maximum_events"`
	MaxSize    int32          `json:"maximum_size"`
	Compress   *bool          `json:"compress_events,omitempty"`
	Disabled   *bool          `json:"disabled,omitempty"`
	Failures   int            `json:"consecutive_failures"`
	Retry      string         `json:"next_retry_after,omitempty"`
	Pending    int            `json:"pending"`
	Categories []categoryJSON `json:"event_categories"`
	Comments   *string        `json:"merchant_comments,omitempty"`
}

type categoryJSON struct {
	Name          string      `json:"event_category"`
	Available     []string    `json:"available_expansions"`
	Events        []eventJSON `json:"events"`
	AnySubscribed *bool       `json:"any_subscribed,omitempty"`
	Subscribed    *bool       `json:"subscribed,omitempty"`
}

type eventJSON struct {
	OID          int     `json:"webhook_event_oid"`
	Name         string  `json:"event_name"`
	About        string  `json:"event_description"`
	Subscribed   *bool   `json:"subscribed,omitempty"`
	Expansion    *string `json:"expansion,omitempty"`
	Ruler        *string `json:"event_ruler,omitempty"`
	Comments     *string `json:"comments,omitempty"`
	Reflow       *bool   `json:"supports_reflow,omitempty"`
	Deprecated   *bool   `json:"deprecated_flag,omitempty"`
	Discontinued *bool   `json:"discontinued_flag,omitempty"`
}

// show describes a subscription. Passwords come back in clear, as the official
// update sample needs them to (inferred).
func (q *request) show(s *provider.Sub, placeholders bool) webhookJSON {
	h, emit := stored(s), q.emitFalse
	out := webhookJSON{OID: oid(s), MerchantID: q.text(optMerchantID), URL: s.URL, Auth: h.Auth, Username: h.Username, Password: h.Password,
		AccessKey: h.AccessKey, SecretKey: h.SecretKey, APIVersion: h.APIVersion, MaxEvents: h.MaxEvents, MaxSize: h.MaxSize,
		Compress: flag(h.Compress, emit), Disabled: flag(!s.Enabled, emit), Failures: s.Failures,
		Pending: q.World.Pending(q.a.Name, s.ID), Comments: h.Comments, Categories: []categoryJSON{}}
	if !s.Next.IsZero() {
		out.Retry = date(s.Next)
	}
	for _, c := range catalogueOf(q.World).categories {
		if one, any := h.show(c, placeholders, emit); any || placeholders {
			out.Categories = append(out.Categories, one)
		}
	}
	return out
}

// show describes a category: with placeholders every event, else the subscribed
// ones. The two booleans count all events, listed or not (inferred).
func (h *webhook) show(c *category, placeholders, emit bool) (out categoryJSON, any bool) {
	out = categoryJSON{Name: c.name, Available: c.available, Events: []eventJSON{}}
	count := 0
	for _, e := range c.events {
		in := h.Events[e.name]
		if in.Subscribed {
			count++
		}
		if !in.Subscribed && !placeholders {
			continue
		}
		out.Events = append(out.Events, eventJSON{OID: e.oid, Name: e.name, About: e.about, Subscribed: flag(in.Subscribed, emit),
			Expansion: in.Expansion, Ruler: in.Ruler, Comments: in.Comments, Reflow: flag(e.reflow, emit),
			Deprecated: flag(false, emit), Discontinued: flag(false, emit)})
	}
	out.AnySubscribed, out.Subscribed = flag(count > 0, emit), flag(count == len(c.events), emit)
	return out, count > 0
}

// subOf returns a webhook by the text in the path. What is no number of a
// webhook of this account is a webhook that does not exist (decision).
func (q *request) subOf(text string) (*provider.Sub, error) {
	if _, err := strconv.ParseInt(text, 10, 32); err == nil {
		if s := q.a.Sub(text); s != nil {
			return s, nil
		}
	}
	return nil, missing("webhook")
}
