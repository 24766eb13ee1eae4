package ui

import (
	"strconv"
	"time"
)

// Itoa writes a number.
func Itoa(n int) string { return strconv.Itoa(n) }

// Utoa writes an entry's number.
func Utoa(n uint64) string { return strconv.FormatUint(n, 10) }

// Grouped writes 12,345.
func Grouped(n uint64) string {
	s := Utoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count writes "1 line", "3 lines", "2 entries".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if noun[len(noun)-1] == 'y' {
		return Grouped(uint64(n)) + " " + noun[:len(noun)-1] + "ies"
	}
	return Grouped(uint64(n)) + " " + noun + "s"
}

// Bytes writes a size in five cells: 512, 1.5k, 64k, 2.0M.
func Bytes(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	v, unit := float64(n), ""
	for _, unit = range []string{"k", "M", "G", "T"} {
		if v /= 1024; v < 999.5 {
			break
		}
	}
	digits := 0
	if v < 9.95 {
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + unit
}

// Took writes the duration of an exchange in six cells.
func Took(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 100*time.Microsecond:
		return strconv.FormatInt(max(d.Microseconds(), 1), 10) + "us"
	case d < 10*time.Millisecond:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + "ms"
	case d < 10*time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 0, 64) + "s"
}

// Left writes how long it is until something: 3d4h, 14m59s, 2s.
func Left(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d <= 0:
		return "now"
	case d >= 24*time.Hour:
		return Itoa(int(d/(24*time.Hour))) + "d" + Itoa(int(d%(24*time.Hour)/time.Hour)) + "h"
	}
	return d.String()
}

// Age writes how long ago something was, in four cells: 3s, 12m, 5h, 8d.
func Age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return Itoa(int(d/time.Minute)) + "m"
	case d < 48*time.Hour:
		return Itoa(int(d/time.Hour)) + "h"
	}
	return Itoa(int(d/(24*time.Hour))) + "d"
}

// Sparkline draws numbers as bars, the largest one full.
func Sparkline(values []int) string {
	top := 1
	for _, v := range values {
		top = max(top, v)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	out := make([]rune, len(values))
	for i, v := range values {
		out[i] = bars[v*(len(bars)-1)/top]
	}
	return string(out)
}
