//go:build unix

package scripts

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"go.yaml.in/yaml/v3"

	"tacklebox/receiver/journal/natstest"
)

// flagsOf are the twins in the environment of the flags that `up` knows.
func flagsOf(t *testing.T) []string {
	t.Helper()
	help, err := exec.Command(binary(t), "up", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	var twins []string
	for _, word := range strings.Fields(string(help)) {
		if name, ok := strings.CutPrefix(word, "--"); ok {
			twins = append(twins, "TACKLEBOX_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
		}
	}
	return twins
}

// TestSharedCompose: three processes, three servers and a balancer, whose settings
// the program knows; each server has the file that is mounted.
func TestSharedCompose(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	text, err := os.ReadFile("scripts/shared/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Services map[string]struct {
			Environment map[string]string
			Volumes     []string
		}
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	known := flagsOf(t)
	processes := 0
	for name, s := range doc.Services {
		for key := range s.Environment {
			if !slices.Contains(known, key) {
				t.Errorf("%s: %s is no setting", name, key)
			}
		}
		if at := s.Environment["TACKLEBOX_ADVERTISE"]; at != "" {
			processes++
			if at != "http://"+name+":4780" {
				t.Errorf("%s is reached at %s", name, at)
			}
		}
		for _, v := range s.Volumes {
			if file, _, _ := strings.Cut(v, ":"); strings.HasPrefix(file, "./") {
				if _, err := os.Stat("scripts/shared/" + file); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if processes != 3 || len(doc.Services) != 7 {
		t.Errorf("%d processes among %d services", processes, len(doc.Services))
	}
}

// TestSharedKubernetes: what the manifests set the program knows, and the probes
// ask what it answers.
func TestSharedKubernetes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	text, err := os.ReadFile("scripts/shared/kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := flagsOf(t)
	kinds := []string{}
	type probe struct {
		HTTPGet struct{ Path string } `yaml:"httpGet"`
	}
	for docs := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var doc struct {
			Kind string
			Spec struct {
				Template struct {
					Spec struct {
						Containers []struct {
							Args      []string
							Env       []struct{ Name string }
							Liveness  probe `yaml:"livenessProbe"`
							Readiness probe `yaml:"readinessProbe"`
						}
					}
				}
			}
		}
		if err := docs.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, doc.Kind)
		for _, c := range doc.Spec.Template.Spec.Containers {
			for _, e := range c.Env {
				if e.Name != "POD_IP" && !slices.Contains(known, e.Name) {
					t.Errorf("%s is no setting", e.Name)
				}
			}
			if !strings.HasPrefix(c.Liveness.HTTPGet.Path, "/_/livez?token=") || !strings.HasPrefix(c.Readiness.HTTPGet.Path, "/_/readyz?token=") {
				t.Errorf("the probes ask %+v and %+v", c.Liveness, c.Readiness)
			}
		}
	}
	if !slices.Equal(kinds, []string{"Secret", "Deployment", "Service", "PodDisruptionBudget"}) {
		t.Errorf("the manifests are %v", kinds)
	}
}

// TestSharedServers: with the servers' file the sandbox starts, and --sync tells
// servers that sync each write from those that do not.
func TestSharedServers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the program")
	}
	t.Parallel()
	const connect = 4
	for _, always := range []bool{true, false} {
		s := natstest.Run(t, func(o *server.Options) {
			dir := o.StoreDir
			o.StoreDir = ""
			if err := o.ProcessConfigFile("scripts/shared/nats.conf"); err != nil {
				t.Fatal(err)
			}
			o.StoreDir, o.Host, o.Port, o.HTTPPort, o.Cluster, o.Routes, o.SyncAlways = dir, "127.0.0.1", -1, 0, server.ClusterOpts{}, nil, always
		})
		if always {
			p := start(t, t.TempDir(), "--no-tui", "--quiet", "--sync", "--shared", natstest.Address("", s))
			p.want(0, "each write, on every server", "doctor", "--shared", natstest.Address("", s))
			p.end(true)
			continue
		}
		cmd := exec.Command(binary(t), "up", "--port", "0", "--no-tui", "--sync", "--shared", natstest.Address("", s))
		cmd.Env = []string{"HOME=" + t.TempDir()}
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != connect || !strings.Contains(string(out), "does not sync each write") {
			t.Errorf("ended with %d: %s", cmd.ProcessState.ExitCode(), out)
		}
	}
}
