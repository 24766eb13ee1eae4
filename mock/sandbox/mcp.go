package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"tacklebox/receiver/api"
	"tacklebox/receiver/mcp"
)

// assistantRoutes serve the control API as tools for assistants: /_/mcp. Their
// calls go to control, within the process.
func assistantRoutes(version string, control func() http.Handler) (routes []api.Route) {
	handler := mcp.Handler(version, func(ctx context.Context, method, path string, query url.Values, body []byte) (int, []byte, error) {
		target := (&url.URL{Path: "/_" + path, RawQuery: query.Encode()}).RequestURI()
		r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
		if err != nil {
			return 0, nil, err
		}
		r.RequestURI = target
		answer := recorder{header: http.Header{}, status: http.StatusOK}
		control().ServeHTTP(&answer, r)
		return answer.status, answer.body.Bytes(), nil
	})
	for _, method := range []string{"GET", "POST", "DELETE"} {
		routes = append(routes, api.Route{Method: method, Path: "/_/mcp", About: "Model Context Protocol, streamable HTTP.", Write: func(w http.ResponseWriter, r *http.Request) error {
			handler.ServeHTTP(w, r)
			return nil
		}})
	}
	return routes
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
