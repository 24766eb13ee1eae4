package provider

import (
	"fmt"
	"strings"
)

// Problem is a refusal of the control API: an HTTP status and the error body
// {"error":{"code","message","hint"}}.
type Problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (p *Problem) Error() string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + " (" + p.Hint + ")"
}

// Refuse makes a 422 Problem.
func Refuse(code, hint, format string, args ...any) *Problem {
	return &Problem{Status: 422, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// SettingError is a mistake in the configuration. Path leads to it: "providers",
// "shoptet", "attempts". The reader of the file knows the line.
type SettingError struct {
	Path []string
	Err  error
}

func (e *SettingError) Error() string { return strings.Join(e.Path, ".") + ": " + e.Err.Error() }

func (e *SettingError) Unwrap() error { return e.Err }
