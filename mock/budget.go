package mock

import (
	"net/http"
	"sync/atomic"

	"tacklebox/receiver/api"
)

// Budget bounds the bytes of payloads that wait to be delivered, over every engine
// that shares it: a firing of many large bodies must not fill the memory.
type Budget struct {
	most int64
	held atomic.Int64
}

// ordinaryBudget holds 100,000 events of two kilobytes, and more.
const ordinaryBudget = 256 << 20

// NewBudget makes one of so many bytes.
func NewBudget(bytes int64) *Budget { return &Budget{most: bytes} }

// check refuses a firing that would hold more than there is room for.
func (b *Budget) check(events, targets, bytes int) error {
	free := max(b.most-b.held.Load(), 0)
	need := int64(events) * int64(targets) * int64(bytes)
	if need <= free {
		return nil
	}
	return api.Failed(http.StatusTooManyRequests, "too_much_waiting", "fire fewer or smaller events, or wait until what was fired is delivered",
		"%d events of %d bytes to %d places are %d bytes: at most %d may wait to be delivered, and %d are free", events, bytes, targets, need, b.most, free)
}
