package tui

import (
	"strconv"
	"time"
)

func itoa(n int) string    { return strconv.Itoa(n) }
func utoa(n uint64) string { return strconv.FormatUint(n, 10) }

// count writes "1 line", "3 lines".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return itoa(n) + " " + noun
}

// bytesText writes a size in five cells: 512, 1.5k, 64k, 2.0M.
func bytesText(n int64) string {
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

// tookText writes a duration of an exchange in six cells.
func tookText(d time.Duration) string {
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

// leftText writes how long it is until something: 3d4h, 14m59s, 2s.
func leftText(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d <= 0:
		return "now"
	case d >= 24*time.Hour:
		return itoa(int(d/(24*time.Hour))) + "d" + itoa(int(d%(24*time.Hour)/time.Hour)) + "h"
	}
	return d.String()
}
