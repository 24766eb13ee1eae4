package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"tacklebox/receiver/mcp"
)

// assistants serves the control API as tools for assistants: /_/mcp. Its calls
// go to control, within the process.
func assistants(version string, control http.Handler) http.Handler {
	return mcp.Handler(version, func(ctx context.Context, method, path string, query url.Values, body []byte) (int, []byte, error) {
		target := (&url.URL{Path: "/_" + path, RawQuery: query.Encode()}).RequestURI()
		r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
		if err != nil {
			return 0, nil, err
		}
		r.RequestURI = target
		answer := recorder{header: http.Header{}, status: http.StatusOK}
		control.ServeHTTP(&answer, r)
		return answer.status, answer.body.Bytes(), nil
	})
}

// recorder keeps an answer that goes nowhere.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
