// Package prioticket is the mock of one provider.
package prioticket

import "tacklebox/mock"

// New returns the provider.
func New() *mock.Provider {
	return &mock.Provider{Name: "prioticket", Serve: func(*mock.World, *mock.Call) mock.Reply { return mock.Reply{Status: 404} }}
}
