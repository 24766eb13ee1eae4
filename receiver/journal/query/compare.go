package query

import (
	"fmt"
	"regexp"
	"strings"
	"tacklebox/receiver/journal/body"
)

const operators = "=!<>~"

// comparison is an operator and its value; op "" asks only that there is one.
type comparison struct {
	op     string
	value  string
	number body.Number
	isNum  bool
	re     *regexp.Regexp
}

// comparison splits t into what is compared and how.
func (p *parser) comparison(t text, what string) (left text, c comparison, err error) {
	i := t.index(operators)
	if i < 0 {
		return t, c, nil
	}
	left = t.head(i)
	n := 1
	if i+1 < len(t.s) && t.s[i+1] == '=' && !t.quoted[i+1] && t.s[i] != '~' {
		n = 2
	}
	c.op = strings.Replace(t.s[i:i+n], "==", "=", 1)
	right := t.sub(i + n)
	c.value = right.s
	switch c.op {
	case "!":
		return left, c, p.errAt(t.pos(i), "= != > >= < <= or ~", "unknown comparison \"!\"")
	case "~":
		if err := p.takePattern(right); err != nil {
			return left, c, err
		}
		if c.re, err = regexp.Compile(c.value); err != nil {
			return left, c, p.errAt(right.pos(0), "a regular expression of Go (RE2)", "%s: %s", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return left, c, nil
	}
	c.number, c.isNum = body.ParseNumber(c.value)
	if strings.ContainsAny(c.op, "<>") && c.value == "" {
		return left, c, p.errAt(right.pos(0), "a number or a text behind "+c.op, "%s: a value is missing", what)
	}
	return left, c, nil
}

// A regular expression of n bytes takes up to a thousand times n in memory, so
// each is bounded, and all of a query are together: see Budget for several.
const (
	mostPattern  = 4 << 10
	mostPatterns = 64 << 10
)

// takePattern counts a regular expression.
func (p *parser) takePattern(t text) error {
	if len(t.s) > mostPattern {
		return p.errAt(t.pos(0), fmt.Sprintf("at most %d bytes", mostPattern), "a regular expression is too long")
	}
	if !p.budget.take(len(t.s)) {
		return p.errAt(t.pos(0), fmt.Sprintf("at most %d bytes", mostPatterns), "the regular expressions are too long together")
	}
	return nil
}

// Budget bounds the regular expressions of all filters of one request.
type Budget struct{ used int }

func (b *Budget) take(n int) bool {
	b.used += n
	return b.used <= mostPatterns
}

// holds compares a text; numbers compare by worth where both are, whatever
// their size (1e400, 30 digits); a text is neither above nor below a number.
func (c *comparison) holds(got string) bool {
	switch c.op {
	case "":
		return true
	case "~":
		return c.re.MatchString(got)
	}
	order := strings.Compare(got, c.value)
	if c.isNum && order != 0 {
		if n, ok := body.ParseNumber(got); ok {
			order = n.Compare(c.number)
		} else if c.op != "=" && c.op != "!=" {
			return false
		}
	}
	return body.Meets(order, c.op)
}

// any reports whether one of several values satisfies c; != has to hold for all.
func (c *comparison) any(values []string) bool {
	for _, v := range values {
		if c.holds(v) != (c.op == "!=") {
			return c.op != "!="
		}
	}
	return c.op == "!=" && len(values) > 0
}

func (c *comparison) String() string {
	if c.op == "" {
		return ""
	}
	if strings.HasPrefix(c.value, "=") {
		return c.op + inQuotes(c.value) // or it would belong to the operator
	}
	return c.op + quoted(c.value)
}

// operand spells what stands before an operator; in a path or name that has
// the like of one it is in quotes.
func operand(s string) string {
	if strings.ContainsAny(s, operators) {
		return inQuotes(s)
	}
	return quoted(s)
}

// wanted words c for why.
func (c *comparison) wanted() string {
	switch c.op {
	case "":
		return "any"
	case "=":
		return quoted(c.value)
	}
	return c.String()
}

// brief shortens a value for a sentence.
func brief(s string) string {
	const limit = 80
	if r := []rune(s); len(r) > limit {
		return fmt.Sprintf("%s… (%d characters)", string(r[:limit]), len(r))
	}
	return s
}
