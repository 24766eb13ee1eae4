package command

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tacklebox/tui/cli/serve"
)

func TestAddress(t *testing.T) {
	home := t.TempDir()
	state := map[string]string{"XDG_STATE_HOME": home}
	ready := serve.Ready{URL: "http://running", PID: os.Getpid()}
	if err := errors.Join(os.Mkdir(filepath.Join(home, "tacklebox"), 0o700), ready.Write(serve.ReadyPath(filepath.Join(home, "tacklebox")))); err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(t.TempDir(), "data")
	if err := errors.Join(os.Mkdir(dead, 0o700), serve.Ready{URL: "http://dead", PID: 1 << 22}.Write(serve.ReadyPath(dead))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, flag string
		env        map[string]string
		want       string
		asked      bool
	}{
		{"flag", "http://f", map[string]string{"TACKLEBOX_URL": "http://e"}, "http://f", true},
		{"environment", "", map[string]string{"TACKLEBOX_URL": "http://e", "XDG_STATE_HOME": state["XDG_STATE_HOME"]}, "http://e", true},
		{"running instance", "", state, ready.URL, false},
		{"an instance that died", "", map[string]string{"TACKLEBOX_DATA": dead}, DefaultURL, false},
		{"nothing", "", nil, DefaultURL, false},
	} {
		app := &App{URL: c.flag, Getenv: func(name string) string { return c.env[name] }}
		if at := app.Address(); at.URL != c.want || at.Asked != c.asked || at.Err != nil {
			t.Errorf("%s: %+v; want %s, %t", c.name, at, c.want, c.asked)
		}
	}
}
