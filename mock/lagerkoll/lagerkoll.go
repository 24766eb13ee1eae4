// Package lagerkoll is the mock of one provider.
package lagerkoll

import "tacklebox/mock"

// New returns the provider.
func New() *mock.Provider {
	return &mock.Provider{Name: "lagerkoll", Serve: func(*mock.World, *mock.Call) mock.Reply { return mock.Reply{Status: 404} }}
}
