package reading

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// unreadable finds what no YAML may have: bytes that are no UTF-8, and control characters.
func unreadable(src []byte) error {
	line, begin := 1, 0
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		switch {
		case c == '\n':
			line, begin = line+1, i+1
		case c == utf8.RuneError && size == 1:
			return &SyntaxError{
				line, utf8.RuneCount(src[begin:i]) + 1, fmt.Sprintf("the byte %#x is not UTF-8", src[i]),
				"save the file as UTF-8",
			}
		case c < ' ' && c != '\t' && c != '\r' || c == 0x7f:
			return &SyntaxError{
				line, utf8.RuneCount(src[begin:i]) + 1, fmt.Sprintf("there is a control character (%U)", c),
				"remove it, or write it as an escape in double quotes",
			}
		}
		i += size
	}
	return nil
}

// explained turns what the YAML library complains about into what is wrong with the text. The library names the line in
// which the mapping or list around a mistake begins, if any at all, and speaks of tokens. Each look knows one kind of
// mistake; the first that finds its own is believed.
func explained(src []byte, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := lineOf.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	all := strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	line = min(max(stumble(all, message, line), 1), len(all))
	t := text{lines: all, line: line}
	if message == "exceeded max depth of 10000" {
		return &SyntaxError{line, 1, tooDeep, "write it with less depth"}
	}
	t.glance()
	looks := []func(string) *SyntaxError{
		t.quotes, t.tabs, t.aliases, t.brackets, t.colons, t.characters, t.indents,
	}
	for _, look := range looks {
		if found := look(message); found != nil {
			in := all[found.Line-1]
			found.Col = utf8.RuneCountInString(in[:min(found.Col-1, len(in))]) + 1 // so far it counts bytes
			return found
		}
	}
	return &SyntaxError{line, firstColumn(all[line-1]), "this line cannot be read: " + message, "correct the YAML"}
}

var lineOf = regexp.MustCompile(`^line (\d+): (.*)$`)

// largestSearched is how much text is parsed again and again to find the line of a mistake.
const largestSearched = 64 << 10

