package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Lists are printed as they are read: they can be longer than fits into memory, and whoever pipes them into head wants no more.

// sized is how many rows say how wide columns are. Wider ones that come later are printed as they are.
const sized = 1000

// Columns is a table that is printed as its rows come.
type Columns struct {
	out    *bufio.Writer
	waits  [][]string // the first rows, until it is known how wide columns are
	widths []int
}

// Columns begins a table with its heading.
func (s *Session) Columns(heading ...string) *Columns {
	return &Columns{out: bufio.NewWriterSize(s.Stdout, 32<<10), waits: [][]string{heading}}
}

// Row adds a row. The error is that nobody reads it any more.
func (c *Columns) Row(cells ...string) error {
	if c.widths != nil {
		return c.print(cells)
	}
	if c.waits = append(c.waits, cells); len(c.waits) > sized {
		return c.begin()
	}
	return nil
}

// begin prints the rows that waited.
func (c *Columns) begin() error {
	c.widths = make([]int, len(c.waits[0]))
	for _, row := range c.waits {
		for n, cell := range row {
			c.widths[n] = max(c.widths[n], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range c.waits {
		if err := c.print(row); err != nil {
			return err
		}
	}
	c.waits = nil
	return nil
}

func (c *Columns) print(cells []string) error {
	for n, cell := range cells {
		_, _ = c.out.WriteString(cell) // its error is that of the end of the line
		if n+1 < len(cells) {
			_, _ = c.out.WriteString(strings.Repeat(" ", max(c.widths[n]-utf8.RuneCountInString(cell), 0)+2))
		}
	}
	return c.out.WriteByte('\n')
}

// End prints what is left.
func (c *Columns) End() error {
	if c.widths == nil {
		if err := c.begin(); err != nil {
			return err
		}
	}
	return c.out.Flush()
}

// Elements is a JSON list on one line that is printed as its elements come.
type Elements struct {
	out   *bufio.Writer
	begun bool
	one   bytes.Buffer
	enc   *json.Encoder
}

// Elements begins a list.
func (s *Session) Elements() *Elements {
	e := &Elements{out: bufio.NewWriterSize(s.Stdout, 32<<10)}
	e.enc = json.NewEncoder(&e.one)
	e.enc.SetEscapeHTML(false)
	return e
}

// Add adds an element.
func (e *Elements) Add(v any) error {
	e.one.Reset()
	if err := e.enc.Encode(v); err != nil {
		return err
	}
	return e.AddRaw(bytes.TrimSuffix(e.one.Bytes(), []byte{'\n'}))
}

// AddRaw adds an element that is JSON already, on one line.
func (e *Elements) AddRaw(val []byte) error {
	between := byte(',')
	if !e.begun {
		between = '['
		e.begun = true
	}
	_ = e.out.WriteByte(between) // its error is that of what follows
	_, err := e.out.Write(val)
	return err
}

// End ends the list.
func (e *Elements) End() error {
	if !e.begun {
		_ = e.out.WriteByte('[') // as above
	}
	_, _ = e.out.WriteString("]\n")
	return e.out.Flush()
}
