package prioticket

import (
	"math/rand/v2"
	"time"

	"tacklebox/mock/provider"
)

// quoted writes a text as JSON, for messages that name foreign values.
func quoted(s string) string { return string(provider.Encode(s)) }

// stamp writes an instant: RFC 3339 in whole seconds with a numeric offset,
// PrioTicket does not do Z (documented 3.5).
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") }

// uuidV1 makes an id of the form of the documented examples, version 1: the
// instant, then what the stream gives (inferred).
func uuidV1(t time.Time, r *rand.Rand) string {
	const sinceGregorian = 0x01b21dd213814000 // 100 ns from 15 October 1582 to 1970
	ticks := uint64(t.UnixNano()/100) + sinceGregorian
	var b [16]byte
	b[0], b[1], b[2], b[3] = byte(ticks>>24), byte(ticks>>16), byte(ticks>>8), byte(ticks)
	b[4], b[5] = byte(ticks>>40), byte(ticks>>32)
	b[6], b[7] = byte(ticks>>56), byte(ticks>>48)
	tail := r.Uint64()
	for i := range 8 {
		b[8+i] = byte(tail >> (8 * i))
	}
	b[10] |= 1 // not the address of a network card (RFC 9562)
	return provider.FormatUUID(b, 1)
}
