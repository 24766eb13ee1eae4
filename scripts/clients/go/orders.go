// Package orders is an example: a handler of Shoptet's webhooks as it should be,
// beside the tests that a sandbox lets it have (mock/sandbox/README.md). It checks
// the signature, knows an event that it has seen, and remembers one only when its
// work is done, so that a retry is worked on again.
package orders

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// token is what the shop gave the application.
const token = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345"

// Orders is the application; Store does its work, and may fail.
type Orders struct {
	Shoptet string // base URL of the API
	Store   func(order string) error

	key  string // that callbacks are signed with
	mu   sync.Mutex
	seen map[event]bool
}

// event are the members of a callback, by which a duplicate is known.
type event struct {
	EshopID       int    `json:"eshopId"`
	Event         string `json:"event"`
	EventInstance string `json:"eventInstance"`
	EventCreated  string `json:"eventCreated"`
}

// Register asks for a signing key and for the callbacks of new orders.
func (o *Orders) Register(callback string) error {
	o.seen = map[event]bool{}
	var key struct {
		Data struct{ SignatureKey string }
	}
	if err := o.call("/api/webhooks/renew-signature-key", nil, &key); err != nil {
		return err
	}
	o.key = key.Data.SignatureKey
	hook := map[string]string{"event": "order:create", "url": callback}
	return o.call("/api/webhooks", map[string]any{"data": []any{hook}}, &key)
}

// ServeHTTP takes one callback.
func (o *Orders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !o.genuine(r.Header.Get("Shoptet-Webhook-Signature"), body) {
		http.Error(w, "whose is it?", http.StatusUnauthorized)
		return
	}
	var e event
	if json.Unmarshal(body, &e) != nil {
		http.Error(w, "not a callback", http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[e] {
		return
	}
	if err := o.Store(e.EventInstance); err != nil {
		http.Error(w, "try again later", http.StatusInternalServerError)
		return
	}
	o.seen[e] = true
}

func (o *Orders) genuine(signature string, body []byte) bool {
	return hmac.Equal([]byte(signature), []byte(o.sign(body)))
}

func (o *Orders) sign(body []byte) string {
	sum := hmac.New(sha1.New, []byte(o.key))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

func (o *Orders) call(path string, doc, answer any) error {
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	req, err := http.NewRequest("POST", o.Shoptet+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Shoptet-Private-Api-Token", token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("shoptet %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
