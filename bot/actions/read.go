package actions

import (
	"regexp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents/response"
)

// What may stand behind the text of an item, one behind the other. Each needs a space or a sign in front: their words are words in
// texts, too.
var (
	dueForm    = regexp.MustCompile(`(?is)^(.*?)[\s,;.–—-]+(?:due|by)(?:\s+on)?[\s:]+(\S.*?)\.?$`)
	lastDue    = regexp.MustCompile(`(?is)^(.*)[\s,;.–—-]+(?:due|by)(?:\s+on)?[\s:]+(\S.*?)\.?$`)
	typeForm   = regexp.MustCompile(`(?is)^(.*?)[\s,;.–—-]+type[\s:]+(\S+?)\.?$`)
	rankForm   = regexp.MustCompile(`(?is)^(.*?)[\s,;.–—-]+(?:(?:priority|prio)[\s:]+)?(p[1-4])\.?$`)
	linkForm   = regexp.MustCompile(`(?is)^(.*?)[\s,;.–—-]+(?:link|ticket)[\s:]+(\S+)$`)
	verifyForm = regexp.MustCompile(`(?is)^(.*?)[\s,;.–—-]+verif(?:y|ied)[\s-]*by[\s:]+(\S.*)$`)
	timed      = regexp.MustCompile(`^\d\S*(?:\s+[[:alpha:]]+)?$`) // what is meant as a time: 25:00
)

// Read takes off the end of a text what else is said of an item, and puts it into f; what is left is the text. What is unclear
// says what could not be read.
func Read(said string, f response.Planned, now time.Time, zone *time.Location) (_ response.Planned, rest,
	unclear string) {
	rest = " " + strings.TrimSpace(said)
	dated, typed := false, false
	for again := true; again; {
		again = false
		cut := func(form *regexp.Regexp, take func(string) bool) {
			if m := form.FindStringSubmatch(rest); m != nil && take(m[2]) {
				rest, again = m[1], true
			}
		}
		cut(typeForm, func(s string) (ok bool) {
			ok = known(response.Types(), s, &f.Type)
			typed = typed || ok
			return ok
		})
		cut(rankForm, func(s string) bool { return known(response.Priorities(), s, &f.Priority) })
		cut(linkForm, func(s string) bool { f.Link = s; return true })
		due := func(s string) (ok bool) {
			at, ok := dueOf(s, now, zone)
			if ok {
				f.Due, dated = at, true
			}
			return ok
		}
		cut(dueForm, due)
		cut(lastDue, due)
		if !again {
			cut(verifyForm, func(s string) bool { f.VerifyBy = s; return true })
		}
	}
	if m := dueForm.FindStringSubmatch(rest); !dated && m != nil && timed.MatchString(m[2]) {
		unclear = "I do not understand when that is due."
	}
	if m := typeForm.FindStringSubmatch(rest); !typed && m != nil && near(m[2]) {
		unclear = "The types are detect, mitigate, prevent and process."
	}
	return f, strings.TrimSpace(rest), unclear
}

// known takes one of some words, in any case.
func known(words []string, said string, to *string) bool {
	for _, w := range words {
		if strings.EqualFold(w, said) {
			*to = w
			return true
		}
	}
	return false
}

// near reports whether a word was meant as a type and mistyped.
func near(said string) bool {
	for _, t := range response.Types() {
		if strings.EqualFold(said[:min(3, len(said))], t[:3]) {
			return true
		}
	}
	return false
}

// dueOf reads until when an item is due: the end of the day, or the time, that is named. What is further than a year is no time, but a
// number that looks like one. It is a time in the zone of whoever says it; a day is due at its last minute.
func dueOf(said string, now time.Time, zone *time.Location) (time.Time, bool) {
	for _, form := range []string{said, "until " + said} {
		if s, err := when.Parse(form, now, zone); err == nil && s.To.Sub(now) < 366*24*time.Hour {
			if !s.Length && s.To.Hour() == 0 && s.To.Minute() == 0 { // the end of a day is read as that day
				s.To = s.To.Add(-time.Minute)
			}
			return s.To.UTC().Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}
