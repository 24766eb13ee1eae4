// Package sandbox is the composition: the journal, the mock providers and the
// receiver behind one http.Handler. It holds the only list of providers.
package sandbox

import (
	"encoding/json"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

// Config is everything that `tacklebox up` can be told. The zero value is a
// sandbox in memory with a real clock and a random seed.
type Config struct {
	Data      string // folder of the journal and the state; "" keeps everything in memory
	Sync      bool   // fsync each group of appends before answering
	Keep      int    // entries that the journal keeps; 0 is 1,000,000
	KeepBytes int64  // bytes that the journal keeps; 0 is 2 GiB
	Seed      *uint64
	Clock     string        // real (also ""), manual or auto
	Tick      time.Duration // how far that clock moves whenever somebody looks at it: for tests
	Start     time.Time     // first instant of a manual or auto clock; zero is now
	Fixtures  string        // folder of overrides of the embedded fixtures
	// ProviderFiles are providers from a file; so is a section of Providers with a
	// member "from". KeepGoing starts without those that have mistakes.
	ProviderFiles []string
	KeepGoing     bool
	Providers     map[string]map[string]json.RawMessage
	Inboxes       map[string]json.RawMessage
	Faults        json.RawMessage
	Token         string
	AllowHosts    []string
	PublicURL     string   // what the sandbox calls itself in links; "": the listener's address, or the Host of the request
	Hosts         []string // further names that the mocks and the control API answer to
	OpenMocks     bool     // beyond loopback the mocks let any well-formed credential in
	StrictTLS     bool     // certificates of loopback and private receivers are checked too
	TLS           bool     // the port answers HTTPS too
	TLSCert       string   // PEM files to show in place of a certificate of the local authority
	TLSKey        string
	Spaces        int    // how many spaces may exist; 0 is 1,000, negative: none
	MaxBody       int64  // bytes kept of one body; 0 is 1 MiB
	Shared        string // nats://HOST[,HOST…][/PREFIX]: one sandbox of many processes; instead of Data
	NATSCreds     string // file with the credentials for it
	Advertise     string // where the other processes reach this one; "": the listener's address
	Version       string
	Warn          func(msg string) // told once about each thing that was repaired or skipped

	spaceToken string // of a space, beside Token

	catalog   *fixtures.Catalog    // in place of the embedded one
	providers []*provider.Provider // in place of the list
}
