package call

import (
	"strings"
	"unicode/utf8"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/text"
)

const (
	mostSaid = 200  // characters of the service and of the title each, which take about 15 seconds
	mostSSML = 6000 // characters that End User Messaging takes, with the elements
)

const pause = `<break time="700ms"/>`

// Speech is what a voice says of pages, the worst first, as SSML. What an outsider wrote is text in it, and nothing else.
func Speech(pages []paging.Page) string {
	for most := mostSaid; ; most /= 2 {
		if s := speech(pages, most); utf8.RuneCountInString(s) <= mostSSML || most == 0 {
			return s
		}
	}
}

func speech(pages []paging.Page, most int) string {
	i := &pages[0].Incident
	said := "Severity " + severity(i.Severity) + ". Incident " + digits(i.ID) + "."
	if pages[0].Reminder {
		said += " It is still open."
	}
	said += pause + "Service " + spoken(i.Service, most) + "." + pause + spoken(i.Title, most) + "." + pause
	switch others := len(pages) - 1; {
	case others == 1:
		said += "There is one more incident." + pause
	case others > 1:
		said += text.Count(others, "", "more incidents") + " are open." + pause
	}
	return `<speak><p>Oncalm calls ` + spoken(pages[0].Person, most) + `.</p><p>` + said + `</p><p>I say it again. ` + said +
		`</p><p>Please acknowledge it in Slack, or with the link of another message.</p></speak>`
}

// noted is what a voice says of a note: twice, and a code sign by sign.
func noted(n reach.Note) string {
	said := spoken(n.Text, mostSaid)
	if before, after, ok := strings.Cut(n.Text, n.Code); ok && n.Code != "" {
		said = spoken(before, mostSaid) + " " + digits(n.Code) + "." + pause + spoken(strings.TrimLeft(after, ". "), mostSaid)
	}
	return `<speak><p>Oncalm calls ` + spoken(n.Person, mostSaid) + `.</p><p>` + said + `.</p><p>I say it again. ` + said + `.</p></speak>`
}

// severity is how it is said: sev1 is severity one.
func severity(s string) string {
	switch s {
	case incidents.Sev1:
		return "one"
	case incidents.Sev2:
		return "two"
	case incidents.Sev3:
		return "three"
	case incidents.Sev4:
		return "four"
	}
	return spoken(s, mostSaid)
}

// digits has an identifier said digit by digit: people type it, and 4217 is not understood at night as a number.
func digits(id string) string {
	return `<say-as interpret-as="characters">` + escape(text.Line(id)) + `</say-as>`
}

// spoken returns what an outsider wrote so that a voice can say it: marks that join words are spaces, and it ends at a word if it is
// too long.
func spoken(s string, most int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`-_/\|:;#*~^"`+"`", r) {
			return ' '
		}
		return r
	}, text.Line(s))), " ")
	if short := text.ClipRunes(s, most); short != s {
		s = strings.TrimSuffix(short, "…")
		if n := strings.LastIndexByte(s, ' '); n > most/2 {
			s = s[:n]
		}
	}
	return escape(strings.TrimRight(s, ". "))
}

// escape makes text of what may be XML.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(s)
}
