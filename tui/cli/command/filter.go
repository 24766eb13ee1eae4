package command

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/safe"
)

// FilterProblem shows the place where a query stops making sense.
func FilterProblem(q string, err error) error {
	var syntax *api.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("filter: %w", err)
	}
	pos := min(max(syntax.Pos, 0), len(q))
	indent := strings.Repeat(" ", utf8.RuneCountInString(safe.Line(q[:pos])))
	text := fmt.Sprintf("filter: %s\n  %s\n  %s^", syntax.Msg, safe.Line(q), indent)
	if syntax.Hint != "" {
		text += "\n" + syntax.Hint
	}
	return errors.New(text)
}

// Query joins the words of a filter as the shell left them, and checks it
// before anybody is asked.
func Query(args []string) (string, error) {
	q := strings.Join(args, " ")
	if err := api.CheckFilter(q); err != nil {
		return "", exit.Misused(FilterProblem(q, err))
	}
	return q, nil
}
