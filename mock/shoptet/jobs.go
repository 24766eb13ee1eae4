package shoptet

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

const jobFinished = "job:finished"

// States of a job (documented).
const (
	jobPending   = "pending"
	jobRunning   = "running"
	jobCompleted = "completed"
	jobFailed    = "failed"
	jobExpired   = "expired"
	jobKilled    = "killed"
)

const (
	resultKept   = 24 * time.Hour           // documented
	usualRun     = 20123 * time.Millisecond // of a job that nobody started (decision)
	freeReads    = 10                       // of an unfinished job's detail (documented)
	usualJobPath = "/api/products/snapshot" // of a job that nobody started (decision)
)

// job is an asynchronous request, as the account keeps it.
type job struct {
	ID        string    `json:"id"`
	Endpoint  string    `json:"endpoint"`
	Created   time.Time `json:"created"`
	Completed time.Time `json:"completed,omitzero"` // zero: not yet
	Reads     int       `json:"reads,omitempty"`    // of the detail while unfinished
}

// done reports that the job has ended.
func (j *job) done() bool { return !j.Completed.IsZero() }

// status is completed until the result is thrown away, then expired.
func (j *job) status(now time.Time) string {
	switch {
	case !j.done():
		return jobPending
	case now.Before(j.validUntil()):
		return jobCompleted
	}
	return jobExpired
}

// validUntil is when the result is thrown away: a day after the job ended
// (documented).
func (j *job) validUntil() time.Time {
	if !j.done() {
		return time.Time{}
	}
	return j.Completed.Add(resultKept)
}

// Jobs are kept one by one, so that many of them do not make each change dear:
// the number of jobs, the job of a number, the number of an id.

// jobKey is where the n-th job of an account is kept.
func jobKey(n int) string { return "job/" + strconv.Itoa(n) }

// jobNumber looks up which job an id is.
func jobNumber(a *provider.Account, id string) (n int, ok bool) {
	return n, a.Get("job-number/"+id, &n)
}

// findJob returns a job by its id.
func findJob(a *provider.Account, id string) (j job, ok bool) {
	n, known := jobNumber(a, id)
	return j, known && a.Get(jobKey(n), &j)
}

// putJob keeps a job; a new one gets the next number.
func putJob(a *provider.Account, j job) {
	n, known := jobNumber(a, j.ID)
	if !known {
		a.Get("jobs", &n)
		n++
		a.Put("jobs", n)
		a.Put("job-number/"+j.ID, n)
	}
	a.Put(jobKey(n), j)
}

// allJobs lists an account's jobs by rising creation time.
func allJobs(a *provider.Account) []job {
	var count int
	a.Get("jobs", &count)
	list := make([]job, 0, count)
	for n := range count {
		var j job
		if a.Get(jobKey(n+1), &j) {
			list = append(list, j)
		}
	}
	slices.SortStableFunc(list, func(x, y job) int { return cmp.Compare(x.Created.UnixNano(), y.Created.UnixNano()) })
	return list
}

// jobInList and jobDetail are the API's forms (members documented).
type jobInList struct {
	JobID          string           `json:"jobId"`
	Endpoint       string           `json:"endpoint"`
	CreationTime   string           `json:"creationTime"`
	CompletionTime *string          `json:"completionTime"`
	Status         string           `json:"status"`
	ValidUntil     *string          `json:"validUntil"`
	Language       *json.RawMessage `json:"language,omitempty"`
}

type jobDetail struct {
	JobID          string           `json:"jobId"`
	Endpoint       string           `json:"endpoint"`
	CreationTime   string           `json:"creationTime"`
	CompletionTime *string          `json:"completionTime"`
	Duration       *string          `json:"duration"`
	Status         string           `json:"status"`
	ResultURL      *string          `json:"resultUrl"`
	Log            *string          `json:"log"`
	ValidUntil     *string          `json:"validUntil"`
	Language       *json.RawMessage `json:"language,omitempty"`
}

// noLanguage is null where the profile shows the member, nothing elsewhere.
func (p *profile) noLanguage() *json.RawMessage {
	if !p.language {
		return nil
	}
	null := json.RawMessage("null")
	return &null
}

