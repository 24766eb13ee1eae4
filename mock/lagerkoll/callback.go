package lagerkoll

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/provider"
)

const callbackID = "callback" // subscription of a delivery to a callback URL

// targets are the callback URLs that are set: no filter by store or type, an
// activation gets everything (inferred; one URL per activation is documented on
// the callback page). An event of no account goes to every distinct URL once.
func targets(w *provider.World, ev *provider.Event) ([]provider.Target, []provider.Skip) {
	if ev.Account != "" {
		if own, ok := w.Own(ev.Account, "callback_url"); ok {
			return place(nil, ev.Account, callbackID+":"+ev.Account, own.Text()), nil
		}
		return place(nil, ev.Account, callbackID, w.Option("", "callback_url").Text()), nil
	}
	all := place(nil, "", callbackID, w.Option("", "callback_url").Text())
	for _, account := range w.Owners("callback_url") {
		own, _ := w.Own(account, "callback_url")
		all = place(all, account, callbackID+":"+account, own.Text())
	}
	return all, nil
}

// place adds an address that is set and was not added before.
func place(all []provider.Target, account, subscription, url string) []provider.Target {
	for _, t := range all {
		if t.URL == url {
			return all
		}
	}
	if url == "" {
		return all
	}
	return append(all, provider.Target{Account: account, Subscription: subscription, URL: url})
}

// payload is the sample, compact, at the moment of firing. The values never
// vary (decision), but those of an execution are its own.
func payload(w *provider.World, ev *provider.Event, _ provider.Target) ([]byte, error) {
	sample, err := w.Catalogue().Sample(ev.Type)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, sample); err != nil {
		return nil, err
	}
	body := b.Bytes()
	for _, s := range fitting(ev, body) {
		if ev.Touches(s.path) {
			continue
		}
		if body, err = sjson.SetRawBytes(body, s.path, s.raw); err != nil {
			return nil, err
		}
	}
	return ev.Edit(body)
}

// step is one member to be fitted.
type step struct {
	path string
	raw  []byte
}

// fitting lists what differs from the sample. Documented (callback page): the
// timestamp in milliseconds, and fromQuantity as Java writes a double.
func fitting(ev *provider.Event, sample []byte) []step {
	var steps []step
	gjson.ParseBytes(ev.Data).ForEach(func(name, value gjson.Result) bool {
		steps = append(steps, step{name.String(), []byte(value.Raw)})
		return true
	})
	if n := gjson.GetBytes(sample, "fromQuantity"); n.Type == gjson.Number {
		steps = append(steps, step{"fromQuantity", []byte(javaDouble(n.Float()))})
	}
	return append(steps, step{"timestamp", strconv.AppendInt(nil, ev.Time.UnixMilli(), 10)})
}

// javaDouble writes a number as Java's Double.toString does: always with a
// fraction, in powers of ten below 0.001 and from 10,000,000 on.
func javaDouble(f float64) string {
	const small, large = 1e-3, 1e7
	size := math.Abs(f)
	if size != 0 && (size < small || size >= large) {
		digits, power, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		n, _ := strconv.Atoi(power) // ours
		return fraction(digits) + "E" + strconv.Itoa(n)
	}
	return fraction(strconv.FormatFloat(f, 'f', -1, 64))
}

func fraction(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}

// request is the callback as it goes out: these two headers and nothing more,
// no signature, no id (decision; observed: a public receiver looks at neither).
// A further attempt goes where the first went, whatever the setting says by then
// (decision).
func request(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	return &provider.Outgoing{
		Method: "POST", // documented: callback page
		URL:    d.URL,
		Header: []provider.Field{{Name: "Content-Type", Value: string(asJSON)}, {Name: "User-Agent", Value: "Lagerkoll"}},
		Body:   d.Body,
	}, nil
}

// renew gives a callback that is sent again the moment of now; a callback has no
// id (documented: callback page).
func renew(w *provider.World, body []byte) []byte {
	if !json.Valid(body) || gjson.GetBytes(body, "timestamp").Type != gjson.Number {
		return body
	}
	out, err := sjson.SetRawBytes(body, "timestamp", strconv.AppendInt(nil, w.Now().UnixMilli(), 10))
	if err != nil {
		return body
	}
	return out
}
