// Package nearest finds the known word that a mistyped one most likely meant. It
// is the only edit distance of this project and imports nothing, so that every
// other package may suggest.
package nearest

import "strings"

// longest bounds a foreign word that is compared with known ones: nothing known
// comes near a longer one, and the comparison costs the product of both lengths.
const longest = 256

// Word returns the closest of the known words, "" when none is near: at most half
// of the letters may differ. Else it may be the beginning of the only one that begins
// so, or the first part of one: "article" of "article.created".
func Word(word string, known []string) string {
	if len(word) > longest {
		return ""
	}
	best, cost := "", 1+len(word)/2
	for _, k := range known {
		if apart := len(word) - len(k); apart >= cost || -apart >= cost {
			continue // no distance is below the difference of both lengths
		}
		if d := Distance(strings.ToLower(word), strings.ToLower(k)); d < cost {
			best, cost = k, d
		}
	}
	if best == "" {
		best = begun(word, known)
	}
	return best
}

func begun(word string, known []string) (best string) {
	if len(word) < 2 {
		return ""
	}
	for _, k := range known {
		rest, begins := strings.CutPrefix(k, word)
		switch {
		case !begins:
		case rest != "" && strings.Contains(".:_-/", rest[:1]):
			return k
		case best != "":
			return ""
		default:
			best = k
		}
	}
	return best
}

// Distance is the number of inserted, removed, replaced or swapped neighbouring
// bytes that lead from a to b (optimal string alignment).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
