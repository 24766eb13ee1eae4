// Package shoptet is the mock of one provider.
package shoptet

import "tacklebox/mock"

// New returns the provider.
func New() *mock.Provider {
	return &mock.Provider{Name: "shoptet", Serve: func(*mock.World, *mock.Call) mock.Reply { return mock.Reply{Status: 404} }}
}
