// Package dsco is the mock of one provider.
package dsco

import "tacklebox/mock"

// New returns the provider.
func New() *mock.Provider {
	return &mock.Provider{Name: "dsco", Serve: func(*mock.World, *mock.Call) mock.Reply { return mock.Reply{Status: 404} }}
}
