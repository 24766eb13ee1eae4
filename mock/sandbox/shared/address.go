package shared

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Address is what --shared names: nats://HOST[,HOST…][/PREFIX], with credentials
// before the first host where there are some.
type Address struct {
	Servers []string // each as the client of NATS takes it
	Prefix  string   // before the name of everything that is kept there
}

const (
	defaultPrefix = "tacklebox"
	defaultPort   = "4222"
	longestPrefix = 40
)

// ParseAddress reads an address. Its errors never show credentials.
func ParseAddress(text string) (Address, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "nats" && scheme != "tls" {
		return Address{}, errors.New("want nats://HOST[,HOST…][/PREFIX], or tls:// in place of nats://")
	}
	rest, prefix, _ := strings.Cut(rest, "/")
	a := Address{Prefix: prefix}
	if prefix == "" {
		a.Prefix = defaultPrefix
	}
	if !validPrefix(a.Prefix) {
		return Address{}, fmt.Errorf("the prefix %q: want letters, digits and -, at most %d", prefix, longestPrefix)
	}
	user, hosts := "", rest
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, hosts = rest[:at+1], rest[at+1:]
	}
	for _, host := range strings.Split(hosts, ",") {
		u, err := url.Parse(scheme + "://" + user + host)
		if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
			return Address{}, fmt.Errorf("the host %q: want HOST or HOST:PORT", host)
		}
		if u.Port() == "" {
			u.Host = net.JoinHostPort(u.Hostname(), defaultPort)
		}
		a.Servers = append(a.Servers, u.String())
	}
	return a, nil
}

func validPrefix(prefix string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
	return len(prefix) <= longestPrefix && strings.Trim(prefix, letters) == ""
}

// String names the servers for people, without credentials.
func (a Address) String() string {
	var hosts []string
	for _, server := range a.Servers {
		if u, err := url.Parse(server); err == nil {
			hosts = append(hosts, u.Host)
		}
	}
	return strings.Join(hosts, ", ")
}
