package cli

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/tui/safe"
)

// filterProblem shows the place where a query stops making sense.
func filterProblem(q string, err error) error {
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
