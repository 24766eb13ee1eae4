// Package tacklebox runs a webhook sandbox in a container, for tests that use
// testcontainers-go.
package tacklebox

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const (
	port     = "4780/tcp"
	hostName = "host.docker.internal" // where a container finds the host
)

// Container is a running sandbox.
type Container struct {
	testcontainers.Container
	Token string // of the control API: Authorization: Bearer
}

// Run starts the image with everything in memory, a manual clock, a token made
// for it, and mocks that any well-formed credential may call. It returns when
// the sandbox is ready. On an error the container that there may be is
// returned too, to be terminated.
func Run(ctx context.Context, image string, options ...testcontainers.ContainerCustomizer) (*Container, error) {
	req, err := request(image, options...)
	if err != nil {
		return nil, err
	}
	ctr, err := testcontainers.GenericContainer(ctx, req)
	var running *Container
	if ctr != nil {
		running = &Container{ctr, req.Env["TACKLEBOX_TOKEN"]}
	}
	if err != nil {
		return running, fmt.Errorf("run tacklebox: %w", err)
	}
	return running, nil
}

// request is what an engine is asked for.
func request(image string, options ...testcontainers.ContainerCustomizer) (testcontainers.GenericContainerRequest, error) {
	req := testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        image,
			ExposedPorts: []string{port},
			Cmd:          []string{"up"},
			Env: map[string]string{
				"TACKLEBOX_TOKEN":      rand.Text(),
				"TACKLEBOX_MEMORY":     "true",
				"TACKLEBOX_OPEN_MOCKS": "true",
				"TACKLEBOX_CLOCK":      "manual",
			},
			HostConfigModifier: func(c *container.HostConfig) { c.ExtraHosts = append(c.ExtraHosts, hostName+":host-gateway") },
		},
		Started: true,
	}
	for _, o := range options {
		if err := o.Customize(&req); err != nil {
			return req, fmt.Errorf("customize tacklebox: %w", err)
		}
	}
	if req.WaitingFor == nil {
		req.WaitingFor = ready(req.Env["TACKLEBOX_TOKEN"])
	}
	return req, nil
}

// ready waits until the sandbox says that it is.
func ready(token string) wait.Strategy {
	return wait.ForHTTP("/_/readyz").WithPort(port).WithHeaders(map[string]string{"Authorization": "Bearer " + token}).
		WithStatusCodeMatcher(func(status int) bool { return status == http.StatusOK })
}

// WithClock chooses real, manual or auto.
func WithClock(mode string) testcontainers.CustomizeRequestOption {
	return env("TACKLEBOX_CLOCK", mode)
}

// WithSeed fixes ids, keys and samples.
func WithSeed(seed uint64) testcontainers.CustomizeRequestOption {
	return env("TACKLEBOX_SEED", strconv.FormatUint(seed, 10))
}

// WithStart sets the first instant of a manual or auto clock.
func WithStart(at time.Time) testcontainers.CustomizeRequestOption {
	return env("TACKLEBOX_START", at.Format(time.RFC3339Nano))
}

// WithToken replaces the token that Run makes.
func WithToken(token string) testcontainers.CustomizeRequestOption {
	return env("TACKLEBOX_TOKEN", token)
}

// WithFlags adds flags of `tacklebox up`.
func WithFlags(flags ...string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		req.Cmd = append(req.Cmd, flags...)
		return nil
	}
}

func env(name, value string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		req.Env[name] = value
		return nil
	}
}

// URL is where the host reaches the sandbox.
func (c *Container) URL(ctx context.Context) (string, error) {
	return c.PortEndpoint(ctx, port, "http")
}

// HostURL is where the sandbox reaches a port of the host: the URL to register
// for an application that runs in the test's own process.
func (c *Container) HostURL(port int) string {
	return fmt.Sprintf("http://%s:%d", hostName, port)
}
