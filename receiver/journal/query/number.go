package query

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
	"time"
)

// span is a range of whole numbers, both ends included.
type span struct{ from, to int64 }

func (s span) holds(n int64) bool { return s.from <= n && n <= s.to }

// quantity is a number of an entry that can be compared.
type quantity struct {
	parse func(string) (int64, error)
	get   func(*journal.Entry) (n int64, ok bool)
	index func(seq uint64, m *record.Meta) (n int64, ok bool) // nil: the index does not know
	show  func(int64) string
}

type numberTerm struct {
	plain
	quantity
	key  string
	text string
	want span
}

// numeric makes the parser of a key for a number.
func numeric(of func() quantity) func(*parser, *key, text) (node, error) {
	return func(p *parser, k *key, v text) (node, error) {
		q := of()
		want, err := p.span(k, v, q.parse)
		if err != nil {
			return nil, err
		}
		return &numberTerm{quantity: q, key: k.name, text: v.s, want: want}, nil
	}
}

// span parses >n >=n <n <=n =n n n..m.
func (p *parser) span(k *key, v text, parse func(string) (int64, error)) (span, error) {
	if i := strings.Index(v.s, ".."); i >= 0 {
		from, err := p.number(k, v.head(i), parse)
		if err != nil {
			return span{}, err
		}
		to, err := p.number(k, v.sub(i+2), parse)
		if err == nil && to < from {
			err = p.errAt(v.pos(0), "the smaller one first", "%s: an empty range", k.name)
		}
		return span{from, to}, err
	}
	op := v.s[:len(v.s)-len(strings.TrimLeft(v.s, "<>="))]
	n, err := p.number(k, v.sub(len(op)), parse)
	if err != nil {
		return span{}, err
	}
	switch op {
	case "", "=", "==":
		return span{n, n}, nil
	case ">":
		return span{n + 1, math.MaxInt64}, nil
	case ">=":
		return span{n, math.MaxInt64}, nil
	case "<":
		return span{math.MinInt64, n - 1}, nil
	case "<=":
		return span{math.MinInt64, n}, nil
	}
	return span{}, p.errAt(v.pos(0), "one of > >= < <= =", "unknown comparison %q", op)
}

func (p *parser) number(k *key, v text, parse func(string) (int64, error)) (int64, error) {
	n, err := parse(v.s)
	if err != nil || n < 0 || n >= math.MaxInt64 {
		return 0, p.errAt(v.pos(0), "for instance "+k.name+":"+k.example(), "%s: cannot read %q", k.name, v.s)
	}
	return n, nil
}

func (t *numberTerm) match(e *journal.Entry) bool {
	n, ok := t.get(e)
	return ok && t.want.holds(n)
}

func (t *numberTerm) byIndex(seq uint64, m *record.Meta) record.Verdict {
	if t.index == nil {
		return record.Maybe
	}
	n, ok := t.index(seq, m)
	switch {
	case n < 0:
		return record.Maybe
	case ok && t.want.holds(n):
		return record.Yes
	}
	return record.No
}

func (t *numberTerm) String() string { return t.key + ":" + quoted(t.text) }

func (t *numberTerm) why(e *journal.Entry) string {
	n, ok := t.get(e)
	if !ok {
		return differs(t.key, "", t.text)
	}
	return differs(t.key, t.show(n), t.text)
}

func whole(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func seqNumber() quantity {
	return quantity{whole,
		func(e *journal.Entry) (int64, bool) { return int64(e.Seq), true },
		func(seq uint64, _ *record.Meta) (int64, bool) { return int64(seq), true }, decimal}
}

func attemptNumber() quantity {
	return quantity{whole, func(e *journal.Entry) (int64, bool) { return int64(e.Attempt), e.Attempt != 0 }, nil, decimal}
}

func captureNumber() quantity {
	return quantity{whole, func(e *journal.Entry) (int64, bool) { return int64(e.CaptureSeq), e.CaptureSeq != 0 }, nil, decimal}
}

func tookNumber() quantity {
	return quantity{duration,
		func(e *journal.Entry) (int64, bool) { return int64(e.Took), e.Took != 0 }, nil,
		func(n int64) string { return time.Duration(n).String() }}
}

func sizeNumber() quantity { return quantity{bytesOf, sizeOf, nil, decimal} }

// sizeOf is the size of the request's body, of the response's where there is no request.
func sizeOf(e *journal.Entry) (int64, bool) {
	m := e.Request
	if m == nil {
		m = e.Response
	}
	if m == nil {
		return 0, false
	}
	return max(m.Size, int64(len(m.Body))), true
}

// bytesOf reads 64k, 1.5m, 2GiB: units of 1024.
func bytesOf(s string) (int64, error) {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s), "b"), "i")
	unit := 1.0
	if n := len(s); n > 0 {
		if i := strings.IndexByte("kmgt", s[n-1]); i >= 0 {
			unit, s = math.Pow(1024, float64(i+1)), s[:n-1]
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f*unit > 1<<60 {
		return 0, fmt.Errorf("not a size: %q", s)
	}
	return int64(f * unit), nil
}

// duration reads what Go reads, days and weeks, and a bare number as
// milliseconds, the unit of took_ms.
func duration(s string) (int64, error) {
	if ms, err := strconv.ParseFloat(s, 64); err == nil && ms >= 0 && ms < 1e12 {
		return int64(ms * 1e6), nil
	}
	if n := len(s); n > 1 && (s[n-1] == 'd' || s[n-1] == 'w') {
		days, err := strconv.ParseFloat(s[:n-1], 64)
		if s[n-1] == 'w' {
			days *= 7
		}
		if err != nil || days < 0 || days > 100000 {
			return 0, fmt.Errorf("not a duration: %q", s)
		}
		return int64(days * 24 * float64(time.Hour)), nil
	}
	d, err := time.ParseDuration(s)
	return int64(d), err
}

// statusNumber is the response's status; one that the index cannot hold is
// looked up.
func statusNumber() quantity {
	return quantity{whole, func(e *journal.Entry) (int64, bool) {
		if e.Response == nil {
			return 0, false
		}
		return int64(e.Response.Status), e.Response.Status != 0
	}, func(_ uint64, m *record.Meta) (int64, bool) {
		if m.Status == math.MaxUint16 {
			return -1, false
		}
		return int64(m.Status), m.Status != 0
	}, decimal}
}

// parseStatus knows 5xx besides numbers.
func parseStatus(p *parser, k *key, v text) (node, error) {
	if s := strings.ToLower(v.s); len(s) == 3 && s[0] >= '1' && s[0] <= '9' && s[1:] == "xx" {
		from := int64(s[0]-'0') * 100
		return &numberTerm{quantity: statusNumber(), key: k.name, text: s, want: span{from, from + 99}}, nil
	}
	return numeric(statusNumber)(p, k, v)
}
