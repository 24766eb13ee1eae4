package serve

import (
	"encoding/json"
	"path/filepath"

	"github.com/spf13/pflag"
)

// ProviderFiles are the providers from files, and what becomes of mistakes in them.
type ProviderFiles struct {
	Files     []string
	KeepGoing bool
}

func (p *ProviderFiles) providerFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&p.Files, "provider", nil, "serve the provider that `FILE` describes (repeatable)")
	f.BoolVar(&p.KeepGoing, "keep-going", false, "start without the providers whose files have mistakes")
}

// besideConfig makes the paths of provider files in a configuration, which are
// meant from its own folder, paths that can be opened.
func (o *Options) besideConfig(config string) {
	for name, section := range o.Providers {
		var file string
		if json.Unmarshal(section["from"], &file) != nil || file == "" || filepath.IsAbs(file) {
			continue
		}
		path, err := json.Marshal(filepath.Join(filepath.Dir(config), file))
		if err == nil {
			o.Providers[name]["from"] = path
		}
	}
}
