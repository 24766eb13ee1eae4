package lagerkoll

import (
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit"
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
	body, err := kit.Sample(w, ev.Type)
	if err != nil {
		return nil, err
	}
	if body, err = kit.Fit(ev, body, fitting(ev, body)); err != nil {
		return nil, err
	}
	return ev.Edit(body)
}

// fitting lists what differs from the sample. Documented (callback page): the
// timestamp in milliseconds, and fromQuantity as Java writes a double.
func fitting(ev *provider.Event, sample []byte) []kit.Member {
	var steps []kit.Member
	gjson.ParseBytes(ev.Data).ForEach(func(name, value gjson.Result) bool {
		steps = append(steps, kit.Member{Path: name.String(), Raw: []byte(value.Raw)})
		return true
	})
	if n := gjson.GetBytes(sample, "fromQuantity"); n.Type == gjson.Number {
		steps = append(steps, kit.Member{Path: "fromQuantity", Raw: []byte(javaDouble(n.Float()))})
	}
	return append(steps, kit.Member{Path: "timestamp", Raw: strconv.AppendInt(nil, ev.Time.UnixMilli(), 10)})
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

// fraction gives a whole number the fraction that Java always writes.
func fraction(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}

// createRequest makes the callback: these two headers and nothing more,
// no signature, no id (decision; observed: a public receiver looks at neither).
// A further attempt goes where the first went, whatever the setting says by then
// (decision).
func createRequest(_ *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	return kit.Post(d.URL, d.Body, // documented: callback page
		provider.Field{Name: "Content-Type", Value: string(asJSON)}, provider.Field{Name: "User-Agent", Value: "Lagerkoll"}), nil
}

// renew gives a callback that is sent again the moment of now; a callback has no
// id (documented: callback page).
func renew(w *provider.World, body []byte) []byte {
	if !provider.Sound(body) || gjson.GetBytes(body, "timestamp").Type != gjson.Number {
		return body
	}
	return kit.Replace(body, kit.Member{Path: "timestamp", Raw: strconv.AppendInt(nil, w.Now().UnixMilli(), 10)})
}
