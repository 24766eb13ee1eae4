package sandbox

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"tacklebox/mock/provider"
)

// TestTheLengthOfA204IsSpelledAsUsual also for the second answer on a
// connection, and is not added to a 204 without one.
func TestTheLengthOfA204IsSpelledAsUsual(t *testing.T) {
	t.Parallel()
	r := Start(t, func(c *Config) {
		withTiny(c)
		c.providers[0].Serve = func(_ *provider.World, c *provider.Call) provider.Reply {
			h := http.Header{}
			if c.Method == "DELETE" {
				h["content-length"] = []string{"0"}
			}
			return provider.Reply{Status: http.StatusNoContent, Header: h}
		}
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, v := range []string{"DELETE /tiny/subs HTTP/1.1\r\nHost: localhost", "PUT /tiny/subs HTTP/1.1\r\nHost: localhost", "DELETE /tiny/subs HTTP/1.1\r\nHost: localhost\r\nConnection: close"} {
		fmt.Fprint(conn, v, "\r\n\r\n")
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.SplitAfter(string(got), "\r\n\r\n")
	if len(answers) != 4 || answers[3] != "" {
		t.Fatalf("%q", got)
	}
	for i, want := range []bool{true, false, true} {
		if !strings.HasPrefix(answers[i], "HTTP/1.1 204 ") || strings.Contains(answers[i], "\r\nContent-Length: 0\r\n") != want || strings.Contains(answers[i], "content-length") {
			t.Errorf("answer %d: %q", i+1, answers[i])
		}
	}
}
