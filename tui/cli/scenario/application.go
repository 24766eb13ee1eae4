package scenario

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/tui/cli/exit"
)

// application is a program under test that a step started. Whatever happens to
// us, it and its children end with us: a guard sees to that even when we are
// killed.
type application struct {
	cmd   *exec.Cmd
	said  saying
	guard *guard
	ended chan struct{} // closed when it has
	err   error         // how; read it once ended is closed
}

// How long an application may take to answer, unless its step says otherwise, and
// to end when it is told to.
const (
	readyWithin = 30 * time.Second
	endWithin   = 2 * time.Second
)

// run starts the application under test and waits until it answers. It lives as
// long as the scenario.
func (p *play) run(ctx context.Context, st step) error {
	r, within, err := p.decodeRun(st)
	if err != nil {
		return err
	}
	at, err := url.Parse(r.URL)
	if err != nil || at.Host == "" {
		return exit.Usagef("run: url %q is no URL", r.URL)
	}
	if answers(ctx, r.URL) {
		return exit.With(exit.Failure, fmt.Errorf("run: something answers at %s already; end it, or let the application listen on ${port}", r.URL))
	}
	app, err := p.launch(r)
	if err != nil {
		return exit.With(exit.Failure, fmt.Errorf("run %s: %w", r.Command[0], err))
	}
	p.running = append(p.running, app)
	return app.wait(ctx, r.URL, within)
}

// decodeRun reads the step, in its short form or the whole.
func (p *play) decodeRun(st step) (r runStep, within time.Duration, err error) {
	if len(st.value.Content) == 0 {
		err = p.scenario.decode(st, p.vars, &r.Command)
	} else {
		err = p.scenario.decode(st, p.vars, &r)
	}
	if err != nil {
		return r, 0, err
	}
	if len(r.Command) == 0 {
		return r, 0, exit.Usagef("run: command is missing: the program and its arguments")
	}
	if r.URL == "" {
		if r.URL = p.vars["to"]; strings.HasPrefix(r.URL, p.client.URL()+"/") {
			return r, 0, exit.Usagef("run: url is missing: what the application answers at; or give its callback with --to")
		}
	}
	if within = readyWithin; r.Within != "" {
		if within, err = time.ParseDuration(r.Within); err != nil || within <= 0 {
			return r, 0, exit.Usagef("run: within %q: want a time like 30s", r.Within)
		}
	}
	return r, within, nil
}

// launch starts the program in a group of its own, where the scenario stands.
func (p *play) launch(r runStep) (*application, error) {
	app := &application{cmd: exec.Command(r.Command[0], r.Command[1:]...), ended: make(chan struct{})}
	app.cmd.Dir = r.Dir
	if !filepath.IsAbs(r.Dir) {
		app.cmd.Dir = filepath.Join(filepath.Dir(p.scenario.file), r.Dir)
	}
	app.cmd.Env = append(os.Environ(), "TACKLEBOX_URL="+p.client.URL(), "PORT="+p.vars["port"])
	for name, value := range r.Env {
		app.cmd.Env = append(app.cmd.Env, name+"="+value)
	}
	app.cmd.Stdout, app.cmd.Stderr = &app.said, &app.said
	app.cmd.WaitDelay = endWithin // a child that holds on to the output is not waited for
	ownGroup(app.cmd)
	var err error
	if app.guard, err = newGuard(); err != nil {
		return nil, err
	}
	if err := app.cmd.Start(); err != nil {
		app.guard.dismiss()
		return nil, err
	}
	app.guard.watch(app.cmd.Process.Pid)
	go func() {
		app.err = app.cmd.Wait()
		close(app.ended)
	}()
	return app, nil
}

// wait returns when the application answers, whatever it says.
func (app *application) wait(ctx context.Context, url string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !answers(ctx, url) {
		select {
		case <-app.ended:
			return app.death()
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return exit.With(exit.Timeout, fmt.Errorf("%s does not answer at %s after %s%s", app.name(), url, within, app.said.last()))
		case <-again.C:
		}
	}
	return nil
}

// answers reports whether a server speaks HTTP there.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	asks := http.Client{ // follows nothing: a redirect is an answer
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := asks.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return true
}

func (app *application) name() string { return filepath.Base(app.cmd.Path) }

// death says how an application ended that should not have, and what it said.
func (app *application) death() error {
	how := "with exit code 0"
	if app.err != nil && !errors.Is(app.err, exec.ErrWaitDelay) {
		how = app.err.Error()
	}
	return exit.With(exit.Failure, fmt.Errorf("%s has ended (%s)%s", app.name(), how, app.said.last()))
}

// stop ends the application and its children: asked to at first, then killed.
func (app *application) stop() {
	askToEnd(app.cmd.Process)
	select {
	case <-app.ended:
	case <-time.After(endWithin):
	}
	kill(app.cmd.Process) // who is left of its group
	<-app.ended
	app.guard.dismiss()
}

// stopAll ends what the scenario started, the last first.
func (p *play) stopAll() {
	for _, app := range slices.Backward(p.running) {
		app.stop()
	}
}

// dying is how long a step that failed waits for the news that an application
// has died.
const dying = 100 * time.Millisecond

// dead is the end of an application that should live, nil while all do.
func (p *play) dead(patience time.Duration) error {
	late, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, app := range p.running {
		select {
		case <-app.ended:
		case <-late.Done():
		}
		select {
		case <-app.ended:
			return app.death()
		default:
		}
	}
	return nil
}

// whileAlive is a context that ends with the first application that does: no step
// waits for one that is gone.
func (p *play) whileAlive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	for _, app := range p.running {
		go func() {
			select {
			case <-app.ended:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}

// explain adds to a failure what the applications have to do with it: one that
// died is the reason, else what they said last may tell.
func (p *play) explain(failure error) error {
	if len(p.running) == 0 {
		return failure
	}
	last := p.running[len(p.running)-1]
	death, said := p.dead(dying), last.said.last()
	switch {
	case death != nil && errors.Is(failure, context.Canceled):
		return death
	case death != nil && !strings.Contains(failure.Error(), death.Error()):
		return exit.With(exit.Failure, fmt.Errorf("%w\n%w", failure, death))
	case death == nil && said != "" && !strings.HasSuffix(failure.Error(), said):
		return exit.With(exit.Code(failure), fmt.Errorf("%w\n%s still runs%s", failure, last.name(), said))
	}
	return failure
}

// freePort is one that nobody listens on, for ${port}.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("free port: %w", err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, err
}

// saying keeps what a program said last.
type saying struct {
	mu   sync.Mutex
	text []byte
}

// What is kept of it, and what is quoted.
const (
	keptSaying  = 16 << 10
	shownSaying = 20 // lines
)

func (s *saying) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, b...)
	if over := len(s.text) - keptSaying; over > 0 {
		s.text = append(s.text[:0], s.text[over:]...)
	}
	return len(b), nil
}

// last are the last lines, indented below a colon; "" when it said nothing.
func (s *saying) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(s.text), "�"))
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	return "; it said:\n  " + strings.Join(lines[max(0, len(lines)-shownSaying):], "\n  ")
}
