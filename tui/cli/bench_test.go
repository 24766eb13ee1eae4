package cli

import (
	"io"
	"testing"
)

// BenchmarkRoot is what every command pays before it does anything.
func BenchmarkRoot(b *testing.B) {
	for b.Loop() {
		app := &App{Getenv: func(string) string { return "" }, Stdout: io.Discard, Stderr: io.Discard}
		if code := Run(b.Context(), app, []string{"version"}); code != 0 {
			b.Fatal(code)
		}
	}
}
