package command

// Listing prints a list: as JSON, or as a table with a head. none is said of an
// empty one, "" for the head alone.
func Listing[T any](a *App, list []T, none string, head []string, row func(T) []string) error {
	if a.JSON {
		return a.Out.JSON(list)
	}
	if len(list) == 0 && none != "" {
		a.Out.Line("%s", none)
		return nil
	}
	rows := [][]string{head}
	for _, one := range list {
		rows = append(rows, row(one))
	}
	a.Out.Table(rows)
	return nil
}
