package reading

import (
	"regexp"
	"strings"
)

// quotes are what word processors make of quotes, and quotes in quotes. YAML takes only straight ones, and only the outermost.
var quotes = regexp.MustCompile(`^\s*[“”„‟«»]|[“”„‟«»]\s*$|^\s*(["'‘’‚‛‹].*["'‘’‛›]|` + "`.*`" + `)\s*$`)

// Quoted warns of quotes around a text that are a part of it.
func (r *Reader) Quoted(v Value, s string) {
	if InQuotes(s) {
		r.Warnf(v, "take them out, or write straight ones, once", "the quotes around %s are a part of it", Quote(v.Text))
	}
}

// Padded warns of white space around a text.
func (r *Reader) Padded(v Value, s string) {
	if s != strings.TrimSpace(s) {
		r.Warnf(v, "take it out", "the white space around %s is a part of it", Quote(v.Text))
	}
}

// InQuotes reports whether there are quotes around a text that are a part of it.
func InQuotes(s string) bool { return quotes.MatchString(s) }
