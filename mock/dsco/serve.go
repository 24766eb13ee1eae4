package dsco

import (
	"net/http"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// api is what Dsco offers (documented that these calls exist; their URLs are
// inferred from V2's style of singular lower-case nouns). A slash at the end is
// ignored and HEAD is answered like GET (decisions). The token comes first, then
// path, method and body (decision).
var api = kit.API[*kit.Request]{
	Home:      func(*provider.World) string { return home },
	Tidy:      kit.OneSlash,
	HeadIsGet: true,
	Routes: []kit.Route[*kit.Request]{
		{ID: "hello", Method: "GET", Path: "/hello", Do: hello},
		{ID: "createWebhook", Method: "POST", Path: "/webhook", Do: createWebhook},
		{ID: "listWebhooks", Method: "GET", Path: "/webhook", Do: listWebhooks},
		{ID: "listAllWebhooks", Method: "GET", Path: "/webhook/all", Do: listWebhooks},
		{ID: "findWebhookHistory", Method: "GET", Path: "/webhook/history", Do: findHistory},
		{ID: "getWebhook", Method: "GET", Path: "/webhook/{webhookUuid}", Do: getWebhook},
		{ID: "updateWebhook", Method: "PUT", Path: "/webhook/{webhookUuid}", Do: updateWebhook},
		{ID: "postWebhook", Method: "POST", Path: "/webhook/{webhookUuid}", Do: updateWebhook},
		{ID: "deleteWebhook", Method: "DELETE", Path: "/webhook/{webhookUuid}", Do: deleteWebhook},
	},
	View:   func(r *kit.Request) *kit.Request { return r },
	Steps:  []func(*kit.Request) error{authenticate, rateLimit, route, size},
	Answer: func(_ *kit.Request, v any) provider.Reply { return jsonReply(http.StatusOK, v) }, // documented that success is 200
	Refuse: dialect,
}

// route refuses what is not served.
func route(r *kit.Request) error {
	switch {
	case r.Unknown():
		return kit.Refuse(http.StatusNotFound, notFoundType, "There is nothing at this path.")
	case r.NotAllowed():
		return noMethod(r.Call.Method, r.Allowed)
	}
	return nil
}

// size refuses a body that was too large to be read.
func size(r *kit.Request) error {
	if r.Call.TooLarge {
		return kit.Refuse(http.StatusRequestEntityTooLarge, requestTooLarge, "The request body is larger than 1 MiB.")
	}
	return nil
}

// rateLimit holds the limit of the settings; none is known for V2 (decision).
func rateLimit(r *kit.Request) error {
	most := r.Option(optRateLimit).Int()
	if most == 0 {
		return nil
	}
	window := kit.Memo[kit.Window](r.Account().Memo, "rate")
	if _, ok := window.Pass(r.World.Now(), time.Minute, most); !ok {
		return kit.Refuse(http.StatusTooManyRequests, tooManyRequests, "Too many calls within one minute.")
	}
	return nil
}

// hello is Dsco's call to try a token with (documented; its body is inferred
// from V3, which answers so).
func hello(*kit.Request) (any, error) {
	return struct {
		Hello string `json:"hello"`
	}{"World!"}, nil
}
