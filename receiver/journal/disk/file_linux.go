package disk

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// piecesPerCall stays below the kernel's limit of 1,024.
const piecesPerCall = 512

// writeAll writes the pieces one behind the other without copying them.
func writeAll(f *os.File, pieces [][]byte) error {
	for len(pieces) > 0 {
		n, err := unix.Writev(int(f.Fd()), pieces[:min(len(pieces), piecesPerCall)])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return &os.PathError{Op: "write", Path: f.Name(), Err: err}
		}
		if n == 0 {
			return io.ErrShortWrite
		}
		pieces = advance(pieces, n)
	}
	return nil
}

// advance drops the first n bytes of the pieces.
func advance(pieces [][]byte, n int) [][]byte {
	for len(pieces) > 0 && n >= len(pieces[0]) {
		n -= len(pieces[0])
		pieces = pieces[1:]
	}
	if n > 0 {
		pieces[0] = pieces[0][n:]
	}
	return pieces
}

func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
