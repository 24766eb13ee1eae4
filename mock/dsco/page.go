package dsco

import (
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

const (
	pageLife  = 5 * time.Minute // documented: how long the next page can be asked for
	openPages = 1000            // of one account; the oldest are forgotten beyond
)

// page is a further page of a search that was promised to a client.
type page struct {
	search *search
	after  uint64 // journal number of the last record before it
	next   string // id of the page after it, once that was promised
	until  time.Time
}

// pages are an account's promised pages.
type pages struct {
	byID  map[string]*page
	order []string
}

// pagesOf returns an account's promised pages. They end after five minutes, so a
// restart may forget them.
func pagesOf(a *provider.Account) *pages {
	p := kit.Memo[pages](a.Memo, "history")
	if p.byID == nil {
		p.byID = map[string]*page{}
	}
	return p
}

// historyPage is the documented PagedWebhookHistoryResult; pageId is there only
// when more follows.
type historyPage struct {
	PageID  string          `json:"pageId,omitempty"`
	History []historyObject `json:"webhookHistory"`
}

// firstPage makes the first page and fixes the search.
func (s *search) firstPage(w *provider.World, account string) historyPage {
	found, more := s.find(w, account, 0)
	s.upTo = newest(w, account)
	out := renderPage(found)
	if more {
		out.PageID = promise(w, account, "", s, found)
	}
	return out
}

// newest returns the number of the account's latest attempt.
func newest(w *provider.World, account string) (seq uint64) {
	for _, d := range w.Deliveries(account) {
		if a := d.Last(); a != nil {
			seq = max(seq, a.Seq)
		}
	}
	return seq
}

// nextPage answers a pageId: within five minutes of the page before by provider
// time (documented), again as often as wanted (decision). Later, unknown and
// foreign ids are refused alike (inferred).
func nextPage(w *provider.World, account, id string) (any, error) {
	p := pagesOf(w.Account(account)).byID[id]
	if p == nil || w.Now().After(p.until) {
		return nil, refuse(invalidPageParams, "pageId is not known, or it was asked for more than five minutes after the page before.")
	}
	found, more := p.search.find(w, account, p.after)
	out := renderPage(found)
	if more {
		p.next = promise(w, account, p.next, p.search, found)
		out.PageID = p.next
	}
	return out, nil
}

// promise keeps the page after the records found and returns its id: a new one,
// or the one promised before, so that the same page comes out the same.
func promise(w *provider.World, account, id string, s *search, found []record) string {
	all := pagesOf(w.Account(account))
	all.forget(w.Now())
	if id == "" {
		id = w.UUID("page")
	}
	p := all.byID[id]
	if p == nil {
		p = &page{search: s, after: found[len(found)-1].a.Seq}
		all.byID[id] = p
		all.order = append(all.order, id)
	}
	p.until = w.Now().Add(pageLife)
	return id
}

// forget drops pages from the old end that nobody may ask for any more, or that
// are too many.
func (p *pages) forget(now time.Time) {
	for len(p.order) > 0 {
		first := p.byID[p.order[0]]
		if len(p.order) < openPages && !now.After(first.until) {
			return
		}
		delete(p.byID, p.order[0])
		p.order = p.order[1:]
	}
}

// renderPage shows the records of one page; an empty one is an empty list.
func renderPage(found []record) historyPage {
	out := historyPage{History: []historyObject{}}
	for _, r := range found {
		out.History = append(out.History, r.render())
	}
	return out
}