// listed writes a job as the list shows it.
func (r *request) listed(j *job) jobInList {
	return jobInList{JobID: j.ID, Endpoint: j.Endpoint, CreationTime: moment(j.Created), CompletionTime: momentOrNull(j.Completed),
		Status: j.status(r.World.Now()), ValidUntil: momentOrNull(j.validUntil()), Language: r.profile.noLanguage()}
}

// detail writes a job as its own page shows it: with how long it took and where
// its result lies.
func (r *request) detail(j *job) jobDetail {
	l := r.listed(j)
	d := jobDetail{JobID: l.JobID, Endpoint: l.Endpoint, CreationTime: l.CreationTime, CompletionTime: l.CompletionTime,
		Status: l.Status, ValidUntil: l.ValidUntil, Language: l.Language}
	if j.done() {
		took := strconv.FormatFloat(j.Completed.Sub(j.Created).Seconds(), 'f', 3, 64)
		d.Duration = &took
	}
	if l.Status == jobCompleted {
		u := r.World.BaseURL() + resultsPath + url.PathEscape(resultFile(r.World, r.Call.Account, j.ID))
		d.ResultURL = &u
	}
	return d
}

// getJob shows one job. An unfinished one can be asked for ten times
// (documented).
func getJob(r *request) (any, error) {
	id := r.Call.Param("jobId")
	j, known := findJob(r.Account(), id)
	if !known {
		return refuse(apierror.JobUnknown(id))
	}
	if !j.done() {
		if j.Reads >= freeReads {
			return refuse(apierror.JobAskedTooOften(id))
		}
		j.Reads++
		putJob(r.Account(), j)
	}
	return ok(struct {
		Job jobDetail `json:"job"`
	}{r.detail(&j)})
}

// listJobs lists the account's jobs that fit the filters.
func listJobs(r *request) (any, error) {
	f := r.filters()
	status := f.oneOf("status", jobPending, jobRunning, jobCompleted, jobFailed, jobExpired, jobKilled)
	created, completed := span{from: f.moment("creationTimeFrom")}, span{from: f.moment("completionTimeFrom")}
	if r.profile.until {
		created.to, completed.to = f.moment("creationTimeTo"), f.moment("completionTimeTo")
	}
	c, bad := r.page(r.profile.mostJobs, defaultJobs)
	if bad = append(f.bad, bad...); len(bad) > 0 {
		return refuse(bad...)
	}
	list := slices.DeleteFunc(allJobs(r.Account()), func(j job) bool {
		return status != "" && j.status(r.World.Now()) != status || !created.holds(j.Created) || !completed.holds(j.Completed)
	})
	list, pages, p := paginate(r, list, c)
	if p != nil {
		return refuse(p)
	}
	shown := make([]jobInList, len(list))
	for i := range list {
		shown[i] = r.listed(&list[i])
	}
	return ok(struct {
		Jobs      []jobInList `json:"jobs"`
		Paginator paginator   `json:"paginator"`
	}{shown, pages})
}

// noteJob puts a finished job into every account that gets a job:finished, so
// that the receiver's next call finds it (decision).
func noteJob(w *provider.World, ev *provider.Event) {
	for _, a := range w.Addressed(resolved(w, ev)) {
		if !slices.ContainsFunc(a.Subs(), func(s *provider.Sub) bool { return s.Wants(jobFinished) }) {
			continue
		}
		if body, err := payload(w, ev, provider.Target{Account: a.Name}); err == nil {
			finishJob(a, sentInstance(body), ev.Time)
		}
	}
}

// directJob does the same for a firing to a URL, which no webhook stands for.
func directJob(w *provider.World, d *provider.Delivery, account string) {
	id := sentInstance(d.Body)
	if a := w.Account(account); id != "" {
		finishJob(a, id, d.Created)
	}
}

// sentInstance reads eventInstance out of a finished body, "" when there is
// none.
func sentInstance(body []byte) string {
	if !provider.Sound(body) {
		return ""
	}
	return gjson.GetBytes(body, "eventInstance").String()
}

// finishJob ends a pending job, or makes one that has just ended. One that is done
// stays as it is: its own firing tells of it a moment later.
func finishJob(a *provider.Account, id string, at time.Time) {
	j, known := findJob(a, id)
	switch {
	case strings.TrimSpace(id) == "" || known && j.done():
		return
	case !known:
		j = job{ID: id, Endpoint: usualJobPath, Created: at.Add(-usualRun)}
	}
	j.Completed = at
	putJob(a, j)
}
