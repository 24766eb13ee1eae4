package mock

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/outbound"
)

// checkTarget refuses what can never be sent to: what is no absolute http or https
// URL, and what the rules for outgoing calls forbid. name is the member it stands
// in.
func checkTarget(ctx context.Context, rules outbound.Rules, name, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return api.Refuse(api.CodeBadURL, "", "%s: %q is not an absolute http or https URL", name, api.Clip(text))
	}
	return forbidden(name, rules.CheckURL(ctx, u))
}

// forbidden words a refusal of the rules for outgoing calls.
func forbidden(name string, err error) error {
	if place, ok := outbound.AsForbidden(err); ok {
		return api.Refuse(api.CodeForbiddenHost, place.Hint, "%s: %v", name, place)
	}
	return err
}

// permitURL holds the rules for outgoing calls to a setting.
func permitURL(rules outbound.Rules, raw json.RawMessage) error {
	u, err := provider.ParseURL(raw)
	if err != nil || u == nil {
		return err
	}
	if place, ok := outbound.AsForbidden(rules.CheckURL(context.Background(), u)); ok {
		return api.Refuse(api.CodeBadSetting, place.Hint, "%v", place)
	}
	return nil
}

// withoutPassword is a URL as it may be shown.
func withoutPassword(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	return u.Redacted()
}
