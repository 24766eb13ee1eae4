package https

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var now = time.Now()

func serve(t *testing.T, cert tls.Certificate) string {
	t.Helper()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.RequestURI+" "+string(b))
	})}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(Listen(plain, cert)) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return plain.Addr().String()
}

// TestOnePort: both protocols on one port, each name of the certificate, and no
// other.
func TestOnePort(t *testing.T) {
	t.Parallel()
	a, err := OpenAuthority("", now)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := a.Certificate([]string{"localhost", "shoptet.localhost", "127.0.0.1", "::1"}, now)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, cert)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM())
	for _, c := range []struct{ scheme, name, fails string }{
		{"http", "", ""},
		{"https", "127.0.0.1", ""},
		{"https", "localhost", ""},
		{"https", "shoptet.localhost", ""},
		{"https", "other.localhost", "other.localhost"},
		{"https", "example.com", "example.com"},
	} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: c.name}, DisableKeepAlives: true}}
		resp, err := client.Post(c.scheme+"://"+addr+"/x?y", "text/plain", strings.NewReader("body"))
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: %v, want a refusal that names it", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %s: %v", c.scheme, c.name, err)
			continue
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(b) != "POST /x?y body" {
			t.Errorf("%s %s: %q", c.scheme, c.name, b)
		}
	}
}

// TestASilentConnectionDelaysNobody: who says nothing does not keep the next one.
func TestASilentConnectionDelaysNobody(t *testing.T) {
	t.Parallel()
	a, err := OpenAuthority("", now)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := a.Certificate([]string{"localhost"}, now)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, cert)
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	resp, err := http.Get("http://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// TestAuthorityIsKept: the second start has the same authority, and a broken one
// is refused by name.
func TestAuthorityIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := OpenAuthority(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenAuthority(dir, now.Add(time.Hour))
	if err != nil || string(again.PEM()) != string(first.PEM()) || again.Path() != filepath.Join(dir, "ca.pem") {
		t.Errorf("%v, path %s", err, again.Path())
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, CertificateFile), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir, now); err == nil || !strings.Contains(err.Error(), CertificateFile) {
		t.Errorf("a broken one: %v", err)
	}
}

// TestLoad: what a user brings.
func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := OpenAuthority(dir, now); err != nil {
		t.Fatal(err)
	}
	cert, key := filepath.Join(dir, CertificateFile), filepath.Join(dir, keyFile)
	if _, err := Load(cert, key); err != nil {
		t.Error(err)
	}
	for _, c := range [][2]string{{key, cert}, {filepath.Join(dir, "none"), key}} {
		if _, err := Load(c[0], c[1]); err == nil || !strings.Contains(err.Error(), c[0]) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
