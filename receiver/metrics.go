package receiver

import (
	"fmt"
	"io"
)

// WriteMetrics writes what the receiver says of itself in the text format of
// Prometheus: who listens, and how far behind the slowest is.
func (rc *Receiver) WriteMetrics(w io.Writer) {
	n := rc.Numbers()
	for _, m := range []struct {
		name, help string
		value      uint64
	}{
		{"tacklebox_stream_readers", "Readers of the live stream.", uint64(n.Readers)},
		{"tacklebox_stream_behind", "Readers that are not at the newest entry.", uint64(n.Behind)},
		{"tacklebox_stream_lag", "Entries that the slowest reader has still to get.", n.Lag},
		{"tacklebox_stream_broadcasts", "Different filters that are listened to.", uint64(n.Broadcasts)},
		{"tacklebox_stream_encoding_lag", "Entries that the slowest broadcast has still to look at.", n.Encoding},
		{"tacklebox_stream_held_bytes", "Bytes of frames kept for readers.", uint64(n.Held)},
		{"tacklebox_expectations", "Expectations that wait for entries.", uint64(rc.Waiting())},
		{"tacklebox_request_bytes", "Bytes of request bodies of the control API that are being worked on.", uint64(rc.cfg.Budget.InUse())},
	} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", m.name, m.help, m.name, m.name, m.value)
	}
}
