package shoptet

import "tacklebox/mock/provider"

// profile is one state of the published API description.
type profile struct {
	name     string
	told     string // media type a client is told to send
	answers  string // Content-Type of every API answer
	tracing  bool   // metadata, X-Request-ID and X-RateLimit-Bucket-Filling exist
	payloads bool   // sendPayload and payload exist
	until    bool   // job lists take creationTimeTo and completionTimeTo
	language bool   // job objects show their language
	most     int    // largest itemsPerPage of webhooks and notifications
	mostJobs int    // the same of jobs
}

const (
	profile2024 = "2024-12"
	profile2026 = "2026-08"
)

// profileNamed returns what differs between the two states (documented: the
// descriptions of 2024-12-02 and 2026-08-21). The page size of 2024-12 is
// inferred from its examples; that of its jobs is a decision.
func profileNamed(name string) *profile {
	if name == profile2026 {
		return &profile{name: profile2026, told: "application/json", answers: "application/json; charset=utf-8",
			tracing: true, payloads: true, until: true, most: 500, mostJobs: 500}
	}
	return &profile{name: profile2024, told: "application/vnd.shoptet.v1.0", answers: "application/vnd.shoptet.v1.0+json; charset=utf-8",
		language: true, most: 20, mostJobs: 100}
}

// profileOf returns the profile in force for an account; "" is the common one.
func profileOf(w *provider.World, account string) *profile {
	return profileNamed(w.Option(account, "profile").Text())
}
