package prose

import "bytes"

// A span is a part of a text, in bytes.
type span struct{ from, to int }

// blocks finds the parts of a text that hold prose: each is a paragraph, a heading, an entry of a list or a cell of a table.
type blocks struct {
	text  []byte
	found []span
	open  bool   // whether the next line goes on with the last part
	fence []byte // what began the code that we are in
	list  bool   // whether what is indented belongs to a list
	blank bool   // whether the last line was empty
}

// fence is what begins or ends code on a line: three backticks or tildes, or more; nil if nothing does.
func fence(line []byte) []byte {
	rest := bytes.TrimLeft(line, " ")
	if len(line)-len(rest) > 3 || len(rest) < 3 || rest[0] != '`' && rest[0] != '~' {
		return nil
	}
	n := 0
	for n < len(rest) && rest[n] == rest[0] {
		n++
	}
	if n < 3 {
		return nil
	}
	return rest[:n]
}

// heading reports whether a line that begins with its first mark is a heading.
func heading(trimmed []byte) bool {
	rest := bytes.TrimLeft(trimmed, "#")
	n := len(trimmed) - len(rest)
	return n > 0 && n <= 6 && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t')
}

// entry reports whether a line that begins with its first mark is one of a list.
func entry(trimmed []byte) bool {
	rest := bytes.TrimLeft(trimmed, "0123456789")
	switch n := len(trimmed) - len(rest); {
	case len(rest) < 2 || rest[1] != ' ' && rest[1] != '\t' || n > 9:
		return false
	case n > 0:
		return rest[0] == '.' || rest[0] == ')'
	}
	return rest[0] == '-' || rest[0] == '*' || rest[0] == '+'
}

// deep reports whether a line is as far to the right as code is.
func deep(line []byte) bool {
	return bytes.HasPrefix(line, []byte("    ")) || bytes.HasPrefix(line, []byte("\t"))
}

// proseIn returns the parts of a text that hold prose, in order. It looks at each byte a few times at most.
func proseIn(text []byte) []span {
	b := &blocks{text: text, blank: true}
	for at := 0; at < len(text); {
		end := len(text)
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		b.line(span{at, end})
		at = end
	}
	return b.found
}

// line reads the next line. It knows what GitHub's dialect of Markdown takes for a block, as far as that says what is
// prose.
func (b *blocks) line(s span) {
	line := b.text[s.from:s.to]
	if b.fence != nil {
		if bytes.HasPrefix(fence(line), b.fence) {
			b.fence, b.blank = nil, true
		}
		return
	}
	trimmed := bytes.TrimSpace(line)
	wasBlank := b.blank
	b.blank = len(trimmed) == 0
	switch {
	case b.blank:
		b.open = false
	case fence(line) != nil:
		b.fence, b.open = fence(line), false
	case wasBlank && !b.list && !b.open && deep(line):
		b.blank = true // so that the next line is code as well
	case trimmed[0] == '>':
		b.open = false
	case trimmed[0] == '|':
		b.cells(s)
	case heading(trimmed):
		b.found, b.open, b.list = append(b.found, s), false, false
	case entry(trimmed):
		b.found, b.open, b.list = append(b.found, s), true, true
	case b.open:
		b.found[len(b.found)-1].to = s.to
	default:
		b.found, b.open, b.list = append(b.found, s), true, b.list && line[0] == ' '
	}
}

// cells are parts by themselves. Without that, a word at the end of one cell would be a neighbour of the first in the next.
func (b *blocks) cells(row span) {
	from := row.from
	for at := row.from; at < row.to; at++ {
		if b.text[at] != '|' || at > 0 && b.text[at-1] == '\\' {
			continue
		}
		if at > from {
			b.found = append(b.found, span{from, at})
		}
		from = at + 1
	}
	if from < row.to {
		b.found = append(b.found, span{from, row.to})
	}
	b.open, b.list = false, false
}
