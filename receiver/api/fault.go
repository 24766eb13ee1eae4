package api

// FaultKind is one thing that a delivery can be made to suffer, or a preset of
// several, as help, completion and the screen list them.
type FaultKind struct {
	Name   string
	About  string
	Takes  string // what else it takes: "for", "bytes"
	Preset bool
}

// FaultKinds lists the faults that every provider's deliveries can suffer.
func FaultKinds() []FaultKind {
	return []FaultKind{
		{Name: "duplicate", About: "the same request is sent twice"},
		{Name: "reorder", About: "the delivery lets the next one go first"},
		{Name: "drop", About: "nothing is sent and the provider believes it arrived"},
		{Name: "delay", About: "the attempt waits on the provider's clock (for, 30s)", Takes: "for"},
		{Name: "slow", About: "the body drips in (for, 2s of wall time)", Takes: "for"},
		{Name: "cut_body", About: "half of the body, then the connection ends"},
		{Name: "reset", About: "half of the body, then the connection is reset"},
		{Name: "timeout", About: "the sender hangs up before the answer"},
		{Name: "wrong_content_type", About: "Content-Type: text/plain"},
		{Name: "redirect", About: "a GET without a body, as a redirect on the way makes of a POST"},
		{Name: "wrong_method", About: "PUT in place of the provider's method"},
		{Name: "empty_body", About: "no body; headers and signature as for the whole one"},
		{Name: "giant_body", About: "the body is padded with white space (bytes, 10 MiB) and signed so", Takes: "bytes"},
	}
}

// SignatureFaults lists those of what a provider signs: a provider has the ones
// that its scheme can show.
func SignatureFaults() []FaultKind {
	return []FaultKind{
		{Name: "bad_signature", About: "the signature or credential is wrong"},
		{Name: "missing_signature", About: "the signature or credential is left out"},
		{Name: "old_key", About: "signed with the key before the last rotation"},
		{Name: "stale_signature", About: "the signature is of a time long ago"},
	}
}

// FaultPresets lists the named lists of faults.
func FaultPresets() []FaultKind {
	return []FaultKind{
		{Name: "flaky-network", About: "some connections reset, cut, slow or timed out", Preset: true},
		{Name: "at-least-once", About: "three in ten are sent twice", Preset: true},
		{Name: "out-of-order", About: "three in ten let the next go first, one in ten waits", Preset: true},
		{Name: "lossy", About: "one in ten never arrives", Preset: true},
		{Name: "bad-signatures", About: "some signatures wrong or left out", Preset: true},
		{Name: "malformed", About: "some bodies empty, huge or of the wrong type", Preset: true},
		{Name: "everything-once", About: "each kind of fault one time", Preset: true},
	}
}
