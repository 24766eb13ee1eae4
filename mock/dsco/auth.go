package dsco

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// Account types (documented: "your account type is Retailer").
const (
	retailer = "Retailer"
	supplier = "Supplier"
)

// The numbers of accounts whose token names none: those of the example in the
// documentation (decision).
var defaultNumbers = map[string]int64{retailer: 12311, supplier: 92171}

// A token is 1 to 512 of these characters (inferred). The length is not part of
// the expression: counting to 512 makes it slow to compile.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9\-._~+/=]+$`)

const longestToken = 512

// token reads the value of Authorization: "bearer TOKEN" (documented) with the
// scheme in any case (inferred), or the token alone (observed). ok is false when
// there is none.
func token(authorization string) (string, bool) {
	words := strings.Fields(authorization)
	switch {
	case len(words) == 2 && strings.EqualFold(words[0], "bearer"):
		words = words[1:]
	case len(words) != 1 || strings.EqualFold(words[0], "bearer"):
		return "", false
	}
	return words[0], len(words[0]) <= longestToken && tokenForm.MatchString(words[0])
}

// authenticate says whose call it is: a token is an account. With a list of
// credentials in the settings only those are let in.
func authenticate(r *kit.Request) error {
	t, ok := token(r.Call.Header.Get("Authorization"))
	if !ok {
		return unauthorized("The Authorization header must hold an access token.")
	}
	if !kit.Listed(r.World, optCredentials, t) {
		return unauthorized("The access token in the Authorization header is not known.")
	}
	r.Call.Account = t
	return nil
}

// party is what an account is to its trading partners.
type party struct {
	id       int64
	kind     string // Retailer or Supplier
	partners []int64
	closed   bool // only the listed are partners
}

// Some tokens say what they stand for: supplier-92171-anything (decision).
var telling = regexp.MustCompile(`(?i)^(retailer|supplier)(?:-([1-9][0-9]{0,8}))?(?:-.*)?$`)

// spokenFor reads type and number out of a token; one that says nothing stands
// for the owner in the documentation's example (decision).
func spokenFor(token string) party {
	m := telling.FindStringSubmatch(token)
	if m == nil {
		return party{id: defaultNumbers[retailer], kind: retailer}
	}
	p := party{kind: retailer}
	if strings.EqualFold(m[1], supplier) {
		p.kind = supplier
	}
	p.id = defaultNumbers[p.kind]
	if m[2] != "" {
		p.id, _ = strconv.ParseInt(m[2], 10, 64) // nine digits at most
	}
	return p
}

// who returns what an account stands for: its settings, then its token.
func who(w *provider.World, account string) party {
	p := spokenFor(account)
	if v := w.Option(account, optType); v.Set() && v.Text() != p.kind {
		p.kind = v.Text()
		p.id = defaultNumbers[p.kind]
	}
	if v := w.Option(account, optID); v.Set() {
		p.id = v.Int()
	}
	if v := w.Option(account, optPartners); v.Set() {
		p.closed = json.Unmarshal(v.Raw(), &p.partners) == nil // checked when it was set
	}
	return p
}

// trades reports whether another account is a partner: every other number,
// unless the settings list them (decision).
func (p party) trades(id int64) bool {
	if p.closed {
		return slices.Contains(p.partners, id)
	}
	return id != p.id
}
