package receiver

import "net/http"

func (rc *Receiver) expect(w http.ResponseWriter, r *http.Request) error { return nil }
func (rc *Receiver) exportEntry(w http.ResponseWriter, r *http.Request) error { return nil }
func (rc *Receiver) diffEntries(w http.ResponseWriter, r *http.Request) error { return nil }
