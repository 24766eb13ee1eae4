package sandbox

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestWhatIsNotTakenIsKept: a request that never reaches a handler leaves a
// capture with its head and the reason, in the space that it names.
func TestWhatIsNotTakenIsKept(t *testing.T) {
	t.Parallel()
	sb := Start(t)
	const host = " HTTP/1.1\r\nHost: localhost\r\nX-Odd: 1\r\n\r\n"
	for _, c := range []struct {
		send, inbox, url, reason string
		status                   int
	}{
		{"POST /in/a%zz" + host, "a%zz", "/in/a%zz", `invalid URL escape "%zz"`, 400},
		{"GET /in/b/c?d HTTP/1.1\r\n\r\n", "b", "/in/b/c?d", "missing required Host header", 400},
		{"two words\r\n\r\n", "default", "", "malformed HTTP request", 400},
		{"GET /in/c HTTP/9.9\r\nHost: h\r\n\r\n", "c", "/in/c", "505 HTTP Version Not Supported", 505},
	} {
		talk(t, sb.URL, c.send)
		_, last := sb.sb.Journal().Bounds()
		if last == 0 {
			t.Fatalf("%q left no entry", c.send)
		}
		e, err := sb.sb.Journal().Get(last)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != "capture" || e.Inbox != c.inbox || e.Request.URL != c.url || !strings.Contains(e.Error, c.reason) || e.Response == nil || e.Response.Status != c.status {
			t.Errorf("%q: %s in %q at %q, %q, %+v", c.send, e.Kind, e.Inbox, e.Request.URL, e.Error, e.Response)
		}
	}
	_, before := sb.sb.Journal().Bounds()
	talk(t, sb.URL, "GET /_/entries%zz"+host)
	talk(t, sb.URL, "GET /~nobody/in/a%zz"+host)
	talk(t, sb.URL, "GET /~here/in/a"+host)
	talk(t, sb.URL, "GET /~here/in/a%zz"+host)
	if _, last := sb.sb.Journal().Bounds(); last != before {
		t.Errorf("%d entries came of requests for others", last-before)
	}
	resp, err := http.Get(sb.URL + "/~here/_/entries?q=has:error")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), `"url":"/in/a%zz"`) {
		t.Errorf("the space has %s", body)
	}
}

// talk sends bytes and waits until the sandbox ends the connection.
func talk(t *testing.T, url, text string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, text)
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.ReadAll(conn)
}

// TestHTTP2WithPriorKnowledge is captured like any other.
func TestHTTP2WithPriorKnowledge(t *testing.T) {
	t.Parallel()
	sb := Start(t)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	r, _ := http.NewRequest("POST", sb.URL+"/in/a", strings.NewReader(strings.Repeat("x", 100_000)))
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	e, err := sb.sb.Journal().Get(1)
	if err != nil || e.Request.Proto != "HTTP/2.0" || e.Request.Size != 100_000 || e.Error != "" {
		t.Errorf("%+v %v", e, err)
	}
}

// TestAResetIsOne: what the connection is wrapped in does not stand between.
func TestAResetIsOne(t *testing.T) {
	t.Parallel()
	sb := Start(t)
	if err := sb.sb.receiver.SetInbox("a", []byte(`{"reply":[{"fault":"reset"}]}`)); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(sb.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /in/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("read gives %v", err)
	}
}
