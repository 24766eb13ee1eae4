package shoptet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/provider"
)

// snapshot is an asynchronous list of everything of a kind.
type snapshot struct {
	id, entity string
	lines      string // of its result: the mock knows no entities, so their keys alone
}

// snapshots are the asynchronous requests that can be started.
var snapshots = []snapshot{
	{"startOrdersSnapshot", "orders", `{"code":"2024001287"}` + "\n" + `{"code":"2024001288"}` + "\n"},
	{"startProductsSnapshot", "products", `{"guid":"3f9c1a70-5e2b-11f1-b6d4-0242ac120005"}` + "\n"},
	{"startCustomersSnapshot", "customers", `{"guid":"7d1f0c52-b0a4-11ef-9cd2-0242ac120002"}` + "\n"},
	{"startInvoicesSnapshot", "invoices", `{"code":"2024000351"}` + "\n"},
}

func (s snapshot) path() string { return "/api/" + s.entity + "/snapshot" }

const jobDue = "job"

type pendingJob struct {
	Account string `json:"account"`
	ID      string `json:"id"`
}

// start begins a job: 202 with its id, or 403 and no job where job:finished is
// not registered (documented).
func (s snapshot) start(r *request) answer {
	a := r.own()
	if !slices.ContainsFunc(a.Subs(), func(sub *provider.Sub) bool { return sub.Wants(jobFinished) }) {
		return refuse(finishedNotRegistered())
	}
	id := r.w.Text("job", provider.LowerAndNums, 7)
	putJob(a, job{ID: id, Endpoint: s.path(), Created: r.w.Now()})
	r.w.Schedule(r.w.Now().Add(r.option("job_seconds").Duration()), jobDue, pendingJob{Account: r.account, ID: id})
	return answer{status: http.StatusAccepted, data: struct {
		JobID string `json:"jobId"`
	}{id}}
}

// due completes a job and says so.
func due(w *provider.World, name string, data []byte) {
	var p pendingJob
	if name != jobDue || json.Unmarshal(data, &p) != nil {
		return
	}
	a := w.Account(p.Account)
	j, known := findJob(a, p.ID)
	if !known || j.done() {
		return
	}
	j.Completed = w.Now()
	putJob(a, j)
	_, _ = w.Fire(provider.Firing{Type: jobFinished, Account: p.Account,
		Set: map[string]json.RawMessage{"eventInstance": appendText(nil, p.ID)}}) // in every profile, with that path
}

const resultsPath = "/api-results/"

// resultFile is the name of a job's result (decision); its last part cannot be
// guessed from the job's id.
func resultFile(w *provider.World, account, id string) string {
	return id + "-" + letters(w.Fixed("job-result/"+account, id), provider.LowerAndNums, 12) + ".json"
}

// getJobResult answers with the result of a completed job: gzip of JSON lines
// (documented shape). It needs no token: its address is the secret (decision).
func getJobResult(w *provider.World, c *provider.Call) provider.Reply {
	file := c.Param("file")
	id := file[:max(0, strings.LastIndexByte(file, '-'))]
	for _, a := range w.Accounts() {
		j, known := findJob(a, id)
		if known && j.status(w.Now()) == jobCompleted && resultFile(w, a.Name, id) == file {
			c.Account = a.Name
			return provider.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/gzip"}}, Body: result(j.Endpoint)}
		}
	}
	r := newRequest(w, c, knownAccount(w, c))
	return r.reply(refuse(endpointUnknown(c.Method, c.Path)))
}

func result(endpoint string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, s := range snapshots {
		if s.path() == endpoint {
			_, _ = z.Write([]byte(s.lines)) // into memory
		}
	}
	_ = z.Close()
	return b.Bytes()
}
