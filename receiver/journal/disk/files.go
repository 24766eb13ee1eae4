package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tacklebox/receiver/journal/files"
)

// lastFile holds the highest number that was given, so that it is not given again
// when the segment that had it is lost.
const lastFile = "last"

func readLast(dir string) uint64 {
	f, err := files.Open(filepath.Join(dir, lastFile), os.O_RDONLY)
	if err != nil {
		return 0
	}
	defer f.Close()
	var space [32]byte
	n, _ := f.ReadAt(space[:], 0)
	last, err := strconv.ParseUint(strings.TrimSpace(string(space[:n])), 10, 64)
	if err != nil || last >= 1<<62 { // damaged: the segments know enough
		return 0
	}
	return last
}

// keepLast writes the highest number in place. Failing loses only that safety.
func (d *disk) keepLast(last uint64) {
	if d.lastFile == nil {
		var err error
		if d.lastFile, err = files.Open(filepath.Join(d.dir, lastFile), os.O_RDWR|os.O_CREATE); err != nil {
			return
		}
	}
	_, _ = d.lastFile.WriteAt(fmt.Appendf(nil, "%020d\n", last), 0)
}
