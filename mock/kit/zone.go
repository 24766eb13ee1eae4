package kit

import (
	"embed"
	"fmt"
	"sync"
	"time"
)

// zones holds the time zones that providers write their dates in, from the IANA
// database: all of it, as package time/tzdata has it, is half a megabyte.
//
//go:embed zones
var zones embed.FS

// Zone returns a time zone by the last part of its name, read on first use; it is
// known on machines without zone data too.
func Zone(name string) func() *time.Location {
	return sync.OnceValue(func() *time.Location {
		data, err := zones.ReadFile("zones/" + name)
		zone := time.UTC
		if err == nil {
			zone, err = time.LoadLocationFromTZData(name, data)
		}
		if err != nil {
			panic(fmt.Sprintf("time zone %s: %v", name, err)) // embedded, so it cannot be missing
		}
		return zone
	})
}
