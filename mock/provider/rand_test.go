package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestKeysAreTheHMACOfTheirLabel(t *testing.T) {
	t.Parallel()
	for _, label := range []string{"", "shoptet/event", strings.Repeat("long", 300)} {
		for _, n := range []int64{0, 1, -1, 1 << 40} {
			r := SeededRand{Seed: 0xfedcba9876543210}
			sum := hmac.New(sha256.New, binary.LittleEndian.AppendUint64(nil, r.Seed))
			sum.Write(binary.LittleEndian.AppendUint64(append([]byte(label), 0), uint64(n)))
			if got := r.key(label, n); string(got[:]) != string(sum.Sum(nil)) {
				t.Errorf("%.20q, %d: %x", label, n, got)
			}
		}
	}
}

func TestDrawsDependOnSeedLabelAndCountAlone(t *testing.T) {
	t.Parallel()
	one := drawn(SeededRand{Seed: 7}, "a", 1)
	for what, other := range map[string]string{
		"another seed":  drawn(SeededRand{Seed: 8}, "a", 1),
		"another label": drawn(SeededRand{Seed: 7}, "b", 1),
		"another count": drawn(SeededRand{Seed: 7}, "a", 2),
		"another epoch": drawn(SeededRand{Seed: 7, Epoch: 1}, "a", 1),
	} {
		if one == other {
			t.Errorf("%s gives the same text %s", what, one)
		}
	}
	if again := drawn(SeededRand{Seed: 7}, "a", 1); again != one {
		t.Errorf("the same draw gave %s, then %s", one, again)
	}
}

func drawn(r SeededRand, label string, n int64) string {
	return text(rand.New(rand.NewChaCha8(r.drawKey(label, n))), LowerAndNums, 20)
}

func TestUUIDsHaveTheirForm(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for n := range int64(200) {
		if id := uuid(SeededRand{Seed: 1}.stream("id", n)); !form.MatchString(id) {
			t.Fatalf("%s is no UUID of version 4", id)
		}
	}
	if id := FormatUUID([16]byte{}, 7); !strings.HasPrefix(id[14:], "7") {
		t.Errorf("%s is not of version 7", id)
	}
}
