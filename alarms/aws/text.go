package aws

import (
	"strings"

	"github.com/oncalm/oncalm/text"
)

// Limits of what is kept of texts from outside, in characters (runes). Names are cut
// where CloudWatch itself ends them.
const (
	MaxName        = 255
	MaxTitle       = 150
	MaxDescription = 2000
	MaxReason      = 1500
	MaxText        = 8000
	MaxARN         = 2000
	MaxValue       = 1024
	MaxRaw         = 16 << 10 // bytes
	MaxPairs       = 30
	MaxNesting     = 100 // of JSON
)

// Line makes a text from outside fit for one line, of at most limit characters. The spaces in it stay as they are: what is
// shown is compared with patterns, too.
func Line(s string, limit int) string {
	return text.ClipRunes(strings.TrimSpace(spaces.Replace(text.Clean(s))), limit)
}

var spaces = strings.NewReplacer("\n", " ", "\t", " ")

// Block is [Line] for a text of several lines.
func Block(s string, limit int) string {
	return text.ClipRunes(strings.TrimSpace(text.Clean(s)), limit)
}

// FirstOf returns the first text that is not empty.
func FirstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// FirstLine is the first line of a text that has something on it.
func FirstLine(text string) string {
	for l := range strings.Lines(text) {
		if l = Line(l, MaxTitle); l != "" {
			return l
		}
	}
	return ""
}
