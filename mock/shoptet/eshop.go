package shoptet

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tidwall/sjson"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

// getEshop is the third call of the official install sample, so real clients
// need it to start. The number of the shop is the account's (decision).
func getEshop(r *request) (any, error) {
	doc, err := r.World.Catalogue().File("objects/eshop." + r.profile.name + ".json")
	if err == nil {
		doc, err = sjson.SetBytes(doc, "contactInformation.eshopId", eshopID(r.World, r.Call.Account))
	}
	if err != nil {
		return refuse(apierror.InternalError())
	}
	return ok(json.RawMessage(doc))
}

// endpointRow is one endpoint that the token may use: what it is called, which
// group it is granted with, and what may be done there (members and their types
// documented by the official SDK).
type endpointRow struct {
	Endpoint    string        `json:"endpoint"`
	Description string        `json:"description"`
	Group       endpointGroup `json:"group"`
	Access      string        `json:"access"` // read, write or both
	Action      *string       `json:"action"` // add, edit, delete; null: all of them
}

type endpointGroup struct {
	ID          int    `json:"id"`
	Description string `json:"description"`
}

// listEndpoints has one row for each kind of thing that the API serves here, all
// of them approved (decision).
func listEndpoints(r *request) (any, error) {
	f := r.filters()
	status := f.oneOf("status", "approved", "pending")
	if len(f.bad) > 0 {
		return refuse(f.bad...)
	}
	rows := []endpointRow{}
	if status != "pending" {
		rows = endpointRows(r.World.Operations())
	}
	return ok(struct {
		Endpoints []endpointRow `json:"endpoints"`
	}{rows})
}

// endpointRows makes one row for each first segment below /api/, numbered in
// order of appearance.
func endpointRows(ops []provider.Operation) (rows []endpointRow) {
	place := map[string]int{}
	for _, op := range ops {
		name, isAPI := strings.CutPrefix(op.Path, "/api/")
		if !isAPI {
			continue
		}
		name, _, _ = strings.Cut(name, "/")
		access := "write"
		if op.Method == http.MethodGet {
			access = "read"
		}
		i, known := place[name]
		if !known {
			i = len(rows)
			place[name] = i
			rows = append(rows, endpointRow{Endpoint: name, Description: capital(name), Access: access,
				Group: endpointGroup{ID: i + 1, Description: capital(name)}})
		}
		if rows[i].Access != access {
			rows[i].Access = "both"
		}
	}
	return rows
}

// capital writes a word with its first letter large.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
