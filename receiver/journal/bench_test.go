package journal_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10} {
		for name, open := range map[string]func() journal.Store{
			"memory": func() journal.Store { return memory.New(memory.Limit{}) },
			"disk":   func() journal.Store { return mustOpen(b, b.TempDir(), disk.Options{KeepBytes: 1 << 30}) },
		} {
			b.Run(fmt.Sprintf("%s/%dk", name, size>>10), func(b *testing.B) {
				s := open()
				defer s.Close()
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.SetParallelism(32)
				b.RunParallel(func(pb *testing.PB) {
					e := journaltest.Sample(1, size)
					for pb.Next() {
						if err := s.Append(e).Wait(); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// filled is a folder with n captures, and the heap that an open journal of it takes.
func filled(b *testing.B, n, size int) string {
	dir := b.TempDir()
	s := mustOpen(b, dir, disk.Options{})
	journaltest.Fill(b, s, n, size)
	s.Close()
	return dir
}

func BenchmarkOpenMillion(b *testing.B) {
	if testing.Short() || os.Getenv("TACKLEBOX_BENCH_LARGE") == "" {
		b.Skip("writes 500 MB; set TACKLEBOX_BENCH_LARGE=1")
	}
	dir := filled(b, 1_000_000, 40)
	for b.Loop() {
		s := mustOpen(b, dir, disk.Options{})
		s.Close()
	}
}

func BenchmarkScan100k(b *testing.B) {
	if testing.Short() {
		b.Skip("writes 150 MB")
	}
	s := mustOpen(b, filled(b, 100_000, 1<<10), disk.Options{})
	for _, q := range []string{"zzzznotthere", "tok-000777", "body.order.number=SO-1", "body.token=tok-000777", "status:404", "kind:call", "method:PUT", "header.x-token=c", ""} {
		f, err := query.Parse(q, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.ReplaceAll(q, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				if err := s.Scan(b.Context(), 0, 0, false, f, func(*journal.Entry) bool { return true }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPath100k filters by a path into bodies that all hold the bytes that are
// looked for. "per plain" is the time of the plain search of the same round.
func BenchmarkPath100k(b *testing.B) {
	if testing.Short() {
		b.Skip("writes 150 MB")
	}
	s := mustOpen(b, b.TempDir(), disk.Options{})
	note := strings.Repeat("some words of a note, ", 8)
	for i := range 100_000 {
		e := journaltest.Sample(i, 0)
		e.Request.Body = fmt.Appendf(nil, `{"token":"tok-%06d","note":%q,"tags":["SO-1",true,null],"customer":{"name":"Ann","mail":"ann@example.com","city":"Brno"},`+
			`"order":{"number":"SO-1%[1]d","total":%[1]d.50,"lines":[{"sku":"A-1","count":2,"text":%[2]q},{"sku":"A-2","count":1,"text":%[2]q}]},"more":%[2]q}`, i, note)
		s.Append(e)
	}
	scan := func(q string) float64 {
		f, err := query.Parse(q, nil)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := s.Scan(b.Context(), 0, 0, false, f, func(*journal.Entry) bool { return true }); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(began))
	}
	scan("zzzznotthere")
	for _, q := range []string{"body.order.number=SO-1", "body.order.total>100000", "body.order.number~^SO-2", "body.order.lines.#.count=7", "body.order.number=SO-2"} {
		b.Run(q, func(b *testing.B) {
			var path, plain float64
			for b.Loop() {
				path += scan(q)
				plain += scan("zzzznotthere")
			}
			b.ReportMetric(path/plain, "per_plain")
			b.ReportMetric(path/float64(b.N)/100_000, "ns/candidate")
		})
	}
}

func BenchmarkWait100(b *testing.B) {
	s := memory.New(memory.Limit{Count: 100})
	var readers sync.WaitGroup
	for range 100 {
		readers.Go(func() {
			for at := uint64(0); ; {
				last, err := s.Wait(b.Context(), at)
				if err != nil {
					return
				}
				at = last
			}
		})
	}
	e := journaltest.Sample(1, 100)
	for b.Loop() {
		s.Append(e)
		runtime.Gosched()
	}
	s.Close()
	readers.Wait()
}

func BenchmarkAppendJSON(b *testing.B) {
	e := journaltest.Sample(1, 1<<10)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = e.AppendJSON(buf[:0])
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	data := journaltest.Sample(1, 1<<10).AppendJSON(nil)
	b.ReportAllocs()
	for b.Loop() {
		var e journal.Entry
		if err := e.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
