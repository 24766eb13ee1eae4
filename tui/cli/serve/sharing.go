package serve

import (
	"net/url"

	"github.com/spf13/pflag"

	"tacklebox/tui/cli/exit"
)

// Sharing is what a process is told of the sandbox that it is a part of.
type Sharing struct {
	Shared    string // nats://HOST[,HOST…][/PREFIX]; "": a sandbox of its own
	NATSCreds string // file with credentials
	Advertise string // where the other processes reach this one; "": the listener's address
}

func (s *Sharing) sharingFlags(f *pflag.FlagSet) {
	s.ServerFlags(f)
	f.StringVar(&s.Advertise, "advertise", "", "`URL` by which the others reach this process (default: the listener's address)")
}

// ServerFlags are those that name the servers.
func (s *Sharing) ServerFlags(f *pflag.FlagSet) {
	f.StringVar(&s.Shared, "shared", "", "the sandbox of every process on the NATS at `ADDRESS`, nats://HOST[,HOST…][/PREFIX]")
	f.StringVar(&s.NATSCreds, "nats-creds", "", "`FILE` with the credentials for it")
}

// checkSharing: what is shared is kept by the servers, not here.
func (o *Options) checkSharing(source map[string]int) error {
	if o.Shared == "" {
		if o.NATSCreds != "" || o.Advertise != "" {
			return exit.Usagef("--nats-creds and --advertise belong to --shared nats://HOST")
		}
		return nil
	}
	if source["data"] > fromDefault && source["data"] >= source["shared"] {
		return exit.Usagef("--shared and --data: choose one; a shared sandbox is kept by NATS")
	}
	if o.Memory && source["memory"] >= source["shared"] {
		return exit.Usagef("--shared and --memory: choose one; a shared sandbox is kept by NATS")
	}
	o.Memory = false
	if u, err := url.Parse(o.Advertise); o.Advertise != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "") {
		return exit.Usagef("--advertise %q: want a URL like http://10.0.0.7:4780", o.Advertise)
	}
	return nil
}
