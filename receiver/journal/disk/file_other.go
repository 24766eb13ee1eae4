//go:build !linux

package disk

import "os"

// writeAll writes the pieces one behind the other.
func writeAll(f *os.File, pieces [][]byte) error {
	for _, b := range pieces {
		if _, err := f.Write(b); err != nil {
			return err
		}
	}
	return nil
}

func syncData(f *os.File) error { return f.Sync() }

// syncDir does nothing: not every system can sync a folder.
func syncDir(string) error { return nil }