// stumble returns the first line with which the text is refused as it is as a whole.
func stumble(lines []string, message string, reported int) int {
	refused := func(n int) bool {
		var doc yaml.Node
		err := yaml.Unmarshal([]byte(strings.Join(lines[:n], "\n")+"\n"), &doc)
		return err != nil && strings.HasSuffix(err.Error(), message)
	}
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	if size > largestSearched || !refused(len(lines)) {
		return reported
	}
	low, high := 0, len(lines) // is read, is refused
	for high-low > 1 {
		if mid := (low + high) / 2; refused(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// place is a byte of a text, from 1.
type place struct {
	line, col int
	char      byte
}

// text is what could not be read, and where the library gave up.
type text struct {
	lines []string
	line  int
	pass
	before []place // brackets that are open before the line
}

// pass is what was seen on the way through a text.
type pass struct {
	open  []place // brackets that are not closed yet
	quote *place  // the first quote that its own line does not close
	extra *place  // the last bracket that closes none
	after *place  // the last text that follows a closed quote
}

// glance goes through the text up to the line, as far as quotes, brackets and comments go.
func (t *text) glance() {
	block := -1 // the indentation of the key of a text of several lines
	for n, l := range t.lines[:t.line] {
		t.before = append([]place(nil), t.open...)
		t.extra, t.after = nil, nil
		if block >= 0 && (strings.TrimSpace(l) == "" || firstColumn(l)-1 > block) {
			continue
		}
		block = -1
		if blockText.MatchString(l) {
			block = firstColumn(l) - 1
		}
		t.through(n+1, l)
	}
}

var blockText = regexp.MustCompile(`[:-] [|>][+-]?\d?\s*$`)

// through goes through a line.
func (p *pass) through(line int, l string) {
	begins := true // a value may begin here
	at := func(i int) *place { return &place{line, i + 1, l[i]} }
	for i := 0; i < len(l); i++ {
		c := l[i]
		switch {
		case c == ' ' || c == '\t':
			continue
		case c == '#' && (i == 0 || l[i-1] == ' ' || l[i-1] == '\t'):
			return
		case begins && (c == '"' || c == '\''):
			end := closed(l, i)
			if end < 0 {
				if p.quote == nil {
					p.quote = at(i)
				}
				return
			}
			i, begins = end, false
			if rest := strings.TrimLeft(l[end+1:], " "); rest != "" && !strings.ContainsAny(rest[:1], ":,]}#") {
				p.after = at(len(l) - len(rest))
			}
			continue
		case (c == '[' || c == '{') && (begins || len(p.open) > 0):
			p.open = append(p.open, *at(i))
			begins = true
			continue
		case (c == ']' || c == '}') && len(p.open) > 0:
			p.open = p.open[:len(p.open)-1]
		case c == ']' || c == '}':
			p.extra = at(i)
		}
		ended := i+1 == len(l) || l[i+1] == ' '
		begins = c == ',' && len(p.open) > 0 || (c == ':' || c == '-' && begins) && ended
	}
}

// closed returns where a quoted text ends in its line, or -1.
func closed(l string, from int) int {
	for i := from + 1; i < len(l); i++ {
		switch {
		case l[from] == '"' && l[i] == '\\':
			i++
		case l[i] != l[from]:
		case l[from] == '\'' && i+1 < len(l) && l[i+1] == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

// firstColumn is where a line has its first character that is no blank.
func firstColumn(l string) int { return len(l) - len(strings.TrimLeft(l, " \t")) + 1 }

func (t *text) here() string { return t.lines[t.line-1] }

func (t *text) at(col int, what, remedy string) *SyntaxError {
	return &SyntaxError{t.line, col, what, remedy}
}

func (t *text) quotes(string) *SyntaxError {
	if t.quote == nil {
		return nil
	}
	return &SyntaxError{
		t.quote.line, t.quote.col, fmt.Sprintf("the quote %c that opens here is not closed in its line", t.quote.char),
		"close it, or remove it",
	}
}

func (t *text) tabs(message string) *SyntaxError {
	for n, l := range t.lines[:t.line] {
		indent := l[:firstColumn(l)-1]
		col := strings.IndexByte(indent, '\t') + 1
		if col > 0 && strings.TrimSpace(l) != "" && (n == t.line-1 || strings.Contains(message, "tab")) {
			return &SyntaxError{n + 1, col, "the line is indented with a tab", "indent with spaces only"}
		}
	}
	if col := strings.IndexByte(t.here(), '\t') + 1; col > 0 && strings.Contains(message, "start any token") {
		return t.at(col, "there is a tab here", "write spaces instead")
	}
	return nil
}

var unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)

func (t *text) aliases(message string) *SyntaxError {
	m := unknownAnchor.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	col := strings.Index(t.here(), "*"+m[1]) + 1
	return t.at(max(col, 1), fmt.Sprintf("there is no anchor %q above", m[1]),
		"write &"+m[1]+" where it is meant; a pattern that begins with * needs quotes")
}

func (t *text) brackets(message string) *SyntaxError {
	comma := strings.Contains(message, "expected ','")
	if !comma && !strings.Contains(message, "node content") && !strings.Contains(message, "end of stream") &&
		!strings.Contains(message, "document start") {
		return nil
	}
	const commas = "put one comma between two; a value with brackets, quotes or a comma of its own needs quotes"
	last := t.line == len(t.lines) || strings.TrimSpace(t.here()) == ""
	switch {
	case len(t.before) > 0 && (keyForm.MatchString(t.here()) || last):
		b := t.before[len(t.before)-1]
		return &SyntaxError{
			b.line, b.col, fmt.Sprintf("the %c that opens here is not closed", b.char),
			"close it with " + closing(b.char),
		}
	case len(t.open) > len(t.before):
		b := t.open[len(t.open)-1]
		return t.at(b.col,
			fmt.Sprintf("the %c that opens here is not closed, or there is no comma between two values", b.char),
			"close it with "+closing(b.char)+", and put commas between")
	case t.after != nil:
		return t.at(t.after.col, "text follows after a quote was closed, or there is no comma between two values",
			commas)
	case t.extra != nil:
		return t.at(t.extra.col, fmt.Sprintf("the %c closes nothing", t.extra.char),
			"remove it, or put the value in quotes")
	case comma || len(t.open) > 0:
		return t.at(firstColumn(t.here()), "there is no comma between two values in brackets, or one too many", commas)
	}
	return t.at(firstColumn(t.here()), "this value belongs to nothing above it",
		"remove it, or put the value in quotes")
}

func closing(opening byte) string {
	if opening == '[' {
		return "]"
	}
	return "}"
}

// keyForm is a line that begins with a key.
var keyForm = regexp.MustCompile(`^\s*(?:- )*\s*([\pL\pN_.-]+|"[^"]*"|'[^']*'):(\s|$)`)

// glued is a line in which no space follows the colon of a key.
var glued = regexp.MustCompile(`^\s*(?:- )*([\pL_][\pL\pN_.-]*):[^\s:/]`)

// gluedDash is an item of a list without a space after its dash.
var gluedDash = regexp.MustCompile(`^\s*(-)[\pL{\["']`)

func (t *text) colons(message string) *SyntaxError {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return t.secondColon()
	case strings.Contains(message, "could not find expected ':'"):
		n := t.line
		for n > 1 && (strings.TrimSpace(t.lines[n-1]) == "" || keyForm.MatchString(t.lines[n-1])) {
			n--
		}
		l := t.lines[n-1]
		if m := glued.FindStringSubmatchIndex(l); m != nil {
			return &SyntaxError{
				n, m[3] + 1, "no space follows the colon of " + l[m[2]:m[3]],
				"write " + l[m[2]:m[3]] + ": and then the value",
			}
		}
		return &SyntaxError{
			n, firstColumn(l), "the line is neither a key with a colon nor an item of a list",
			"write KEY: VALUE, or - ITEM",
		}
	}
	return nil
}

// secondColon tells what makes a value look like a mapping in the wrong place.
func (t *text) secondColon() *SyntaxError {
	l := t.here()
	if n := t.above(); n > 0 {
		above := t.lines[n-1]
		if m := glued.FindStringSubmatchIndex(above); m != nil {
			return &SyntaxError{
				n, m[3] + 1, "no space follows the colon of " + above[m[2]:m[3]],
				"write " + above[m[2]:m[3]] + ": and then the value",
			}
		}
		for _, n := range []int{n, t.line} {
			if m := gluedDash.FindStringSubmatchIndex(t.lines[n-1]); m != nil {
				return &SyntaxError{n, m[2] + 1, "no space follows the dash", "write - and then the item"}
			}
		}
		if keyForm.MatchString(l) && !strings.Contains(keyForm.ReplaceAllString(l, ""), ": ") {
			return t.at(firstColumn(l), fmt.Sprintf(belowValue, n), "indent it as its neighbours")
		}
	}
	key := keyForm.FindStringIndex(l)
	if key == nil {
		return t.at(firstColumn(l), "there is a colon where no key can be", "put the value in quotes")
	}
	col := strings.Index(l[key[1]:], ":") + 1
	return t.at(key[1]+col, "the value contains a second colon with a space after it", "put the value in quotes")
}

const belowValue = "the line is indented below line %d, which has a value already"

// above returns the last line above that is no comment and not empty, or 0.
func (t *text) above() int {
	for n := t.line - 1; n > 0; n-- {
		if l := strings.TrimSpace(t.lines[n-1]); l != "" && l[0] != '#' {
			return n
		}
	}
	return 0
}

// reserved are characters with which a plain value cannot begin, and what the library says then.
var reserved = regexp.MustCompile("(?:^|[:\\[{,-] *)([*&!|>%@`?])")

func (t *text) characters(message string) *SyntaxError {
	odd := false
	for _, about := range []string{
		"start any token", "alphabetic or numeric", "comment or line break", "tag", "directive",
		"whitespace or line break", "indentation indicator", "URI",
	} {
		odd = odd || strings.Contains(message, about)
	}
	if strings.Contains(message, "escape") || strings.Contains(message, "hexdecimal") {
		return t.at(max(strings.IndexByte(t.here(), '\\')+1, 1), "YAML has no such escape in double quotes",
			`write \\ for a backslash, or use single quotes`)
	}
	m := reserved.FindStringSubmatchIndex(t.here())
	if !odd || m == nil {
		return nil
	}
	c := t.here()[m[2]:m[3]]
	return t.at(m[2]+1, "a plain value cannot begin with "+c, "put the value in quotes")
}

func (t *text) indents(message string) *SyntaxError {
	l := t.here()
	col := firstColumn(l)
	switch {
	case strings.Contains(message, "sequence entries are not allowed"):
		if at := strings.Index(l, ": - "); at >= 0 {
			return t.at(at+3, "an item of a list is on the line of its key",
				"begin a new line for it, or write [A, B]")
		}
		return t.at(col, "there is an item of a list where none can be",
			"indent it as the items above, or end the value above first")
	case !strings.Contains(message, "expected key") && !strings.Contains(message, "'-' indicator"):
		return nil
	case t.after != nil:
		return t.at(t.after.col, "text follows after a quote was closed",
			"put the whole value into quotes, and double a quote inside of it")
	case t.extra != nil:
		return t.at(t.extra.col, fmt.Sprintf("the %c closes nothing", t.extra.char),
			"remove it, or put the value in quotes")
	}
	if n := t.above(); n > 0 && col > firstColumn(t.lines[n-1]) && keyForm.MatchString(l) {
		return t.at(col, fmt.Sprintf(belowValue, n), "indent it as its neighbours")
	}
	return t.at(col, fmt.Sprintf("the line is indented by %d, as no line above that it could belong to", col-1),
		"indent it as its neighbours, with spaces")
}
