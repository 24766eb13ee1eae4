// Package natstest runs real NATS servers with JetStream in a test's process, one
// or several that are one. They stop with the test; a server can be stopped and
// started again on its port and folder.
package natstest

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is one.
type Server struct {
	*server.Server
	t       testing.TB
	options server.Options
}

const within = 20 * time.Second

// Run starts a server; change says what is special about it.
func Run(t testing.TB, change ...func(*server.Options)) *Server {
	t.Helper()
	s := begin(t, change)
	s.wait()
	return s
}

func begin(t testing.TB, change []func(*server.Options)) *Server {
	t.Helper()
	s := &Server{t: t, options: server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true}}
	for _, c := range change {
		c(&s.options)
	}
	s.begin()
	t.Cleanup(s.Stop)
	return s
}

// RunCluster starts n servers that are one, and returns once they have a leader.
func RunCluster(t testing.TB, n int, change ...func(*server.Options)) (all []*Server) {
	t.Helper()
	var routes []*url.URL // to all: a server with none is no part of a cluster
	for range n {
		routes = append(routes, &url.URL{Scheme: "nats", Host: freeAddress(t)})
	}
	for i := range n {
		all = append(all, begin(t, append([]func(*server.Options){func(o *server.Options) {
			port, _ := strconv.Atoi(routes[i].Port())
			o.ServerName, o.Routes = fmt.Sprintf("n%d", i+1), routes
			o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: port}
		}}, change...)))
	}
	for _, s := range all {
		s.wait()
	}
	all[0].until(func() bool { return ready(all) })
	return all
}

// freeAddress is one that nobody listens on at the moment.
func freeAddress(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func (s *Server) until(true func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(within); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("the servers of NATS do not start")
		}
	}
}

// ready reports that one server leads and knows all.
func ready(all []*Server) bool {
	for _, s := range all {
		if s.JetStreamIsLeader() {
			return len(s.JetStreamClusterPeers()) == len(all)
		}
	}
	return false
}

// Start starts a server that was stopped.
func (s *Server) Start() {
	s.t.Helper()
	s.begin()
	s.wait()
}

func (s *Server) begin() {
	s.t.Helper()
	options := s.options
	inner, err := server.NewServer(&options)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Server = inner
	go inner.Start()
}

// wait returns when the server answers; its port stays its own from then on.
func (s *Server) wait() {
	s.t.Helper()
	if !s.ReadyForConnections(within) {
		s.t.Fatal("the server of NATS does not start")
	}
	s.options.Port = s.Addr().(*net.TCPAddr).Port
}

// Stop stops it and returns when it is gone.
func (s *Server) Stop() {
	s.Shutdown()
	s.WaitForShutdown()
}

// Address names servers as --shared does; user is "" or "USER:PASSWORD@".
func Address(user string, all ...*Server) string {
	var hosts []string
	for _, s := range all {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", s.options.Port))
	}
	return "nats://" + user + strings.Join(hosts, ",")
}
