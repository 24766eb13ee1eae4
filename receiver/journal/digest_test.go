package journal

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

func hexDigest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

func TestStoreLeavesDigestsThatDoNotFollow(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		e := sample(1, 100)
		e.Request.Truncated, e.Request.SHA256, e.Request.Size = true, "", 1000
		put(t, s, e)
		if got, err := s.Get(1); err != nil || got.Request.SHA256 != "" {
			t.Errorf("digest %q, %v; a cut body has none of its own", got.Request.SHA256, err)
		}
	})
}
