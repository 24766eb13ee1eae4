package receiver

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"tacklebox/receiver/api"
)

// GuardConfig says who may use the control API.
type GuardConfig struct {
	// Tokens, when there are any, are required: "Authorization: Bearer T" or
	// "?token=T" with one of them. A blank one is none.
	Tokens []string
	// Bound are the addresses listened on ("host:port").
	Bound []string
}

// Guard holds everything below /_/ to section 3 of the contract. With a token,
// whoever has it may ask from anywhere. Without one, the Host must be a name
// of this machine's loopback or the bound address (a page of a rebound name
// cannot forge it) and an Origin, when a browser sends one, must be the same
// address that is asked; where it says that a page of another site asks, even
// without an Origin (an image), that is refused. Other paths pass: /in/ answers to
// any Host.
func Guard(cfg GuardConfig, next http.Handler) http.Handler {
	cfg.Tokens = slices.DeleteFunc(slices.Clone(cfg.Tokens), func(token string) bool { return strings.TrimSpace(token) == "" })
	hosts := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	for _, bound := range cfg.Bound {
		host := hostOf(bound)
		if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
			continue // every address is bound: none can be told from a rebound name
		}
		hosts[host] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !guarded(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if len(cfg.Tokens) > 0 {
			if !hasToken(r, cfg.Tokens) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="tacklebox"`)
				api.WriteError(w, api.Failed(http.StatusUnauthorized, "unauthorized", "Authorization: Bearer TOKEN, or ?token=TOKEN", "the control API needs the token of --token"))
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), trustedKey{}, true)))
			return
		}
		if p := foreign(r, hosts); p != nil {
			api.WriteError(w, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guarded also sees through spellings that a mux would clean into the control
// API. What is below /in/ is a capture however it goes on.
func guarded(p string) bool {
	if strings.HasPrefix(p, "/in/") {
		return false
	}
	clean := path.Clean("/" + p)
	return clean == "/_" || strings.HasPrefix(clean, "/_/")
}

func hasToken(r *http.Request, tokens []string) bool {
	given := r.URL.Query().Get("token")
	if scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		given = strings.TrimSpace(value)
	}
	return slices.ContainsFunc(tokens, func(token string) bool { return subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 })
}

func foreign(r *http.Request, hosts map[string]bool) *api.Error {
	if !hosts[hostOf(r.Host)] {
		return api.Failed(http.StatusForbidden, "forbidden_host", "use localhost, or start with --token", "the control API does not answer to the host %q", r.Host)
	}
	if slices.Contains(r.Header["Sec-Fetch-Site"], "cross-site") {
		return api.Failed(http.StatusForbidden, "forbidden_origin", "start with --token to allow pages of other sites", "the control API does not answer to pages of other sites")
	}
	for _, origin := range r.Header["Origin"] {
		if !sameOrigin(origin, r.Host) {
			return api.Failed(http.StatusForbidden, "forbidden_origin", "start with --token to allow pages of other origins", "the control API does not answer to pages of %q", origin)
		}
	}
	return nil
}

// hostOf is the lower-case host of "host", "host:port" or "[v6]:port".
func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	return strings.ToLower(host)
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.EqualFold(u.Host, host)
}

type trustedKey struct{}

// originAllowed is the WebSocket's own check: a request with the token was
// judged by the guard, any other must be of the same origin or of no browser.
func originAllowed(r *http.Request) bool {
	if trusted, _ := r.Context().Value(trustedKey{}).(bool); trusted {
		return true
	}
	origin := r.Header.Get("Origin")
	return origin == "" || sameOrigin(origin, r.Host)
}
