//go:build unix

package scripts

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"
)

// script runs one of scripts/ in a folder and returns what it says.
func script(t *testing.T, dir string, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("bash", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	said, err := os.Create(filepath.Join(t.TempDir(), "said")) // a file: what goes on in the background does not hold it up
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	err = cmd.Run()
	text, _ := os.ReadFile(said.Name())
	return string(text), err
}

// checkout copies what git knows of this folder.
func checkout(t *testing.T) string {
	t.Helper()
	list, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skipf("this is no checkout: %v", err)
	}
	dir := t.TempDir()
	for _, name := range strings.Split(strings.TrimRight(string(list), "\x00"), "\x00") {
		info, err := os.Stat(name)
		if err != nil {
			continue // deleted, and not yet committed
		}
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, info.Mode().Perm())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestModuleScript renames the module on a copy, which then builds and keeps
// its layers.
func TestModuleScript(t *testing.T) {
	if os.Getenv("CI") == "" {
		t.Skip("builds everything once more: .ci/run does")
	}
	t.Parallel()
	dir := checkout(t)
	if out, err := script(t, dir, nil, "scripts/module", "not a path"); err == nil || !strings.Contains(out, "no module path") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := script(t, dir, nil, "scripts/module", "example.com/you/tacklebox"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := script(t, dir, nil, "-c", "go build ./... && go vet . && go test -run 'TestLayers' ."); err != nil {
		t.Fatalf("the renamed module: %v\n%s", err, out)
	}
	mod, err := os.ReadFile(filepath.Join(dir, "scripts/clients/testcontainers-go/go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module example.com/you/tacklebox/scripts/") {
		t.Errorf("the module of testcontainers: %v, %.80s", err, mod)
	}
}

// TestUpAndDown: one that runs is left as it is, what was started is stopped,
// and a process that only has the number is not.
func TestUpAndDown(t *testing.T) {
	t.Parallel()
	env := []string{"TACKLEBOX_BINARY=" + binary(t), "HOME=" + t.TempDir(), "XDG_STATE_HOME=" + t.TempDir()}
	folder := filepath.Join(t.TempDir(), "a folder")
	t.Cleanup(func() { _, _ = script(t, ".", env, "scripts/down", folder) })
	read := func(name string) string {
		text, _ := os.ReadFile(filepath.Join(folder, name))
		return strings.TrimSpace(string(text))
	}
	if out, err := script(t, ".", env, "scripts/up", folder, "--clock", "manual"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	url, pid := read("url"), read("pid")
	clock := func() (string, error) {
		return script(t, ".", env, "-c", `"$TACKLEBOX_BINARY" clock --url "$0"`, url)
	}
	if out, err := clock(); err != nil || !strings.Contains(out, "manual") {
		t.Errorf("the clock: %v: %s", err, out)
	}
	out, err := script(t, ".", env, "scripts/up", folder)
	if err != nil || !strings.Contains(out, url) || read("pid") != pid {
		t.Errorf("up again: %v, pid %s then %s: %s", err, pid, read("pid"), out)
	}
	if out, err := script(t, ".", env, "scripts/down", folder); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := clock(); err == nil || !strings.Contains(out, "cannot connect") {
		t.Errorf("after down: %v: %s", err, out)
	}
	if out, err := script(t, ".", env, "scripts/up", folder, "--nonsense"); err == nil || !strings.Contains(out, "unknown flag: --nonsense") {
		t.Errorf("%v: %s", err, out)
	}
	if err := os.Symlink("999999999", filepath.Join(folder, "lock")); err != nil { // of one that was killed
		t.Fatal(err)
	}
	together, err := script(t, ".", env, "-c", `for i in 1 2 3; do scripts/up "$0" & all="$all $!"; done; for each in $all; do wait "$each" || exit; done`, folder)
	if err != nil || strings.Count(together, "one runs there already, at "+read("url")) != 2 {
		t.Errorf("three at the same time: %v: %s", err, together)
	}
	if out, err := script(t, ".", env, "scripts/down", folder); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
	if err := os.WriteFile(filepath.Join(folder, "pid"), []byte(strconv.Itoa(sleeper.Process.Pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{folder, filepath.Join(folder, "nowhere")} {
		if out, err := script(t, ".", env, "scripts/down", again); err != nil {
			t.Errorf("down %s: %v: %s", again, err, out)
		}
	}
	if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("another process was ended: %v", err)
	}
}

// TestContainerBinary builds what the Dockerfile builds, as it says: one static
// file under 20 MB. There is no container engine where this runs.
func TestContainerBinary(t *testing.T) {
	text, err := os.ReadFile("scripts/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*) -o /tacklebox \. && mkdir /data$`).FindSubmatch(text)
	if command == nil {
		t.Fatal("the Dockerfile builds in another way")
	}
	for _, want := range []string{"\nFROM scratch\n", "\nUSER 65532:65532\n", "\nHEALTHCHECK ", `ENTRYPOINT ["/tacklebox"]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	if os.Getenv("CI") == "" {
		t.Skip("builds everything once more: .ci/run does")
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tacklebox")
	if out, err := script(t, ".", []string{"VERSION=v1.2.3", "GOOS=linux"}, "-c", string(command[1])+" -o \"$0\" .", path); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary asks for a dynamic linker, which scratch has not")
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 20<<20 {
		t.Errorf("the binary has %d bytes, want at most %d: %v", info.Size(), 20<<20, err)
	}
}

// TestLeftOut: what would bring megabytes along is not linked, although a dependency
// imports it. Calling a method by a name that is not known when the program is
// linked keeps every method of every type.
func TestLeftOut(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	program, err := os.ReadFile(binary(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, linked := range map[string]bool{"text/template.(*Template).Execute": false, "go/format.Source": false, "html/template.New": false,
		"reflect.Value.MethodByName": false, "time/tzdata.loadFromEmbeddedTZData": false, "tacklebox/mock.New": true} {
		if bytes.Contains(program, []byte(name)) != linked {
			t.Errorf("%s: linked %v, want %v", name, !linked, linked)
		}
	}
}

// TestCompose: the services of the example are called what the sandbox and the
// application call each other, and the files that it mounts are there.
func TestCompose(t *testing.T) {
	text, err := os.ReadFile("scripts/compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Services map[string]struct {
			Build       struct{ Context, Dockerfile string }
			Command     []string
			Environment map[string]string
			Volumes     []string
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		}
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	box, app := doc.Services["tacklebox"], doc.Services["orders"]
	if app.Environment["SHOPTET"] != "http://tacklebox:4780/shoptet" || app.Environment["SELF"] != "http://orders:"+app.Environment["PORT"] ||
		app.DependsOn["tacklebox"].Condition != "service_healthy" || !slices.Contains(box.Command, "tacklebox") {
		t.Errorf("%+v", doc)
	}
	source, _, _ := strings.Cut(app.Volumes[0], ":")
	for _, path := range []string{filepath.Join(box.Build.Context, box.Build.Dockerfile), filepath.Join(source, app.Command[1])} {
		if _, err := os.Stat(filepath.Join("scripts/compose", path)); err != nil {
			t.Error(err)
		}
	}
}

// TestContainerOnThisMachine starts the program with the environment and the
// command of the image, and asks it with the image's health check.
func TestContainerOnThisMachine(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("scripts/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	line := func(pattern string) string {
		found := regexp.MustCompile(`(?m)^` + pattern + `$`).FindSubmatch(text)
		if found == nil {
			t.Fatalf("the Dockerfile has no %s", pattern)
		}
		return string(found[1])
	}
	home, address := t.TempDir(), strings.TrimPrefix(freeAddress(t), "http://")
	here := strings.NewReplacer("0.0.0.0:4780", "0.0.0.0:"+address[strings.LastIndex(address, ":")+1:], "127.0.0.1:4780", address, "/data", home)
	p := &program{t: t, env: append(strings.Fields(here.Replace(line(`ENV (.*)`))), "TACKLEBOX_TOKEN=secret", "HOME="+home)}
	var health, arguments []string
	if err := errors.Join(json.Unmarshal([]byte(here.Replace(line(`HEALTHCHECK .* CMD (\[.*\])`))), &health), json.Unmarshal([]byte(line(`CMD (\[.*\])`)), &arguments)); err != nil {
		t.Fatal(err)
	}
	p.run(arguments...)
	p.want(0, "ready", append(health[1:], "--wait", "10s")...)
	p.want(0, "ready", health[1:]...)
}

// TestComposeOnThisMachine plays the example without containers: the sandbox
// as its service starts it, the application as its own, by their names.
func TestComposeOnThisMachine(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node here")
	}
	t.Parallel()
	p := startIn(t, []string{"HOME=" + t.TempDir(), "TACKLEBOX_TOKEN=secret"}, "--memory", "--no-tui", "--addr", "0.0.0.0:0", "--host", "tacklebox", "--open-mocks")
	app := exec.Command(node, "scripts/clients/node/example/main.js")
	app.Env = append(os.Environ(), "SHOPTET="+p.url+"/shoptet")
	out, err := app.StdoutPipe()
	if err == nil {
		err = app.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Process.Kill(); _ = app.Wait() }()
	said := bufio.NewReader(out)
	if line, err := said.ReadString('\n'); err != nil || !strings.HasPrefix(line, "orders: called back at ") {
		t.Fatalf("the application says %q: %v", line, err)
	}
	p.want(0, "→ 200", "fire", "shoptet", "order:create", "--set", "eventInstance=2026000123", "--wait", "10s")
	if line, err := said.ReadString('\n'); err != nil || line != "order 2026000123\n" {
		t.Errorf("the application says %q: %v", line, err)
	}
}
