package markdown

import (
	"slices"
	"strings"
)

// A table is one whose lines are Markdown already.
type table struct {
	Head, Rule string
	Rows       []string
}

// newTable lays out rows under names. A column in which no row says anything is left out. A dash says nothing, too. Cells
// must be Markdown, and without a vertical line of their own.
func newTable(names []string, rows [][]string) table {
	var t table
	if len(rows) == 0 {
		return t
	}
	said := make([]bool, len(names))
	for _, row := range rows {
		for n, cell := range row {
			said[n] = said[n] || cell != "" && cell != "–"
		}
	}
	line := func(cells []string) string {
		var kept []string
		for n, cell := range cells {
			if said[n] {
				kept = append(kept, cell)
			}
		}
		return "| " + strings.Join(kept, " | ") + " |"
	}
	t.Head, t.Rule = line(names), line(slices.Repeat([]string{"---"}, len(names)))
	for _, row := range rows {
		t.Rows = append(t.Rows, line(row))
	}
	return t
}
