package mock

import (
	"testing"
)

func TestPermit(t *testing.T) {
	t.Parallel()
	allow := []string{"hooks.example.com"}
	for _, c := range []struct {
		host, address string
		ok            bool
	}{
		{"localhost", "127.0.0.1:80", true},
		{"localhost", "[::1]:80", true},
		{"app", "10.1.2.3:80", true},
		{"app", "192.168.0.9:80", true},
		{"app", "[fd12::1]:80", true},
		{"mapped", "[::ffff:127.0.0.1]:80", true},
		{"metadata", "169.254.169.254:80", false},
		{"metadata", "[fe80::1]:80", false},
		{"metadata", "[fd00:ec2::254]:80", false},
		{"mapped", "[::ffff:169.254.169.254]:80", false},
		{"example.com", "93.184.216.34:443", false},
		{"hooks.example.com", "93.184.216.34:443", true},
		{"HOOKS.example.com", "93.184.216.34:443", true},
		{"hooks.example.com", "169.254.169.254:80", false},
		{"any", "0.0.0.0:80", false},
		{"any", "224.0.0.1:80", false},
		{"any", "100.64.0.1:80", false},
		{"any", "nonsense", false},
	} {
		if err := Permit(c.host, c.address, allow); (err == nil) != c.ok {
			t.Errorf("%s at %s: %v, want allowed %v", c.host, c.address, err, c.ok)
		}
	}
}
