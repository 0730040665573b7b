package patterns

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// quotes are what word processors make of quotes, and quotes in quotes. YAML takes only straight ones, and only the
// outermost.
var quotes = regexp.MustCompile(`^\s*[“”„‟«»]|[“”„‟«»]\s*$|^\s*(["'‘’‚‛‹].*["'‘’‛›]|` + "`.*`" + `)\s*$`)

// InQuotes reports whether there are quotes around a text that are a part of it.
func InQuotes(s string) bool { return quotes.MatchString(s) }

// Quoted warns of quotes around a text that are a part of it. It is a warning: an alarm may be called so.
func Quoted(v reading.Value, s string) {
	if InQuotes(s) {
		v.Warnf("take them out, or write straight ones, once",
			"the quotes around %s are a part of it", reading.Quote(v.Text()))
	}
}

// Padded warns of white space around a text.
func Padded(v reading.Value, s string) {
	if s != strings.TrimSpace(s) {
		v.Warnf("take it out", "the white space around %s is a part of it", reading.Quote(v.Text()))
	}
}
