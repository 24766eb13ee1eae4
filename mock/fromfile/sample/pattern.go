package sample

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

const (
	mostPattern = 4 << 10
	mostRepeat  = 8 // of what may be repeated without end
)

// matching makes a text that a regular expression matches. The expressions of
// JSON Schema are JavaScript's; those that Go's cannot say (looking ahead or
// back, \1) are an error that names the pattern.
func (m *maker) matching(pattern string, minLength float64) (string, error) {
	if len(pattern) > mostPattern {
		return "", fmt.Errorf("a pattern of %d characters is not followed", len(pattern))
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("pattern %q is not followed: %w", pattern, err)
	}
	check, err := regexp.Compile(pattern)
	if err != nil {
		return "", fmt.Errorf("pattern %q is not followed: %w", pattern, err)
	}
	tree = tree.Simplify()
	for try := range 6 {
		w := patternWriter{m: m, extra: try * int(min(minLength, mostText)) / 2}
		w.write(tree)
		if text := w.out.String(); check.MatchString(text) && float64(len([]rune(text))) >= minLength {
			return text, nil
		}
	}
	return "", fmt.Errorf("pattern %q: no text was found for it", pattern)
}

type patternWriter struct {
	m     *maker
	out   strings.Builder
	extra int // further repetitions of what may be repeated
}

func (w *patternWriter) write(re *syntax.Regexp) {
	if w.out.Len() > mostText || !w.m.step() {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		w.out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		w.class(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.out.WriteByte(byte('a' + w.m.rng.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.m.rng.IntN(len(re.Sub))])
	case syntax.OpQuest:
		w.repeat(re.Sub[0], w.m.rng.IntN(2))
	case syntax.OpStar:
		w.repeat(re.Sub[0], w.extra+w.m.rng.IntN(mostRepeat))
	case syntax.OpPlus:
		w.repeat(re.Sub[0], 1+w.extra+w.m.rng.IntN(mostRepeat))
	case syntax.OpRepeat:
		w.repeat(re.Sub[0], re.Min+w.extra)
	}
}

func (w *patternWriter) repeat(re *syntax.Regexp, times int) {
	for range min(times, mostText) {
		w.write(re)
	}
}

// class writes one character of a class, a visible one where there is one.
func (w *patternWriter) class(ranges []rune) {
	var visible []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		low, high := max(ranges[i], '!'), min(ranges[i+1], '~')
		if low <= high {
			visible = append(visible, low, high)
		}
	}
	if len(visible) == 0 {
		visible = ranges
	}
	if len(visible) < 2 {
		return // a class of nothing
	}
	i := 2 * w.m.rng.IntN(len(visible)/2)
	w.out.WriteRune(visible[i] + rune(w.m.rng.IntN(int(visible[i+1]-visible[i])+1)))
}
