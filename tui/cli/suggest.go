package cli

import "tacklebox/receiver/api"

// didYouMean returns ` (did you mean "x"?)` for the nearest candidate, or
// nothing when none is near.
func didYouMean(word string, candidates []string) string {
	if best := api.Nearest(word, candidates); best != "" {
		return ` (did you mean "` + best + `"?)`
	}
	return ""
}
