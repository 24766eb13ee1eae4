package cli

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestWhatAPortProblemSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr string
		err  error
		want []string
	}{
		{"127.0.0.1:4780", syscall.EADDRINUSE, []string{"port 4780 is taken", "tacklebox ready --url http://127.0.0.1:4780", "--port 4781 (0 picks a free one)"}},
		{"127.0.0.1:65535", syscall.EADDRINUSE, []string{"port 65535 is taken", "--port 0 "}},
		{"127.0.0.1:http", syscall.EADDRINUSE, []string{"port http is taken", "--port 0 "}},
		{"127.0.0.1:80", syscall.EACCES, []string{"cannot listen on 127.0.0.1:80", "permission denied", "--port 0"}},
	} {
		got := bindProblem(c.addr, fmt.Errorf("listen: %w", c.err)).Error()
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q in it", c.addr, got, want)
			}
		}
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[net.Addr]string{
		&net.TCPAddr{IP: net.IPv4zero, Port: 5}:             "127.0.0.1:5",
		&net.TCPAddr{IP: net.IPv6unspecified, Port: 6}:      "127.0.0.1:6",
		&net.TCPAddr{IP: net.IPv6loopback, Port: 7}:         "[::1]:7",
		&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 8}:    "10.0.0.1:8",
		&net.UnixAddr{Name: "/run/tacklebox", Net: "unix"}:  "/run/tacklebox",
		&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 900}: "127.0.0.1:900",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("%s is reached at %s, want %s", addr, got, want)
		}
	}
}

// TestTheLocaleIsTheFirstThatSaysOne, as the C library decides.
func TestTheLocaleIsTheFirstThatSaysOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false}, {"", "", "C", false}, {"", "", "en_US.UTF-8", true}, {"", "", "cs_CZ.utf8", true},
		{"C", "", "en_US.UTF-8", false}, {"C.UTF-8", "", "C", true}, {"", "C", "en_US.UTF-8", false}, {"", "C.UTF-8", "POSIX", true},
		{"C", "C.UTF-8", "C.UTF-8", false}, {"", "", "utf", false},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := utf8Locale(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%v: %v, want %v", env, got, c.want)
		}
	}
}

// TestDoctorLooksAtThePort: a stranger is told from a sandbox.
func TestDoctorLooksAtThePort(t *testing.T) {
	t.Parallel()
	app := &App{Getenv: func(string) string { return "" }}
	if f := (doctorRun{app}).checkPort(t.Context(), true); !f.OK || !strings.Contains(f.Found, "a sandbox answers at ") || f.Advice != "" {
		t.Errorf("with a sandbox: %+v", f)
	}
	stranger := newControl(t, map[string]string{"GET /_/readyz": "500 oops"})
	app.Getenv = func(name string) string { return map[string]string{"TACKLEBOX_URL": stranger.URL}[name] }
	if f := (doctorRun{app}).checkPort(t.Context(), false); f.OK || !strings.Contains(f.Found, "something else answers at "+stranger.URL) || !strings.Contains(f.Advice, "--port") {
		t.Errorf("with a stranger: %+v", f)
	}
}
