package receiver

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"

	"github.com/gorilla/websocket"
)

// BenchmarkCapture compares the receiver, with a journal on disk, a signature
// to check and somebody who listens, with a server that drops the body: 64
// connections each, in the same run. x-drop is our share of its speed; without the
// signature and the listener it is to be 0.85 at 1 KB and 0.70 at 64 KB.
func BenchmarkCapture(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			log, err := disk.Open(b.TempDir(), disk.Options{})
			if err != nil {
				b.Fatal(err)
			}
			g := newRig(b, func(c *Config) {
				c.Journal = log
				c.Verify = func(_ Origin, secret string, r inbox.Received) *journal.Signature {
					mac := hmac.New(sha256.New, []byte(secret))
					mac.Write(r.Body)
					mac.Sum(nil)
					return &journal.Signature{State: "missing"}
				}
			})
			if err := g.rc.SetInbox("a", []byte(`{"verify":{"provider":"p","secret":"s"}}`)); err != nil {
				b.Fatal(err)
			}
			ear := g.listen("").conn
			_ = ear.SetReadDeadline(time.Time{})
			go drain(ear)
			drop := serve(b, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
			})})
			request := fmt.Sprintf("POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
			b.SetBytes(int64(size))
			b.ResetTimer()
			ours := load(b, g.addr(), request)
			b.StopTimer()
			theirs := load(b, strings.TrimPrefix(drop, "http://"), request)
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-drop")
		})
	}
}

func drain(conn *websocket.Conn) {
	for {
		_, r, err := conn.NextReader()
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r)
	}
}

// load sends b.N requests over 64 connections and returns how long it took.
func load(b *testing.B, addr, request string) time.Duration {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	started := time.Now()
	for range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			br := bufio.NewReader(conn)
			for left.Add(-1) >= 0 {
				if err := sendOne(conn, br, request); err != nil {
					b.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	return time.Since(started)
}

// sendOne sends a request and reads an answer without a body.
func sendOne(conn net.Conn, br *bufio.Reader, request string) error {
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	status, err := br.ReadSlice('\n')
	if err == nil && !strings.HasPrefix(string(status), "HTTP/1.1 200 ") {
		err = fmt.Errorf("answered %q", status)
	}
	for err == nil {
		var line []byte
		if line, err = br.ReadSlice('\n'); len(line) == 2 {
			return err
		}
	}
	return err
}
