// Package patterns reads patterns, in which * is any text and ? any character, and names of regions. What can be read
// and fits nothing, or is hardly meant so, is found here: regular expressions, ARNs in the place of names, quotes of a
// word processor.
package patterns

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Forms of what an alarm can be matched by; each may be a pattern.
var (
	Account   = regexp.MustCompile(`^([0-9?]{12}|[0-9?]{0,11}\*[0-9*?]{0,11})$`)
	Dimension = regexp.MustCompile(`^[^=\s]+=.+$`)
	Topic     = regexp.MustCompile(`^[A-Za-z0-9:._*?-]+$`)
)

// maxPattern is the longest pattern, in bytes: as long as the name of an alarm may be (PutMetricAlarm), which also bounds
// the work of a comparison.
const maxPattern = 255

// Text returns the reader of a pattern for texts of messages, which are trimmed before they are compared.
func Text(to *string, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := anyPattern(v, wanted)
		switch {
		case !ok:
		case s != strings.TrimSpace(s):
			v.Errorf("take it out",
				"%s has white space around it, which no message has: it matches none", reading.Quote(v.Text()))
		default:
			*to = s
		}
	}
}

// Name returns the reader of a pattern for the names of alarms.
func Name(to *string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := anyPattern(v, "an alarm's name, such as checkout-*")
		switch {
		case !ok:
		case strings.HasPrefix(s, "arn:"):
			arnAsName(v, s)
		default:
			Padded(v, s)
			foreign(v, s)
			*to = s
		}
	}
}

// ways of other languages to write a pattern, as names of alarms are hardly written.
var (
	severalNames = regexp.MustCompile(`\*\s*[,;]\s*\S`)
	percentSign  = regexp.MustCompile(`[-_./:]%$`)
)

// foreign warns of a list in one text, and of the % of SQL.
func foreign(v reading.Value, s string) {
	switch {
	case severalNames.MatchString(s):
		v.Warnf(`write each for itself, as in ["checkout-*", "search-*"]`,
			"%s looks like several patterns, but is one", reading.Quote(v.Text()))
	case percentSign.MatchString(s):
		v.Warnf("* is any text, as in checkout-*", "the %% of %s is taken literally", reading.Quote(v.Text()))
	}
}

// arnAsName says what to write instead of an ARN where a name is compared. A reference is not taken apart, since the remedy
// would show what it stands for.
func arnAsName(v reading.Value, arn string) {
	remedy := "write the alarm's name alone"
	_, name, isAlarm := strings.Cut(arn, ":alarm:")
	switch a, ok := aws.ParseARN(arn); {
	case v.Refers():
	case ok && isAlarm && aws.IsAccount(a.Account) && aws.IsRegion(a.Region):
		remedy += `: {name: "` + name + `", account: "` + a.Account + `", region: ` + a.Region + `}`
	case ok && isAlarm:
		remedy += `: "` + name + `"`
	case ok && a.Service == "sns":
		remedy = `write {topic: "` + arn + `"} for all alarms that come over the topic`
	}
	v.Errorf(remedy, "%s is an ARN, and is compared with the names of alarms: it matches none", reading.Quote(v.Text()))
}

// anyPattern reads a pattern, and warns of what counts in it and is hardly meant to.
func anyPattern(v reading.Value, wanted string) (string, bool) {
	s, ok := v.Filled(wanted)
	switch {
	case !ok:
		return "", false
	case len(s) > maxPattern:
		v.Errorf("shorten it: names of alarms have at most 255 characters", "the pattern is too long")
		return "", false
	}
	expression(v, s)
	Quoted(v, s)
	return s, true
}

// expressions are what regular expressions have and names of alarms hardly do: .* and .+, anchors, classes, choices,
// escapes.
var expressions = regexp.MustCompile(`\.[*+]|^\^|\$$|\[[^\]]*-[^\]]*\][*+?]?|\[[^\]]*\][*+]` +
	`|\([^()]*\|[^()]*\)|\\[.dwsbDWS*+?()\[\]-]|\(\?[:i]|[^|]\|[^|]|\)[+]|\{\d+(,\d*)?\}`)

// expression warns of a regular expression in the place of a pattern.
func expression(v reading.Value, pattern string) {
	if odd := expressions.FindString(pattern); odd != "" {
		v.Warnf("* is any text and ? any character, as in checkout-*; for several patterns write several",
			"%s looks like a regular expression; %s is taken literally", reading.Quote(v.Text()), reading.Quote(odd))
	}
}

// Formed returns the reader of a text of one form.
func Formed(to *string, form *regexp.Regexp, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		switch {
		case !ok:
		case !form.MatchString(s):
			v.Errorf("expected "+wanted, "%s cannot be %s", v.Key, reading.Quote(v.Text()))
		default:
			if form == Dimension {
				expression(v, s)
				Quoted(v, s)
				Padded(v, s)
			}
			*to = s
		}
	}
}
