package mock

import (
	"encoding/json"
	"net"
	"net/netip"
	"net/url"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// checkTarget refuses what can never be sent to: what is no absolute http or https
// URL, and an address that is never called. A host name is judged when it is
// called: what it resolves to can change until then.
func (e *Engine) checkTarget(name, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return api.Refuse(api.CodeBadURL, "", "%s: %q is not an absolute http or https URL", name, api.Clip(text))
	}
	if err := permitAddress(u, e.cfg.Allow); err != nil {
		return api.Refuse(api.CodeForbiddenHost, "", "%s: %v", name, err)
	}
	return nil
}

// permitURL holds the rule for outgoing calls to a setting.
func permitURL(raw json.RawMessage, allow []string) error {
	u, err := provider.ParseURL(raw)
	if err != nil || u == nil {
		return err
	}
	return permitAddress(u, allow)
}

// permitAddress judges a URL that names an IP address.
func permitAddress(u *url.URL, allow []string) error {
	if _, err := netip.ParseAddr(u.Hostname()); err != nil {
		return nil
	}
	return Permit(u.Hostname(), net.JoinHostPort(u.Hostname(), "0"), allow)
}
