package query

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

const operators = "=!<>~"

// comparison is an operator and its value; op "" asks only that there is one.
type comparison struct {
	op     string
	value  string
	number float64
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
		if c.re, err = regexp.Compile(c.value); err != nil {
			return left, c, p.errAt(right.pos(0), "a regular expression of Go (RE2)", "%s: %s", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return left, c, nil
	}
	c.number, c.isNum = number(c.value)
	if strings.ContainsAny(c.op, "<>") && c.value == "" {
		return left, c, p.errAt(right.pos(0), "a number or a text behind "+c.op, "%s: a value is missing", what)
	}
	return left, c, nil
}

// holds compares a text; numbers compare as numbers where both are.
func (c *comparison) holds(got string) bool {
	switch c.op {
	case "":
		return true
	case "~":
		return c.re.MatchString(got)
	}
	order := strings.Compare(got, c.value)
	if c.isNum && order != 0 {
		if f, ok := number(got); ok {
			order = compareNumbers(got, c.value, f, c.number)
		} else if c.op != "=" && c.op != "!=" {
			return false // a text is neither above nor below a number
		}
	}
	switch c.op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	}
	return order <= 0
}

// number reads what JSON could have for a number, and a little more. Names of
// people and things that strconv takes for one (nan, inf) are texts.
func number(s string) (f float64, ok bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// compareNumbers compares digits as they stand: an id of 17 of them is another
// one than its neighbour, which a float cannot tell.
func compareNumbers(a, b string, fa, fb float64) int {
	if !digits(a) || !digits(b) {
		return cmp.Compare(fa, fb)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

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
