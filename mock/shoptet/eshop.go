package shoptet

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tidwall/sjson"
)

// getEshop is the third call of the official install sample, so real clients
// need it to start. The number of the shop is the account's (decision).
func getEshop(r *request) (any, error) {
	doc, err := r.World.Catalogue().File("objects/eshop." + r.profile.name + ".json")
	if err == nil {
		doc, err = sjson.SetBytes(doc, "contactInformation.eshopId", eshopID(r.World, r.Call.Account))
	}
	if err != nil {
		return refuse(internalError())
	}
	return ok(json.RawMessage(doc))
}

// endpointRow is one endpoint that the token may use (members documented, their
// values a decision).
type endpointRow struct {
	Endpoint    string        `json:"endpoint"`
	Description string        `json:"description"`
	Group       endpointGroup `json:"group"`
	Access      bool          `json:"access"`
	Action      string        `json:"action"`
}

type endpointGroup struct {
	ID          string `json:"id"`
	Description string `json:"description"`
}

// listEndpoints has one row per endpoint of the API that is served here.
func listEndpoints(r *request) (any, error) {
	rows := []endpointRow{}
	for _, op := range r.World.Operations() {
		if !strings.HasPrefix(op.Path, "/api/") {
			continue
		}
		group := strings.Split(op.Path, "/")[2]
		rows = append(rows, endpointRow{Endpoint: op.Method + " " + op.Path, Description: describe(op.ID),
			Group: endpointGroup{ID: group, Description: capital(group)}, Access: true, Action: actionOf(op.Method)})
	}
	return ok(struct {
		Endpoints []endpointRow `json:"endpoints"`
	}{rows})
}

// actionOf names what a method does to its entity.
func actionOf(method string) string {
	return map[string]string{http.MethodGet: "read", http.MethodPost: "create", http.MethodPatch: "update", http.MethodDelete: "delete"}[method]
}

// describe makes words of an operation's id: listWebhooks is "List webhooks".
func describe(id string) string {
	var b strings.Builder
	for i, c := range id {
		if c >= 'A' && c <= 'Z' && i > 0 {
			b.WriteByte(' ')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return capital(b.String())
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
