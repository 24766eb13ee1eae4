package tacklebox

import (
	"context"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/testcontainers/testcontainers-go"
)

// TestRequest: what an engine is asked for, with and without options.
func TestRequest(t *testing.T) {
	plain, err := request("tacklebox:latest")
	if err != nil {
		t.Fatal(err)
	}
	if plain.Env["TACKLEBOX_CLOCK"] != "manual" || len(plain.Env["TACKLEBOX_TOKEN"]) < 20 || plain.WaitingFor == nil || !plain.Started {
		t.Errorf("%+v", plain.ContainerRequest)
	}
	other, _ := request("tacklebox:latest")
	if other.Env["TACKLEBOX_TOKEN"] == plain.Env["TACKLEBOX_TOKEN"] {
		t.Error("two containers have one token")
	}
	var host container.HostConfig
	plain.HostConfigModifier(&host)
	if !slices.Contains(host.ExtraHosts, "host.docker.internal:host-gateway") {
		t.Errorf("extra hosts %v", host.ExtraHosts)
	}
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	set, err := request("x", WithClock("auto"), WithSeed(7), WithStart(start), WithToken("t"), WithFlags("--sync"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"CLOCK": "auto", "SEED": "7", "START": "2026-01-05T09:00:00Z", "TOKEN": "t"} {
		if got := set.Env["TACKLEBOX_"+name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !slices.Equal(set.Cmd, []string{"up", "--sync"}) {
		t.Errorf("command %v", set.Cmd)
	}
}

// TestRun needs a container engine and the image in TACKLEBOX_IMAGE.
func TestRun(t *testing.T) {
	image := os.Getenv("TACKLEBOX_IMAGE")
	if image == "" {
		t.Skip("no TACKLEBOX_IMAGE: what needs a container engine is not run here")
	}
	ctx := context.Background()
	c, err := Run(ctx, image, WithSeed(1))
	if c != nil {
		testcontainers.CleanupContainer(t, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	url, err := c.URL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_/clock", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the clock answers %d", res.StatusCode)
	}
}
