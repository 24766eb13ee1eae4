package shoptet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
	"tacklebox/mock/shoptet/phpjson"
)

// snapshot is an asynchronous list of everything of a kind: the entities that the
// samples of events name.
type snapshot struct {
	id, path string
	group    string
	keys     []string
}

// snapshots are the asynchronous requests that can be started.
var snapshots = []snapshot{
	{"startOrdersSnapshot", "/api/orders/snapshot", "order", []string{"2024001287", "2024001288"}},
	{"startProductsSnapshot", "/api/products/snapshot", "product", []string{"3f9c1a70-5e2b-11f1-b6d4-0242ac120005"}},
	{"startCustomersSnapshot", "/api/customers/snapshot", "customer", []string{"7d1f0c52-b0a4-11ef-9cd2-0242ac120002"}},
	{"startInvoicesSnapshot", "/api/invoices/snapshot", "invoice", []string{"2024000351"}},
}

const jobDue = "job"

type pendingJob struct {
	Account string `json:"account"`
	ID      string `json:"id"`
}

// start begins a job: 202 with its id, or 403 and no job where job:finished is
// not registered (documented).
func (s snapshot) start(r *request) (any, error) {
	a := r.Account()
	if !slices.ContainsFunc(a.Subs(), func(sub *provider.Sub) bool { return sub.Wants(jobFinished) }) {
		return refuse(apierror.FinishedNotRegistered())
	}
	id := r.World.Text("job", provider.LowerAndNums, 7)
	putJob(a, job{ID: id, Endpoint: s.path, Created: r.World.Now()})
	r.World.Schedule(r.World.Now().Add(r.Option("job_seconds").Duration()), jobDue, pendingJob{Account: r.Call.Account, ID: id})
	return answer{status: http.StatusAccepted, data: struct {
		JobID string `json:"jobId"`
	}{id}}, nil
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
		Set: map[string]json.RawMessage{"eventInstance": phpjson.AppendText(nil, p.ID)}}) // in every profile, with that path
}

const resultsPath = "/api-results/"

// resultFile is the name of a job's result (decision); its last part cannot be
// guessed from the job's id.
func resultFile(w *provider.World, account, id string) string {
	return id + "-" + letters(w.Fixed("job-result/"+account, id), provider.LowerAndNums, 12) + ".json"
}

// getJobResult answers with the result of a completed job: gzip of JSON lines
// (documented shape). It needs no token: its address is the secret (decision).
func getJobResult(r *request) (any, error) {
	file := r.Call.Param("file")
	id := file[:max(0, strings.LastIndexByte(file, '-'))]
	for _, a := range r.World.Accounts() {
		j, known := findJob(a, id)
		if known && j.status(r.World.Now()) == jobCompleted && resultFile(r.World, a.Name, id) == file {
			r.Call.Account = a.Name
			body, err := result(r.World, j.Endpoint)
			return provider.Reply{Status: http.StatusOK, Header: kit.Header("Content-Type", "application/gzip"), Body: body}, err
		}
	}
	r.of(knownAccount(r.World, r.Call))
	return nil, apierror.EndpointUnknown(r.Call.Method, r.Call.Path)
}

// result is gzip of JSON lines, one whole entity each (documented).
func result(w *provider.World, endpoint string) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, s := range snapshots {
		if s.path != endpoint {
			continue
		}
		e, _ := entityOf(s.group + ":") // every snapshot's group has one
		for _, key := range s.keys {
			line, err := e.line(w, key)
			if err != nil {
				return nil, err
			}
			_, _ = z.Write(append(line, '\n')) // into memory
		}
	}
	_ = z.Close()
	return b.Bytes(), nil
}
