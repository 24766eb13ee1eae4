package provider

import (
	"regexp"
	"strings"
	"testing"
)

func TestDrawsDependOnSeedLabelAndCountAlone(t *testing.T) {
	t.Parallel()
	one := text(SeededRand{Seed: 7}.draw("a", 1), LowerAndNums, 20)
	for what, other := range map[string]string{
		"another seed":  text(SeededRand{Seed: 8}.draw("a", 1), LowerAndNums, 20),
		"another label": text(SeededRand{Seed: 7}.draw("b", 1), LowerAndNums, 20),
		"another count": text(SeededRand{Seed: 7}.draw("a", 2), LowerAndNums, 20),
		"another epoch": text(SeededRand{Seed: 7, Epoch: 1}.draw("a", 1), LowerAndNums, 20),
	} {
		if one == other {
			t.Errorf("%s gives the same text %s", what, one)
		}
	}
	if again := text(SeededRand{Seed: 7}.draw("a", 1), LowerAndNums, 20); again != one {
		t.Errorf("the same draw gave %s, then %s", one, again)
	}
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
