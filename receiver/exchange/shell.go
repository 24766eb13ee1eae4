package exchange

import (
	"errors"
	"strings"
)

// shellCommand is one command of a shell's text.
type shellCommand struct {
	words   []string
	comment string // the line before it that begins with #
	line    int
	pipes   bool // what it prints goes to the next one
}

// shellCommands reads commands as a POSIX shell parts and quotes them, with $'…' of
// bash, which browsers write. Nothing is expanded and nothing is run.
func shellCommands(text string) ([]shellCommand, error) {
	s := &shellText{rest: text, line: 1}
	for s.rest != "" {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	s.endCommand(false)
	return s.done, nil
}

type shellText struct {
	rest    string
	line    int
	word    strings.Builder
	begun   bool // word is one, if only an empty one
	now     shellCommand
	comment string
	done    []shellCommand
}

func (s *shellText) endWord() {
	if s.begun {
		s.now.words = append(s.now.words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}

func (s *shellText) endCommand(pipes bool) {
	s.endWord()
	if len(s.now.words) > 0 {
		s.now.pipes, s.now.comment = pipes, s.comment
		s.done, s.comment = append(s.done, s.now), ""
	}
	s.now = shellCommand{line: s.line}
}

// take cuts n bytes off what is left.
func (s *shellText) take(n int) string {
	head := s.rest[:n]
	s.rest = s.rest[n:]
	s.line += strings.Count(head, "\n")
	return head
}

func (s *shellText) step() error {
	switch c := s.rest[0]; {
	case strings.HasPrefix(s.rest, "\\\n"), strings.HasPrefix(s.rest, "\\\r\n"):
		s.take(strings.IndexByte(s.rest, '\n') + 1)
		s.endWord()
	case c == ' ' || c == '\t' || c == '\r':
		s.take(1)
		s.endWord()
	case c == '\n':
		s.take(1)
		if len(s.now.words) > 0 || s.begun || len(s.done) == 0 || !s.done[len(s.done)-1].pipes {
			s.endCommand(false)
		}
	case c == '|' || c == ';' || c == '&':
		s.endCommand(c == '|' && !strings.HasPrefix(s.rest, "||"))
		s.take(len(s.rest) - len(strings.TrimLeft(s.rest, "|;&")))
	case c == '#' && !s.begun:
		line, _, _ := strings.Cut(s.rest, "\n")
		s.comment = strings.TrimSpace(s.take(len(line))[1:])
	default:
		return s.piece()
	}
	return nil
}

// piece takes a quoted part of a word, or one character.
func (s *shellText) piece() error {
	if !s.begun {
		s.begun = true
		if len(s.now.words) == 0 {
			s.now.line = s.line
		}
	}
	switch {
	case strings.HasPrefix(s.rest, "$'"):
		return s.escaped(2, true)
	case s.rest[0] == '"':
		return s.escaped(1, false)
	case s.rest[0] == '\'':
		end := strings.IndexByte(s.rest[1:], '\'')
		if end < 0 {
			return errUnclosed
		}
		s.word.WriteString(s.take(end + 2)[1 : end+1])
	case s.rest[0] == '\\' && len(s.rest) > 1:
		s.word.WriteString(s.take(2)[1:])
	default:
		s.word.WriteString(s.take(1))
	}
	return nil
}

var errUnclosed = errors.New("a quote has no end")

// escaped takes "…" or, in the way of C, $'…'.
func (s *shellText) escaped(open int, c bool) error {
	quote := s.rest[open-1]
	s.take(open)
	for s.rest != "" {
		switch head := s.rest[0]; {
		case head == quote:
			s.take(1)
			return nil
		case head == '\\' && len(s.rest) > 1 && c:
			s.cEscape()
		case head == '\\' && len(s.rest) > 1 && strings.IndexByte("\"\\$`\n", s.rest[1]) >= 0:
			if kept := s.take(2)[1:]; kept != "\n" {
				s.word.WriteString(kept)
			}
		default:
			s.word.WriteString(s.take(1))
		}
	}
	return errUnclosed
}

// cEscape takes one escape of $'…'.
func (s *shellText) cEscape() {
	letter := s.take(2)[1]
	if at := strings.IndexByte("abefnrtv", letter); at >= 0 {
		s.word.WriteByte("\a\b\x1b\f\n\r\t\v"[at])
		return
	}
	most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[letter]
	value, digits := rune(0), 0
	for ; digits < most && digits < len(s.rest); digits++ {
		digit := strings.IndexByte("0123456789abcdef", s.rest[digits]|0x20)
		if digit < 0 || s.rest[digits] < '0' {
			break
		}
		value = value<<4 | rune(digit)
	}
	switch s.take(digits); {
	case digits == 0:
		s.word.WriteByte(letter)
	case letter == 'x':
		s.word.WriteByte(byte(value))
	default:
		s.word.WriteRune(value)
	}
}
