package yamlfile

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Places remembers the lines of a configuration file, so that a mistake found
// later can be named with its place as well.
type Places struct {
	File  string
	lines map[string]int
}

func placeKey(path []string) string { return strings.Join(path, "\x00") }

// add remembers what is at and below path.
func (p Places) add(path []string, n *yaml.Node) {
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

// Read remembers the lines of a whole document.
func Read(file string, root *yaml.Node) Places {
	p := Places{File: file, lines: map[string]int{}}
	p.add(nil, root)
	return p
}

// Line is the line of a place; what has none of its own is named by what it
// belongs to. 0: unknown.
func (p Places) Line(path []string) int {
	for ; len(path) > 0; path = path[:len(path)-1] {
		if line, ok := p.lines[placeKey(path)]; ok {
			return line
		}
	}
	return 0
}

// Known is how many places have a line.
func (p Places) Known() int { return len(p.lines) }
