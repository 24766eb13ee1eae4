package kit

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// FuzzBasic holds that what is written is read back, and that foreign values never
// give a pair that is none.
func FuzzBasic(f *testing.F) {
	for _, seed := range [][2]string{{"Basic YTpi", "a:b"}, {"basic  YTpi=", "ä:ö"}, {"Basic", ":"}, {"Bearer x", "a:b:c"}, {"Basic OmI=", ""}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, foreign, pair string) {
		if user, password, ok := Basic(foreign); ok && strings.Contains(user, ":") {
			t.Errorf("%q gave %q and %q", foreign, user, password)
		}
		user, password, isPair := strings.Cut(pair, ":")
		gotUser, gotPassword, ok := Basic(BasicValue(pair))
		if ok != isPair || ok && (gotUser != user || gotPassword != password) {
			t.Errorf("%q came back as %q and %q", pair, gotUser, gotPassword)
		}
	})
}

// FuzzCut holds that the pages of a list are the list.
func FuzzCut(f *testing.F) {
	f.Add(uint8(5), uint8(2))
	f.Add(uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, length, limit uint8) {
		if limit == 0 {
			return // every provider refuses it
		}
		all := make([]int, length)
		for i := range all {
			all[i] = i
		}
		var seen []int
		for offset, pages := 0, 0; ; pages++ {
			items, page := Cut(all, offset, int(limit))
			seen = append(seen, items...)
			if page.Count != len(items) || page.Total != len(all) || pages > page.Pages {
				t.Fatalf("%+v after %d pages of %d", page, pages, length)
			}
			if !page.More() {
				break
			}
			offset = page.Next
		}
		if len(seen) != len(all) {
			t.Errorf("%d items by %d are %d", length, limit, len(seen))
		}
	})
}

// FuzzCallable holds that what can be called back has a scheme and a host, and
// that its user information is what goes along.
func FuzzCallable(f *testing.F) {
	for _, seed := range []string{"http://a.example/", "https://u:p@[::1]:80/x", "http://", "//a", "http://a b", "mailto:a@b", "http://h:99999/", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, ok := Callable(text)
		if !ok {
			return
		}
		if u.Host == "" || !strings.HasPrefix(strings.ToLower(text), "http") {
			t.Errorf("%q is taken for a URL", text)
		}
		if (BasicOf(text) != "") != (u.User != nil) {
			t.Errorf("%q: Authorization %q", text, BasicOf(text))
		}
		if out := Post(text, nil); len(out.Header) > 1 {
			t.Errorf("%q: %v", text, out.Header)
		}
	})
}

// FuzzPaths holds that tidying twice is tidying once, and that every escaped path
// is answered.
func FuzzPaths(f *testing.F) {
	for _, seed := range []string{"/", "//v1//pets/", "/v1/pets/%2F", "/v1/pets/%zz", "", "/v1/pets/{id}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		once := NoEmptySegments(path)
		if again := NoEmptySegments(once); again != once {
			t.Errorf("%q became %q, then %q", path, once, again)
		}
		call := &provider.Call{Method: "GET", Path: path}
		if got := petAPI.Serve(nil, call); got.Status == 0 || call.Path != path {
			t.Errorf("%q: %d, path %q", path, got.Status, call.Path)
		}
	})
}

// FuzzMessages holds that what is clipped for a message is whole characters, and
// that a header value is one line.
func FuzzMessages(f *testing.F) {
	f.Add("é\u2028\x00")
	f.Add(strings.Repeat("😀", 90))
	f.Fuzz(func(t *testing.T, text string) {
		if got := Clip(text); utf8.ValidString(text) && !utf8.ValidString(got) || len([]rune(got)) > 81 {
			t.Errorf("%q was clipped to %q", text, got)
		}
		if strings.ContainsAny(text, "\r\n\x00\x7f") && !Controls(text) {
			t.Errorf("%q passes for one line", text)
		}
		if Printable(text, 512) && url.PathEscape(text) == "" {
			t.Errorf("%q names nobody", text)
		}
	})
}
