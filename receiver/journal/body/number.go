package body

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// Number is a decimal number of any size and precision, to compare by worth.
type Number struct {
	sign   int    // -1, 0, 1
	digits string // without zeros at either end
	top    int64  // power of ten above the first digit
}

// ParseNumber reads what JSON has for a number, and with a plus, without a digit
// before or behind the point, or with leading zeros. Names that other readers
// take for one (nan, inf, 0x10) are texts.
func ParseNumber(s string) (n Number, ok bool) {
	n.sign = 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			n.sign = -1
		}
		s = s[1:]
	}
	mantissa, power := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if mantissa, power, ok = s[:i], exponent(s[i+1:]), isExponent(s[i+1:]); !ok {
			return Number{}, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	if all == "" || strings.Trim(all, "0123456789") != "" {
		return Number{}, false
	}
	n.top = int64(len(whole)) + power
	n.digits = strings.TrimLeft(all, "0")
	n.top -= int64(len(all) - len(n.digits))
	if n.digits = strings.TrimRight(n.digits, "0"); n.digits == "" {
		return Number{}, true
	}
	return n, true
}

func isExponent(s string) bool {
	s = strings.TrimLeft(s[:min(1, len(s))], "+-") + s[min(1, len(s)):]
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// exponent is s, cut to what can be added without overflow.
func exponent(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && strings.HasPrefix(s, "-") {
		return math.MinInt64 / 4
	}
	if err != nil {
		return math.MaxInt64 / 4
	}
	return max(min(n, math.MaxInt64/4), math.MinInt64/4)
}

// Compare is -1, 0 or 1 as n is below, equal to or above o.
func (n Number) Compare(o Number) int {
	if n.sign != o.sign || n.sign == 0 {
		return cmp.Compare(n.sign, o.sign)
	}
	return n.sign * cmp.Or(cmp.Compare(n.top, o.top), strings.Compare(n.digits, o.digits))
}

// Holds compares a text with a wanted one: as numbers where both are, as texts
// otherwise; a text is neither above nor below a number.
func Holds(got, op, want string) bool {
	order := strings.Compare(got, want)
	if b, isNum := ParseNumber(want); isNum && order != 0 {
		if a, ok := ParseNumber(got); ok {
			order = a.Compare(b)
		} else if op != "=" && op != "!=" {
			return false
		}
	}
	return Meets(order, op)
}

// Meets reports whether an order satisfies an operator.
func Meets(order int, op string) bool {
	switch op {
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
