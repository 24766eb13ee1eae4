package command

import (
	"fmt"
	"strings"

	"tacklebox/receiver/api"
)

// Listed is a list of names with a sentence each, as help shows it.
func Listed(kinds []api.FaultKind) string {
	width := 0
	for _, k := range kinds {
		width = max(width, len(k.Name))
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, k.Name, k.About)
	}
	return b.String()
}
