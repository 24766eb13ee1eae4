package sandbox

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"tacklebox/mock/fromfile"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// ProviderFileError is a mistake in a provider file: the start is refused with
// exit code 2, as for any other usage error.
type ProviderFileError struct{ Err error }

// Error tells every mistake, one a line, each with its place.
func (e *ProviderFileError) Error() string { return e.Err.Error() }

// Unwrap returns the mistakes.
func (e *ProviderFileError) Unwrap() error { return e.Err }

// withFiles reads the providers from files and adds them to the list. With
// KeepGoing one that has mistakes is left out, and that is told.
func (cfg Config) withFiles() (Config, map[string]fs.FS, error) {
	sources, err := cfg.providerSources()
	if err != nil {
		return cfg, nil, err
	}
	if len(sources) == 0 {
		return cfg, nil, nil
	}
	taken := map[string]string{} // name → who has it
	for _, p := range cfg.providers {
		taken[p.Name] = "built in"
	}
	seed := uint64(1)
	if cfg.Seed != nil {
		seed = *cfg.Seed
	}
	list := slices.Clone(cfg.providers)
	trees := map[string]fs.FS{}
	var mistakes []error
	for _, source := range sources {
		p, tree, err := source.load(seed, cfg.providers, taken)
		switch {
		case err != nil && cfg.KeepGoing:
			cfg.Warn("left out: " + err.Error())
			cfg.Providers = without(cfg.Providers, source.section)
		case err != nil:
			mistakes = append(mistakes, err)
		default:
			taken[p.Name] = source.file
			list, trees[p.Name] = append(list, p), tree
		}
	}
	if len(mistakes) > 0 {
		return cfg, nil, &ProviderFileError{errors.Join(mistakes...)}
	}
	cfg.providers = list
	return cfg, trees, nil
}

// schemesOf is how providers sign, by their names.
func schemesOf(list []*provider.Provider) map[string]*signing.Scheme {
	own := map[string]*signing.Scheme{}
	for _, p := range list {
		own[p.Name] = nil
		if p.Signing != nil {
			own[p.Name] = p.Signing.Scheme
		}
	}
	return own
}

// without leaves the settings of a provider that did not start out.
func without(all map[string]map[string]json.RawMessage, name string) map[string]map[string]json.RawMessage {
	if name == "" {
		return all
	}
	all = maps.Clone(all)
	delete(all, name)
	return all
}

// providerSource is one provider file and the section of the configuration that
// names it, "" for a flag.
type providerSource struct{ file, section string }

// load reads a provider file. Its name must be nobody else's.
func (s providerSource) load(seed uint64, builtIn []*provider.Provider, taken map[string]string) (*provider.Provider, fs.FS, error) {
	loaded, err := fromfile.Load(s.file, seed, schemesOf(builtIn))
	if err != nil {
		return nil, nil, err
	}
	name := loaded.Spec.Name
	switch other := taken[name]; {
	case other == "built in":
		return nil, nil, loaded.Spec.Errorf("name", "name %q is a built-in provider's: choose another", name)
	case other != "":
		return nil, nil, loaded.Spec.Errorf("name", "name %q is that of %s too: two providers cannot have one name", name, other)
	case s.section != "" && s.section != name:
		return nil, nil, loaded.Spec.Errorf("name", "name %q stands here, and the configuration calls it providers.%s", name, s.section)
	}
	return loaded.Provider, loaded.Files, nil
}

// providerSources lists the provider files: those of the flags, then those of the
// configuration, whose member "from" is taken out of the settings.
func (cfg *Config) providerSources() (list []providerSource, err error) {
	for _, file := range cfg.ProviderFiles {
		list = append(list, providerSource{file: file})
	}
	settings := maps.Clone(cfg.Providers)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		raw, given := settings[name]["from"]
		if !given {
			continue
		}
		var file string
		if err := json.Unmarshal(raw, &file); err != nil || file == "" {
			return nil, &ConfigError{[]string{"providers", name, "from"}, errors.New("wants the path of a provider file")}
		}
		settings[name] = maps.Clone(settings[name])
		delete(settings[name], "from")
		list = append(list, providerSource{file: file, section: name})
	}
	cfg.Providers = settings
	return list, nil
}
