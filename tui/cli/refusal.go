package cli

import (
	"fmt"

	"tacklebox/receiver/api"
)

// refusal adds the nearest name to a refusal that has no hint of its own.
func refusal(err error, word string, candidates []string) error {
	refused, ok := asRefusal(err)
	if !ok || refused.Hint != "" {
		return err
	}
	if best := api.Nearest(word, candidates); best != "" {
		named := *refused
		named.Hint = fmt.Sprintf("did you mean %q?", best)
		return &named
	}
	return err
}

func asRefusal(err error) (*api.Error, bool) {
	refused, ok := err.(*api.Error)
	return refused, ok
}
