// Package https lets one port answer HTTP and HTTPS: a local certificate
// authority that is made once and kept, a certificate for the names of this
// sandbox, and a listener that tells the two protocols apart.
package https

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"tacklebox/receiver/journal/files"
)

// Names of the authority's files in the data folder.
const (
	CertificateFile = "ca.pem"
	keyFile         = "ca-key.pem"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// leafLife is what the strictest clients take of a private authority
	// (825 days, Apple's rule for certificates since 2019).
	leafLife = 397 * 24 * time.Hour
	backdate = 24 * time.Hour // a client's clock may be behind
)

// Authority signs certificates for this machine alone. Clients are told to trust
// its certificate; its key never leaves the data folder.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	path string
}

// OpenAuthority reads the authority of a folder, or makes it when there is none;
// "" keeps it in memory. Files that cannot be read as what they should be are an
// error that names them: a new authority would silently lose the clients' trust.
func OpenAuthority(dir string, now time.Time) (*Authority, error) {
	if dir == "" {
		return newAuthority(now)
	}
	path := filepath.Join(dir, CertificateFile)
	pair, err := readPair(path, filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(dir, now)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate authority %s: %w; remove it and %s to make a new one", path, err, keyFile)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("certificate authority %s: it cannot sign; remove it and %s to make a new one", path, keyFile)
	}
	return &Authority{pair.Leaf, key, path}, nil
}

// readPair reads a certificate and its key, as tls.LoadX509KeyPair does, of regular
// files.
func readPair(certificate, key string) (tls.Certificate, error) {
	certPEM, err := files.Read(certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	keyPEM, err := files.Read(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

func makeAuthority(dir string, now time.Time) (*Authority, error) {
	a, err := newAuthority(now)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	a.path = filepath.Join(dir, CertificateFile)
	err = errors.Join(files.Write(filepath.Join(dir, keyFile), key), files.Write(a.path, a.PEM()), os.Chmod(a.path, 0o644))
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	return a, nil
}

func newAuthority(now time.Time) (*Authority, error) {
	host, _ := os.Hostname()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "tacklebox local authority " + host, Organization: []string{"tacklebox"}},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(authorityLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	cert, key, err := sign(template, nil)
	if err != nil {
		return nil, err
	}
	return &Authority{cert: cert, key: key}, nil
}

// sign makes a key and a certificate for it, signed by parent, or by itself.
func sign(template *x509.Certificate, parent *Authority) (*x509.Certificate, crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate key: %w", err)
	}
	const serialBits = 120
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits)); err != nil {
		return nil, nil, fmt.Errorf("certificate number: %w", err)
	}
	issuer, signer := template, crypto.Signer(key)
	if parent != nil {
		issuer, signer = parent.cert, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	return cert, key, nil
}

// PEM is the authority's certificate, for clients that shall trust it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Path is where the certificate is kept, "" in memory.
func (a *Authority) Path() string { return a.path }

// Certificate makes a certificate for host names and addresses, without repeats.
func (a *Authority) Certificate(names []string, now time.Time) (tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "tacklebox", Organization: []string{"tacklebox"}},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if name != "" {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	cert, key, err := sign(template, a)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// Load reads the certificate and key that the user brought (PEM files).
func Load(certFile, keyFile string) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return pair, fmt.Errorf("certificate %s with key %s: %w", certFile, keyFile, bare(err))
	}
	return pair, nil
}

// bare shortens what crypto/tls says of a file that is none of PEM.
func bare(err error) error {
	if bytes.Contains([]byte(err.Error()), []byte("failed to find any PEM data")) {
		return errors.New("it is no PEM file")
	}
	return err
}
