package provider

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// SeededRand is the one source of everything that looks random. A draw depends on
// the seed, its label and how often that label was drawn before, so that what
// happens beside it does not change it.
type SeededRand struct {
	Seed  uint64
	Epoch uint64 // rises with each crash, after which counts of draws are unsure
}

// drawKey is the key of the n-th draw of a label.
func (r SeededRand) drawKey(label string, n int64) [32]byte {
	if r.Epoch > 0 {
		label = fmt.Sprintf("%s@%d", label, r.Epoch)
	}
	return r.key(label, n)
}

func (r SeededRand) stream(label string, n int64) *rand.Rand {
	return rand.New(rand.NewChaCha8(r.key(label, n)))
}

// key is HMAC-SHA256 (RFC 2104) of the label and the number under the seed, spelled
// out: ids are drawn with each event and each delivery, and crypto/hmac makes six
// objects for one sum.
func (r SeededRand) key(label string, n int64) [32]byte {
	var room [4 * sha256.BlockSize]byte // a longer label takes one from the heap
	inner := binary.LittleEndian.AppendUint64(append(append(r.pad(room[:0], 0x36), label...), 0), uint64(n))
	sum := sha256.Sum256(inner)
	return sha256.Sum256(append(r.pad(room[:0], 0x5c), sum[:]...))
}

// pad begins b with the seed as a key of HMAC, mixed with one of its two constants.
func (r SeededRand) pad(b []byte, with byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, r.Seed)
	for len(b) < sha256.BlockSize {
		b = append(b, 0)
	}
	for i := range b {
		b[i] ^= with
	}
	return b
}

// Alphabets for World.Text.
const (
	HexDigits    = "0123456789abcdef"
	LowerAndNums = "0123456789abcdefghijklmnopqrstuvwxyz"
	Digits       = "0123456789"
)

func text(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// uuid makes a random UUID (RFC 9562, version 4).
func uuid(r *rand.Rand) string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], r.Uint64())
	binary.LittleEndian.PutUint64(b[8:], r.Uint64())
	return FormatUUID(b, 4)
}

// FormatUUID writes 16 bytes as a UUID of the given version in lower case.
func FormatUUID(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
