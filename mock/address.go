package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
)

var errNoURL = errors.New("not an absolute http or https URL")

// parseURL reads an address that requests go to; nil stands for none, "".
func parseURL(raw json.RawMessage) (*url.URL, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q: %w", clip(text), errNoURL)
	}
	return u, nil
}

// permitURL holds the rule for outgoing calls to a setting that names an IP
// address. A host name is judged when it is called: what it resolves to can
// change until then.
func permitURL(raw json.RawMessage, allow []string) error {
	u, err := parseURL(raw)
	if err != nil || u == nil {
		return err
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil {
		return nil
	}
	return Permit(u.Hostname(), net.JoinHostPort(u.Hostname(), "0"), allow)
}
