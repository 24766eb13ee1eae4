//go:build !linux

package cli

import (
	"io/fs"
	"os"
)

// isTerminal goes by the kind of device; the null device is one of that kind
// as well, and is told by its name.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0 && f.Name() != os.DevNull && info.Name() != "null"
}
