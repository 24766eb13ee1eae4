package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/files"
	"tacklebox/receiver/journal/record"
)

// Options of a journal on disk. The zero value keeps everything it can.
type Options struct {
	Sync         bool         // fdatasync each group before its receipts are released
	Keep         int          // entries that stay at least, before whole segments are dropped; 0: all
	KeepBytes    int64        // bytes of all segments; 0: no bound
	SegmentBytes int64        // a new segment begins above it; 0: 64 MiB
	Warn         func(string) // told what opening had to cut or skip; nil: nobody
}

const (
	defaultSegmentBytes = 64 << 20
	maxSegmentBytes     = 1 << 30 // offsets have 32 bits, and one group may follow
	minSegmentBytes     = 4 << 10
	retentionSteps      = 8 // segments that retention is spread over
)

// LockedError says which process has the journal.
type LockedError struct {
	Dir string
	PID int // 0: unknown
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("journal %s is in use by another process", e.Dir)
	}
	return fmt.Sprintf("journal %s is in use by process %d", e.Dir, e.PID)
}

// Open opens or creates the journal in dir. A torn last record is cut, corrupt
// ones are skipped, and o.Warn is told once. A *LockedError says that another
// process has it.
func Open(dir string, o Options) (journal.Store, error) {
	if err := files.Folder(dir); err != nil {
		return nil, fmt.Errorf("journal %s: %w", dir, err)
	}
	_ = os.Chmod(dir, 0o700) // what is captured holds secrets; another's folder stays as it is
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	d := &disk{dir: dir, o: o, lock: held}
	d.limits()
	if d.locked, err = held.Stat(); err == nil {
		err = d.load()
	}
	if err != nil {
		for _, s := range d.segments {
			s.release()
		}
		unlock(held)
		return nil, fmt.Errorf("journal %s: %w", dir, err)
	}
	d.queue = newQueue(d.last + 1)
	d.board.Announce(d.last)
	go d.run()
	return d, nil
}

// limits makes segments small enough that dropping one takes away only a part
// of what is kept.
func (d *disk) limits() {
	d.segmentBytes = d.o.SegmentBytes
	if d.segmentBytes <= 0 {
		d.segmentBytes = defaultSegmentBytes
	}
	if d.o.KeepBytes > 0 {
		d.segmentBytes = min(d.segmentBytes, max(d.o.KeepBytes/retentionSteps, minSegmentBytes))
	}
	d.segmentBytes = min(d.segmentBytes, maxSegmentBytes)
	d.segmentCount = 1 << 30
	if d.o.Keep > 0 {
		d.segmentCount = max(d.o.Keep/retentionSteps, 1)
	}
}

// load opens all segments and begins one where there is none to go on with. A
// disk that has no room for one is enough to read.
func (d *disk) load() error {
	bases, err := segmentBases(d.dir)
	if err != nil {
		return err
	}
	d.gaps = readGaps(d.dir)
	for _, base := range bases {
		if err := knownFormat(segmentPath(d.dir, base)); err != nil {
			return err
		}
	}
	var found []string
	for i, base := range bases {
		before := d.last
		note, err := d.loadSegment(base, i == len(bases)-1)
		if err != nil {
			return err
		}
		if i > 0 && before+1 < base {
			found = d.lose(before+1, base-1, found)
		}
		if note != "" {
			found = append(found, note)
			d.noteTail(d.segments[len(d.segments)-1])
		}
	}
	if known := readLast(d.dir); known > d.last {
		found = d.lose(d.last+1, known, found)
		d.last = known
	}
	if n := len(d.segments); n > 0 && d.segments[n-1].base == bases[len(bases)-1] && d.segments[n-1].next() == d.last+1 {
		d.ready = !d.segments[n-1].endsInHole()
	}
	if !d.ready {
		if _, err := d.begin(d.last + 1); err != nil {
			d.failed = d.notKept(err)
			found = append(found, fmt.Sprintf("it can be read, but not written: %v", err))
		}
	}
	if len(found) > 0 {
		d.warn(fmt.Sprintf("journal %s: %s", d.dir, strings.Join(found, "; ")))
	}
	d.trim()
	return nil
}

// noteTail remembers the numbers at the end of a segment whose records were just
// cut off: the next opening finds nothing of them, and need not tell it again.
func (d *disk) noteTail(s *segment) {
	to := s.next() - 1
	from := to + 1
	for from > s.base && s.metas[from-1-s.base].Size == 0 {
		from--
	}
	if from <= to && d.gaps.what(from, to) == "" {
		d.gaps.add(d.dir, gapTold, from, to)
	}
}

// lose remembers numbers that were given and have no segment any more, and says
// so once. Those of segments that were forgotten on purpose are no loss.
func (d *disk) lose(from, to uint64, found []string) []string {
	switch d.gaps.what(from, to) {
	case gapForgotten:
	case gapTold:
		d.missing = append(d.missing, journal.TrimmedError{From: from, To: to})
	default:
		d.missing = append(d.missing, journal.TrimmedError{From: from, To: to})
		d.gaps.add(d.dir, gapTold, from, to)
		found = append(found, fmt.Sprintf("entries %d to %d are missing: their segment is gone or was cut", from, to))
	}
	return found
}

// knownFormat refuses a segment that another version wrote, and leaves it as it is.
func knownFormat(path string) error {
	f, err := files.Open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, record.HeaderSize)
	n, err := f.ReadAt(head, 0)
	if err != nil && n < len(head) { // shorter than a record: recovery says what it is
		return nil
	}
	if other := record.OtherFormat(head); other != "" && !isDamage(f, other) {
		return fmt.Errorf("%s is in the format %s, which this version does not read: it was left as it is; move the folder away or open it with the version that wrote it", path, other)
	}
	return nil
}

// isDamage reports whether a segment that begins with the mark of another format
// is one of ours whose first bytes are damaged: records of ours follow, or the mark
// stands there only once and is of no version that there was.
func isDamage(f *os.File, other string) bool {
	const looked, first = 1 << 20, "TBX1"
	b := make([]byte, looked)
	n, _ := f.ReadAt(b, 0)
	ours := bytes.Contains(b[:n], binary.LittleEndian.AppendUint32(nil, record.Magic))
	return ours || other != first && bytes.Count(b[:n], []byte(other)) == 1
}

// loadSegment opens one segment. The last one is always read and checked, for
// it is the one that a crash leaves torn; a full one is trusted to its index.
func (d *disk) loadSegment(base uint64, last bool) (note string, err error) {
	path := segmentPath(d.dir, base)
	if base <= d.last {
		return fmt.Sprintf("ignored %s, whose numbers are in an earlier segment", path), nil
	}
	f, err := files.Open(path, os.O_RDWR|os.O_APPEND)
	if err != nil {
		return "", err
	}
	s := newSegment(base, path, f)
	d.segments = append(d.segments, s)
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if last {
		err = os.Remove(indexPath(path)) // it is written to again
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err == nil && (last || !s.loadIndex(info.Size())) {
		note, err = s.repair(info.Size(), last)
	}
	s.applyForgotten()
	d.last = max(d.last, s.next()-1)
	d.count += s.count
	d.size += s.size
	return note, err
}

// repair recovers a segment and makes the file end where its records do.
func (s *segment) repair(size int64, last bool) (note string, err error) {
	found, err := s.recover(size)
	if err != nil {
		return "", err
	}
	if found.cut > 0 {
		err = s.f.Truncate(s.size)
	}
	if !last && err == nil {
		s.saveIndex()
	}
	if found.cut > 0 || found.skipped > 0 {
		note = found.describe(s.path)
	}
	return note, err
}
