package provider

import (
	"tacklebox/receiver/api"
)

// Error refuses what the control API was asked for: a firing with values that the
// provider cannot have. Providers answer their own clients in their own dialect.
type Error = api.Error

// Refuse makes an Error: the request is well formed and cannot be done. hint says
// what to do instead.
func Refuse(code, hint, format string, args ...any) *Error {
	return api.Refuse(code, hint, format, args...)
}

// Skip is a subscription that does not get an event, and why.
type Skip = api.Skip
