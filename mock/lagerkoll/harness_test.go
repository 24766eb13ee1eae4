package lagerkoll_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock"
	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/lagerkoll"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// begin is the instant of the vectors.
var begin = time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)

// bench is the provider behind a real socket.
type bench struct {
	*kittest.Bench
	t       *testing.T
	engine  *mock.Engine
	journal journal.Store
	state   *state.Document
	url     string
}

type setup struct {
	seed   uint64
	config string // JSON of the provider's configuration
	store  journal.Store
	state  *state.Document
	still  bool   // the clock stands still between two looks, for exact instants
	base   string // instance URL that is told; "" is the socket's
}

const broken = "broken" // as an instance URL: asking for it panics

func start(t *testing.T, s setup) *bench {
	t.Helper()
	setup := []kittest.Setup{func(c *mock.Config) {
		c.Seed = s.seed
		if own := c.BaseURL; s.base != "" {
			c.BaseURL = func() string {
				if s.base == broken {
					panic("no instance URL")
				}
				return cmp.Or(s.base, own())
			}
		}
		if s.store != nil {
			c.Journal = s.store
		}
		if s.state != nil {
			c.State = s.state
		}
	}}
	if s.config != "" {
		setup = append(setup, kittest.Settings("lagerkoll", s.config))
	}
	if s.still {
		setup = append(setup, kittest.Still)
	}
	k := kittest.Start(t, lagerkoll.New(), begin, setup...)
	return &bench{Bench: k, t: t, engine: k.Engine, journal: k.Journal, state: k.State, url: k.URL}
}

func newState(t *testing.T, dir string) *state.Document { return kittest.State(t, dir) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// machine are the credentials of one api_key in one store.
func machine(key, store string) []string { return []string{"api_key", key, "store", store} }

var shop = machine("key", "186008")

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends one request; headers are pairs of name and value.
func (b *bench) call(method, path, body string, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	must(b.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header[headers[i]] = append(req.Header[headers[i]], headers[i+1])
	}
	return b.send(req)
}

func (b *bench) send(req *http.Request) answer {
	b.t.Helper()
	return answered(kittest.Send(b.t, req))
}

func answered(a kittest.Answer) answer { return answer{a.Status, a.Header, a.Body} }

// api calls below the webhooks' path.
func (b *bench) api(method, rest, body string, headers ...string) answer {
	b.t.Helper()
	return b.call(method, "/lagerkoll/v1/webhooks"+rest, body, headers...)
}

const jsonBody = `{"featureId":"shop-sync","featureMethod":"importOrders"}`

type webhook struct {
	Method  string `json:"featureMethod"`
	GUID    string `json:"guid"`
	ID      int64  `json:"id"`
	Feature string `json:"featureId"`
	URL     string `json:"url"`
}

func (a answer) webhooks(t *testing.T) []webhook {
	t.Helper()
	var list struct {
		Webhooks []webhook `json:"webhooks"`
	}
	if a.status != 200 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	must(t, json.Unmarshal([]byte(a.body), &list))
	return list.Webhooks
}

// create makes the usual webhook.
func (b *bench) create(query string, credentials ...string) webhook {
	b.t.Helper()
	list := b.api("POST", "/"+query, jsonBody, append(credentials, "Content-Type", "application/json")...).webhooks(b.t)
	if len(list) != 1 {
		b.t.Fatalf("%d webhooks made", len(list))
	}
	return list[0]
}

// settings changes the common settings, or an account's.
func (b *bench) settings(account, doc string) answer {
	b.t.Helper()
	return answered(b.PutSettings(account, doc))
}

func (b *bench) set(account, doc string) {
	b.t.Helper()
	if a := b.settings(account, doc); a.status != 200 {
		b.t.Fatalf("settings %s: %d %s", doc, a.status, a.body)
	}
}

func (b *bench) fire(f api.Firing) api.Fired {
	b.t.Helper()
	fired := b.Fire(f)
	b.settle()
	return fired
}

// settle returns when nothing is on its way.
func (b *bench) settle() { b.Advance(0) }

func (b *bench) advance(d time.Duration) { b.Advance(d) }

func (b *bench) entries(q string) []*journal.Entry { return b.Entries(q) }

// inbox is a receiver of callbacks.
type inbox struct{ *kittest.Receiver }

type capture struct {
	method, target, body string
	header               http.Header
}

// newInbox answers with the statuses in turn, then with 200.
func newInbox(t *testing.T, statuses ...int) inbox {
	return inbox{kittest.NewReceiver(t, append(statuses, http.StatusOK)...)}
}

func (in inbox) captures() (list []capture) {
	for _, c := range in.Callbacks() {
		list = append(list, capture{c.Method, c.Target, c.Body, c.Header})
	}
	return list
}

// vectors are the exact bytes of the specification.
type vectors struct {
	Callbacks struct {
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
		Bodies  []struct {
			Event string    `json:"event"`
			Clock time.Time `json:"clock"`
			Body  string    `json:"body"`
		} `json:"bodies"`
	} `json:"callbacks"`
	Create []struct {
		Accept, Switch, Body, Answer string
		ContentType                  string `json:"content_type"`
		Status                       int
	} `json:"create"`
	Get []struct {
		Path, Answer string
		Status       int
	} `json:"get"`
	Execute []struct {
		Body, Answer, Callback string
		Status                 int
	} `json:"execute"`
	Delete []struct {
		Answer string
		Status int
	} `json:"delete"`
	RateLimit []struct {
		At         string `json:"at"`
		Calls      int    `json:"calls"`
		Status     any    `json:"status"`
		RetryAfter int    `json:"retry_after"`
	} `json:"rate_limit"`
	Retry map[string]struct {
		Answers []int    `json:"answers"`
		At      []string `json:"attempts_at"`
	} `json:"retry"`
}

func loadVectors(t *testing.T) (v vectors) {
	t.Helper()
	kittest.ReadJSON(t, "testdata/vectors.json", &v)
	return v
}

func loadJSON(t *testing.T, file string, v any) { kittest.ReadJSON(t, file, v) }
