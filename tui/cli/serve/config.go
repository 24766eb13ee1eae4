package serve

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/yamlfile"
)

// defaultConfig is read when it is there and no other file is named.
const defaultConfig = "tacklebox.yaml"

// fromConfig sets what neither a flag nor the environment named. The file is
// strict: a key that means nothing is a mistake that would otherwise show as a
// sandbox that behaves unlike its file.
func (o *Options) fromConfig(f *pflag.FlagSet, source map[string]int) error {
	name := o.Config
	if name == "" {
		name = defaultConfig
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && o.Config == "" {
		return nil
	}
	if err != nil {
		return exit.Usagef("configuration: %w", err)
	}
	return o.ReadConfig(name, text, f, source)
}

// ReadConfig sets what a file says.
func (o *Options) ReadConfig(name string, text []byte, f *pflag.FlagSet, source map[string]int) error {
	root, err := yamlfile.Document(name, text)
	if err != nil || root == nil {
		return err
	}
	flags := map[string]*pflag.Flag{}
	allowed := []string{"providers", "inboxes", "faults"}
	f.VisitAll(func(flag *pflag.Flag) {
		if !clientOnly[flag.Name] && flag.Name != "config" {
			flags[flag.Name] = flag
			allowed = append(allowed, flag.Name)
		}
	})
	o.places = yamlfile.Read(name, root)
	return yamlfile.EachKey(name, root, allowed, func(key string, value *yaml.Node) error {
		switch key {
		case "providers":
			err := yamlfile.Into(name, value, &o.Providers)
			o.besideConfig(name)
			return err
		case "inboxes":
			return yamlfile.Into(name, value, &o.Inboxes)
		case "faults":
			return yamlfile.Into(name, value, &o.Faults)
		}
		if source[key] != fromDefault {
			return nil
		}
		source[key] = fromFile
		return setFlag(name, key, value, flags[key])
	})
}

// setFlag sets a flag from a scalar, or from each scalar of a list.
func setFlag(name, key string, value *yaml.Node, flag *pflag.Flag) error {
	scalars := []*yaml.Node{value}
	if _, list := flag.Value.(pflag.SliceValue); list && value.Kind == yaml.SequenceNode {
		scalars = value.Content
	}
	for _, s := range scalars {
		if s.Kind != yaml.ScalarNode {
			return exit.Usagef("%s:%d: %s: want one value", name, s.Line, key)
		}
		if err := flag.Value.Set(s.Value); err != nil {
			return exit.Usagef("%s:%d: %s: %q: %w", name, s.Line, key, s.Value, plain(err))
		}
	}
	return nil
}
