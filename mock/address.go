package mock

import (
	"encoding/json"
	"net"
	"net/netip"
	"tacklebox/mock/provider"
)

// permitURL holds the rule for outgoing calls to a setting that names an IP
// address. A host name is judged when it is called: what it resolves to can
// change until then.
func permitURL(raw json.RawMessage, allow []string) error {
	u, err := provider.ParseURL(raw)
	if err != nil || u == nil {
		return err
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil {
		return nil
	}
	return Permit(u.Hostname(), net.JoinHostPort(u.Hostname(), "0"), allow)
}
