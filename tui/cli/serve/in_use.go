package serve

import "fmt"

// InUseError is a data folder that belongs to another process.
type InUseError struct {
	Data string
	PID  int // 0: unknown
}

func (e *InUseError) Error() string {
	owner := "another process"
	if e.PID != 0 {
		owner = fmt.Sprintf("process %d", e.PID)
	}
	at := ""
	if ready, err := ReadReady(ReadyPath(e.Data)); err == nil && Alive(ready.PID) && (e.PID == 0 || ready.PID == e.PID) {
		at = ", which answers at " + ready.URL
	}
	return fmt.Sprintf("the data folder %s is in use by %s%s\nWork with that one, stop it, or give this one a folder of its own with --data DIR, or none with --memory", e.Data, owner, at)
}
