package disk

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"tacklebox/receiver/journal/files"
)

// Numbers between two segments have no record: because a whole segment was
// forgotten, or because one was lost. gaps.txt says which, a line each, so that a
// loss is told once and a wish never.
const (
	gapsFile     = "gaps.txt"
	gapForgotten = "forgotten"
	gapTold      = "lost"
)

type gap struct {
	what     string
	from, to uint64
}

type gaps []gap

// readGaps reads what is known; lines that are none are passed over.
func readGaps(dir string) (list gaps) {
	raw, err := files.Read(filepath.Join(dir, gapsFile))
	if err != nil {
		return nil
	}
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var g gap
		if n, _ := fmt.Sscanf(lines.Text(), "%s %d %d", &g.what, &g.from, &g.to); n == 3 {
			list = append(list, g)
		}
	}
	return list
}

// what says what is known of all numbers from from to to, "" when some are new.
func (list gaps) what(from, to uint64) string {
	said := gapForgotten
	for at := from; at <= to; {
		next := at
		for _, g := range list {
			if g.from <= at && at <= g.to && g.to >= next {
				next = g.to + 1
				if g.what != gapForgotten {
					said = gapTold
				}
			}
		}
		if next == at {
			return ""
		}
		at = next
	}
	return said
}

// add notes a gap. Failing costs only that it is told again.
func (list *gaps) add(dir, what string, from, to uint64) {
	*list = append(*list, gap{what, from, to})
	f, err := files.Open(filepath.Join(dir, gapsFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return
	}
	fmt.Fprintf(f, "%s %d %d\n", what, from, to)
	f.Close()
}
