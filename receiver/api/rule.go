package api

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseCount reads how often: 3x.
func ParseCount(text string) (int, error) {
	digits, ok := strings.CutSuffix(text, "x")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 {
		return 0, fmt.Errorf("%q: want a number of times, like 3x", text)
	}
	return n, nil
}

// FormatCount writes what ParseCount reads.
func FormatCount(n int) string { return strconv.Itoa(n) + "x" }

// ParseShare reads how likely: 10%, as 0.1.
func ParseShare(text string) (float64, error) {
	digits, ok := strings.CutSuffix(text, "%")
	p, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(p > 0 && p <= 100) {
		return 0, fmt.Errorf("%q: want a share above 0%% and up to 100%%", text)
	}
	return p / 100, nil
}

// FormatShare writes what ParseShare reads.
func FormatShare(p float64) string { return strconv.FormatFloat(p*100, 'g', 6, 64) + "%" }

// ParseRule reads which deliveries a fault meets and how often, as people write
// it: "10% 3x provider:shoptet", each part optional.
func ParseRule(kind, text string) (Fault, error) {
	f := Fault{Kind: kind}
	for {
		head, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		if p, err := ParseShare(head); err == nil {
			f.Probability, text = &p, rest
		} else if n, err := ParseCount(head); err == nil {
			f.Times, text = n, rest
		} else {
			break
		}
	}
	f.Q = strings.TrimSpace(text)
	return f, CheckFilter(f.Q)
}

// FormatRule writes what ParseRule reads.
func FormatRule(f Fault) string {
	var parts []string
	if f.Probability != nil {
		parts = append(parts, FormatShare(*f.Probability))
	}
	if f.Times > 0 {
		parts = append(parts, FormatCount(f.Times))
	}
	if f.Q != "" {
		parts = append(parts, f.Q)
	}
	return strings.Join(parts, " ")
}
