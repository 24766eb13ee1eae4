package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ConfigError is a mistake that the sandbox found in what the configuration file
// says of providers, inboxes and faults. Path leads to it: "inboxes", "orders",
// "reply", "1".
type ConfigError struct {
	Path []string
	Err  error
}

func (e *ConfigError) Error() string { return e.Err.Error() }

func (e *ConfigError) Unwrap() error { return e.Err }

// places remembers the lines of a configuration file, so that a mistake found
// later can be named with its place as well.
type places struct {
	file  string
	lines map[string]int
}

func placeKey(path []string) string { return strings.Join(path, "\x00") }

// add remembers what is at and below path.
func (p places) add(path []string, n *yaml.Node) {
	if len(path) > maxYAMLDepth {
		return
	}
	if _, known := p.lines[placeKey(path)]; !known {
		p.lines[placeKey(path)] = n.Line
	}
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			p.add(append(path[:len(path):len(path)], strconv.Itoa(i)), c)
		case n.Kind == yaml.MappingNode && i%2 == 1:
			at := append(path[:len(path):len(path)], n.Content[i-1].Value)
			p.lines[placeKey(at)] = n.Content[i-1].Line // where the key stands, also when its value begins below
			p.add(at, c)
		}
	}
}

// locate puts the file and the line before a mistake of the configuration; what
// has no line of its own is named by what it belongs to.
func (o *UpOptions) locate(err error) error {
	var at *ConfigError
	if !errors.As(err, &at) {
		return err
	}
	for path := at.Path; len(path) > 0; path = path[:len(path)-1] {
		if line, ok := o.places.lines[placeKey(path)]; ok {
			return fmt.Errorf("%s:%d: %w", o.places.file, line, err)
		}
	}
	return err
}
