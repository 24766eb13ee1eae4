package cli

import (
	"os"
)

// IsTerminal reports whether every file is a terminal.
func IsTerminal(files ...*os.File) bool {
	for _, f := range files {
		if f == nil || !isTerminal(f) {
			return false
		}
	}
	return true
}
