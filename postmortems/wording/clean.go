package wording

import (
	"strings"
	"unicode"

	"github.com/oncalm/oncalm/text"
)

// Shortest is how many characters of a text from outside a sentence quotes.
const Shortest = 200

// newline shows where a text went on in a new line. All texts of a document are of one
// line, as cells of tables have to be.
const newline = "⏎"

// Clean makes a text fit for one line: clean as [text.Clean] has it, with single spaces, and newline for the ends of lines.
func Clean(s string) string {
	if !strings.ContainsAny(s, "\n\r\v\f\u0085\u2028\u2029") {
		return text.Line(s)
	}
	var lines []string
	for l := range strings.Lines(text.Clean(s)) {
		if l = text.Line(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, " "+newline+" ")
}

// Isolates keep a text that runs from right to left from changing the order of what
// stands around it.
const (
	isolateStart = "\u2068"
	isolateEnd   = "\u2069"
)

// Isolated puts a clean text between isolates if it has letters that run from right to
// left.
func Isolated(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	return isolateStart + s + isolateEnd
}

func rightToLeft(r rune) bool {
	return r >= 0x0590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko,
		unicode.Adlam, unicode.Mandaic, unicode.Samaritan)
}

// Said is a text from outside within one of ours.
func Said(s string) string { return Isolated(Clean(s)) }

// Short is [Said] for a sentence: a long text is cut.
func Short(s string) string { return Isolated(text.Clip(Clean(s), Shortest)) }

// Quoted is a text from outside within a sentence, as somebody's words.
func Quoted(s string) string { return "“" + Short(s) + "”" }

// Tidy is [Said] for a text that may have isolates of ours in it. If the text is not as
// we put it together they go, and if there are none it is isolated as a whole.
func Tidy(s string) string {
	if strings.Contains(s, isolateStart) && balanced(s) {
		bare := strings.ReplaceAll(strings.ReplaceAll(s, isolateStart, ""), isolateEnd, "")
		if Clean(bare) == bare {
			return s
		}
	}
	return Said(s)
}

// balanced reports whether each isolate that is begun is ended before the next.
func balanced(s string) bool {
	open := false
	for _, r := range s {
		switch string(r) {
		case isolateStart:
			if open {
				return false
			}
			open = true
		case isolateEnd:
			if !open {
				return false
			}
			open = false
		}
	}
	return !open
}
