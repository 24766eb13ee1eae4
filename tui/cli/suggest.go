package cli

import "strings"

// didYouMean returns ` (did you mean "x"?)` for the nearest candidate, or
// nothing when none is near.
func didYouMean(word string, candidates []string) string {
	if best := nearest(word, candidates); best != "" {
		return ` (did you mean "` + best + `"?)`
	}
	return ""
}

// nearest returns the candidate that a mistyped word most likely meant, "" when
// none comes close: at most a third of the letters may differ, or the word is
// the beginning of one candidate only.
func nearest(word string, candidates []string) string {
	best, distance := "", len(cut([]rune(word)))/3+1
	for _, c := range candidates {
		if d := edits(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		best = only(candidates, func(c string) bool { return len(word) > 1 && strings.HasPrefix(c, word) })
	}
	return best
}

func only(words []string, match func(string) bool) string {
	found := ""
	for _, w := range words {
		if !match(w) {
			continue
		}
		if found != "" {
			return ""
		}
		found = w
	}
	return found
}

// edits counts insertions, deletions, replacements and swaps of neighbours that
// turn a into b (optimal string alignment). Words longer than 64 are cut: they
// come from a person, or from nobody worth answering.
func edits(a, b string) int {
	x, y := cut([]rune(a)), cut([]rune(b))
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(x[i-1], y[j-1]))
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}

func cut(r []rune) []rune { return r[:min(len(r), 64)] }

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
