package dsco

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/provider"
)

// serve answers a call. The token comes first, then path, method and body
// (decision).
func serve(w *provider.World, c *provider.Call) provider.Reply {
	if err := login(w, c); err != nil {
		return refused(err)
	}
	if err := ration(w, c.Account); err != nil {
		return refused(err)
	}
	op, err := route(w.Operations(), c)
	if err != nil {
		return refused(err)
	}
	if c.TooLarge {
		return refused(&refusal{status: http.StatusRequestEntityTooLarge, kind: requestTooLarge, message: "The request body is larger than 1 MiB."})
	}
	return op.Serve(w, c)
}

// route finds the operation of a call. A slash at the end is ignored and HEAD is
// answered like GET (decisions).
func route(ops []provider.Operation, c *provider.Call) (*provider.Operation, error) {
	call := *c
	if len(call.Path) > 1 {
		call.Path = strings.TrimSuffix(call.Path, "/")
	}
	if call.Method == http.MethodHead {
		call.Method = http.MethodGet
	}
	same := samePath(ops, call.Path)
	if len(same) == 0 {
		return nil, &refusal{status: http.StatusNotFound, kind: notFoundType, message: "There is nothing at this path."}
	}
	op, allowed := provider.Find(same, &call)
	if op == nil {
		return nil, noMethod(c, methods(allowed))
	}
	call.Method, call.Path = c.Method, c.Path
	*c = call // with its path parameters
	return op, nil
}

// samePath returns the operations of the first pattern that fits, so that
// /webhook/history is never taken for a webhook.
func samePath(ops []provider.Operation, path string) []provider.Operation {
	first := slices.IndexFunc(ops, func(o provider.Operation) bool {
		_, ok := provider.MatchPath(o.Path, path)
		return ok
	})
	if first < 0 {
		return nil
	}
	var same []provider.Operation
	for _, o := range ops {
		if o.Path == ops[first].Path {
			same = append(same, o)
		}
	}
	return same
}

func methods(allowed []string) []string {
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return allowed
}

// answer makes an operation of a function: what it returns is sent with 200
// (documented that success is 200), its error as a refusal.
func answer(do func(w *provider.World, c *provider.Call) (any, error)) func(*provider.World, *provider.Call) provider.Reply {
	return func(w *provider.World, c *provider.Call) provider.Reply {
		body, err := do(w, c)
		if err != nil {
			return refused(err)
		}
		return jsonReply(http.StatusOK, body)
	}
}

func refused(err error) provider.Reply {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{status: http.StatusInternalServerError, kind: internalError, message: err.Error()}
	}
	return r.reply()
}

// minute is an account's count of calls since the minute began.
type minute struct {
	began time.Time
	calls int64
}

// ration holds the rate limit of the settings; none is known for V2 (decision).
func ration(w *provider.World, account string) error {
	most := w.Option(account, optRateLimit).Int()
	if most == 0 {
		return nil
	}
	memo := w.Account(account).Memo
	m, _ := memo["rate"].(minute)
	if now := w.Now(); m.began.IsZero() || now.Sub(m.began) >= time.Minute {
		m = minute{began: now}
	}
	m.calls++
	memo["rate"] = m
	if m.calls > most {
		return &refusal{status: http.StatusTooManyRequests, kind: tooManyRequests, message: "Too many calls within one minute."}
	}
	return nil
}
