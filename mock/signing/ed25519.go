package signing

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// signEd25519 signs with a seed of 32 bytes, or a private key of 64 whose first
// half is one, as hex (RFC 8032).
func signEd25519(secret string, text []byte) ([]byte, error) {
	seed, err := hex.DecodeString(strings.TrimSpace(secret))
	if err != nil || len(seed) != ed25519.SeedSize && len(seed) != ed25519.PrivateKeySize {
		return nil, errors.New("the secret is no Ed25519 seed: 32 bytes as 64 hex digits belong there")
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize]), text), nil
}

// PublicKey returns the key that requests signed with a seed are verified with,
// as hex.
func PublicKey(seed string) (string, error) {
	raw, err := hex.DecodeString(strings.TrimSpace(seed))
	if err != nil || len(raw) != ed25519.SeedSize {
		return "", errors.New("the secret is no Ed25519 seed: 32 bytes as 64 hex digits belong there")
	}
	public, _ := ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey)
	return hex.EncodeToString(public), nil
}

// verifier makes of a secret what a signature is checked with: the key's bytes.
func (s checker) verifier(secret string) (string, error) {
	if s.Algorithm != Ed25519 {
		key, err := s.key(secret)
		return string(key), err
	}
	key, err := hex.DecodeString(strings.TrimSpace(secret))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return "", errors.New("the secret is no Ed25519 public key: 32 bytes as 64 hex digits belong there")
	}
	return string(key), nil
}

func (s checker) provesEd25519(key, value string, text []byte) bool {
	for _, m := range s.members(value) {
		rest, ok := strings.CutPrefix(m, s.Prefix)
		if signature, err := s.decode(rest); ok && err == nil && len(signature) == ed25519.SignatureSize &&
			ed25519.Verify(ed25519.PublicKey(key), text, signature) {
			return true
		}
	}
	return false
}

// explainEd25519 names why a signature is refused: the body or the text around
// it is another one, or the key.
func (s checker) explainEd25519(q Question, v Verdict) Verdict {
	value := q.Header.Get(s.Header)
	if value == "" {
		return v
	}
	if public, err := PublicKey(q.Secret); err == nil {
		p := s.partsOf(q)
		key, _ := hex.DecodeString(public)
		if s.provesEd25519(string(key), value, p.fill(s.Signed, q.Body)) {
			return v.fits("the secret as a seed", "the secret given is the seed, which signs: verify with the public key "+public)
		}
		v = v.misses("the secret as a seed")
	}
	key, err := s.verifier(q.Secret)
	if err != nil {
		v.Reason = err.Error()
		return v
	}
	p := s.partsOf(q)
	for _, g := range simpleBodies(q.Body)[1:] {
		if s.provesEd25519(key, value, p.fill(s.Signed, g.value)) {
			return v.fits(g.label, g.why)
		}
		v = v.misses(g.label)
	}
	for _, g := range (guesser{s.Scheme}).textGuesses(q.Header, p.id, p.timestamp)[1:] {
		t := p
		t.id, t.timestamp = g.id, g.timestamp
		if s.provesEd25519(key, value, t.fill(g.template, q.Body)) {
			return v.fits(g.label, g.why)
		}
		v = v.misses(g.label)
	}
	if missing := s.lacks(p.id, p.timestamp); missing != "" {
		v.Reason = missing
		return v
	}
	if _, err := s.decode(strings.TrimPrefix(value, s.Prefix)); err != nil {
		v.Reason = fmt.Sprintf("%s holds no signature: %q, where %d bytes as %s belong", s.Header, clip(value), ed25519.SignatureSize, encodingTitle(s.Encoding))
		return v
	}
	v.Reason = "nothing that was tried fits: most likely the public key is another one, or the body is not the one that was signed"
	return v
}
