package shoptet

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

// occurrence is what Prepare settles about one event.
type occurrence struct {
	Instance string `json:"instance,omitempty"` // of a further copy
}

// prepare draws a new eventInstance for every further copy of a firing, because
// receivers recognise duplicates by the four members (observed); the first copy
// keeps the sample's (decision).
func prepare(w *provider.World, ev *provider.Event) error {
	payloads := inUse(w, ev.Account, func(p *profile) bool { return p.payloads })
	if !payloads && len(ev.Whole) == 0 && ev.Touches("payload") {
		return provider.Refuse("unknown_path", "it exists in profile 2026-08", "%s has no path %q in this profile", ev.Type, "payload")
	}
	typ := catalogueOf(w).types[ev.Type]
	if ev.N == 0 {
		delete(w.Memo(), "copies")
	}
	if typ == nil || ev.N == 0 || typ.Instance.Fresh == "" {
		return nil
	}
	ev.Data = phpjson.Encode(occurrence{Instance: freshInstance(w, typ)})
	return nil
}

// copies are the instances that a firing has used, the sample's own among them.
func copies(w *provider.World, event string) map[string]bool {
	if used, ok := w.Memo()["copies"].(map[string]bool); ok {
		return used
	}
	used := map[string]bool{}
	if sample, err := w.Catalogue().Sample(event); err == nil {
		used[sentInstance(sample)] = true
	}
	w.Memo()["copies"] = used
	return used
}

var placeholder = regexp.MustCompile(`\{[a-z0-9]+\}`)

// freshInstance draws a value that no earlier copy of the same firing has. A
// range that is used up gets longer numbers (decision).
func freshInstance(w *provider.World, typ *eventType) string {
	used := copies(w, typ.Type)
	rnd := w.Rand("instance")
	const tries = 32
	for try := 0; ; try++ {
		more := try / tries // further digits
		value := placeholder.ReplaceAllStringFunc(typ.Instance.Fresh, func(p string) string { return draw(rnd, p, more) })
		if !used[value] {
			used[value] = true
			return value
		}
	}
}

// draw fills one placeholder of the catalogue's column fresh.
func draw(rnd *rand.Rand, name string, more int) string {
	switch name {
	case "{n}": // 1 to 9999
		most := int64(9999)
		for range more {
			most = most*10 + 9
		}
		return itoa(1 + rnd.Int64N(most))
	case "{guid}":
		return freshGUID(rnd)
	case "{hex32}":
		return letters(rnd, provider.HexDigits, 32)
	case "{b36x7}":
		return letters(rnd, provider.LowerAndNums, 7)
	}
	n, _ := strconv.Atoi(strings.Trim(name, "{d}"))
	return letters(rnd, provider.Digits, n+more)
}

// freshGUID draws a random UUID of version 4.
func freshGUID(rnd *rand.Rand) string {
	var b [16]byte
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return provider.FormatUUID(b, 4)
}

// letters draws n characters of an alphabet.
func letters(rnd *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	return string(b)
}

// payload makes one callback body: the sample with the account's number and the
// moment of the event, then what the firing changes, in PHP's spelling. Bytes
// that a firing gives as text are sent as they are.
func payload(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	account := owner(w, t.Account)
	body, err := w.Catalogue().Sample(ev.Type)
	if err != nil {
		return nil, err
	}
	if body, err = kit.Fit(ev, body, members(w, ev, account)); err != nil {
		return nil, err
	}
	if body, err = ev.Edit(body); err != nil {
		return nil, err
	}
	if isText(ev.Whole) || !provider.Sound(body) {
		return body, nil
	}
	if !carriesPayload(w, ev, t, account) {
		body = without(body, "payload")
	} else if body, err = withEntity(w, ev, body); err != nil {
		return nil, err
	}
	return phpjson.Recode(body), nil
}

// members lists what is fitted to the account and the moment.
func members(w *provider.World, ev *provider.Event, account string) []kit.Member {
	eshop := itoa(eshopID(w, account))
	list := []kit.Member{{Path: "eshopId", Raw: []byte(eshop)}, {Path: "eventCreated", Raw: []byte(strconv.Quote(moment(ev.Time)))}}
	typ := catalogueOf(w).types[ev.Type]
	var o occurrence
	if len(ev.Data) > 0 { // our own, absent in first copies
		_ = json.Unmarshal(ev.Data, &o)
	}
	switch {
	case typ == nil:
	case typ.Instance.Follows == "eshopId" && typ.Instance.JSON == "number" && w.Option(account, "addon_instance").Text() == "number":
		list = append(list, kit.Member{Path: "eventInstance", Raw: []byte(eshop)})
	case typ.Instance.Follows == "eshopId":
		list = append(list, kit.Member{Path: "eventInstance", Raw: []byte(strconv.Quote(eshop))})
	case o.Instance != "":
		list = append(list, kit.Member{Path: "eventInstance", Raw: phpjson.AppendText(nil, o.Instance)})
	}
	return list
}

// carriesPayload says whether a callback shows the entity (2026-08): the webhook
// asks for it and the event supports it, never for mass events (documented). No
// event supported it on 2026-08-21, so the switch payload_events names them. A
// direct firing stands for a webhook that asks.
func carriesPayload(w *provider.World, ev *provider.Event, t provider.Target, account string) bool {
	if len(ev.Whole) > 0 {
		return true // the caller wrote the body
	}
	typ := catalogueOf(w).types[ev.Type]
	if typ == nil || typ.Kind == massEvent || !profileOf(w, account).payloads {
		return false
	}
	if t.Subscription == "" && ev.Touches("payload") {
		return true
	}
	if !slices.Contains(w.Option(account, "payload_events").List(), ev.Type) {
		return false
	}
	if t.Subscription == "" {
		return true
	}
	a, known := w.Known(account)
	if !known {
		return false
	}
	s := a.Sub(t.Subscription)
	return s != nil && sendsPayload(s)
}

// renew makes a recorded body into one of a new event: the moment is now, and
// eventInstance a fresh one where the type varies it.
func renew(w *provider.World, body []byte) []byte {
	if !provider.Sound(body) || !gjson.ParseBytes(body).IsObject() {
		return body
	}
	out, err := sjson.SetBytes(body, "eventCreated", moment(w.Now()))
	if err != nil {
		return body
	}
	typ := catalogueOf(w).types[gjson.GetBytes(body, "event").String()]
	if typ != nil && typ.Instance.Fresh != "" {
		delete(w.Memo(), "copies")
		if out, err = sjson.SetBytes(out, "eventInstance", freshInstance(w, typ)); err != nil {
			return body
		}
	}
	return phpjson.Recode(out)
}

// spell keeps a changed body in PHP's spelling: a receiver that decodes it and
// encodes it again expects the same signature.
func spell(body []byte) []byte {
	if !provider.Sound(body) {
		return body
	}
	return phpjson.Recode(body)
}

// isText reports that a firing gave its body as text, to be sent byte for byte.
func isText(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// without removes a member from an object, when it is there.
func without(body []byte, name string) []byte {
	if !gjson.GetBytes(body, name).Exists() {
		return body
	}
	out, err := sjson.DeleteBytes(body, name)
	if err != nil {
		return body
	}
	return out
}
