// Package ultracart is the mock of one provider.
package ultracart

import "tacklebox/mock"

// New returns the provider.
func New() *mock.Provider {
	return &mock.Provider{Name: "ultracart", Serve: func(*mock.World, *mock.Call) mock.Reply { return mock.Reply{Status: 404} }}
}
