package command

import (
	"fmt"

	"tacklebox/receiver/api"
)

// Refusal adds the nearest name to a refusal that has no hint of its own.
func Refusal(err error, word string, candidates []string) error {
	refused, ok := AsRefusal(err)
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

// AsRefusal finds a refusal of the control API.
func AsRefusal(err error) (*api.Error, bool) {
	refused, ok := err.(*api.Error)
	return refused, ok
}
