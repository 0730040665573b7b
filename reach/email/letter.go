package email

import (
	"bytes"
	_ "embed" // the form of what is sent as HTML
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/text"
)

// A letter is what one message says. Each header, and the subject, is one line.
type letter struct {
	subject, text, html string
	headers             []types.MessageHeader
}

// Bounds of what is sent.
const (
	mostSubject = 150
	mostReason  = 1000
	mostOthers  = 50
)

// facts are what a letter is made of.
type facts struct {
	Severity, Heading, About string
	Reminder                 bool
	Why, Reason, Since       string
	Runbook, Link            string
	Others                   []string
	More                     int // than are in Others
}

// compose makes a letter of pages, the worst first, of which link acknowledges the first.
func compose(pages []paging.Page, link string) (letter, error) {
	f := factsOf(pages, link)
	var page bytes.Buffer
	if err := form.Execute(&page, f); err != nil {
		return letter{}, fmt.Errorf("email: %w", err)
	}
	return letter{subject: subject(&pages[0].Incident), text: f.text(), html: page.String()}, nil
}

// note makes a letter of what is no page.
func note(n reach.Note) (letter, error) {
	var page bytes.Buffer
	if err := noteForm.Execute(&page, n); err != nil {
		return letter{}, fmt.Errorf("email: %w", err)
	}
	l := letter{subject: text.Clip(text.Line(n.Title), mostSubject), text: text.Clean(n.Text) + "\n", html: page.String(),
		headers: []types.MessageHeader{header("Auto-Submitted", "auto-generated")}}
	if n.Link != "" {
		l.text += "\n" + n.Label + ": " + n.Link + "\n"
	}
	return l, nil
}

func header(name, value string) types.MessageHeader {
	return types.MessageHeader{Name: aws.String(name), Value: aws.String(value)}
}

func factsOf(pages []paging.Page, link string) facts {
	worst := pages[0]
	i := &worst.Incident
	f := facts{
		Severity: i.Severity, Heading: strings.TrimSpace(reach.Heading(i)), About: reach.Subject(i),
		Reminder: worst.Reminder, Why: reach.Unlinked(text.Line(worst.Why)),
		Since: i.Opened.UTC().Format("2006-01-02 15:04 UTC"), Runbook: i.Runbook, Link: link,
	}
	if worst.Alarm != nil {
		f.Reason = reach.Unlinked(text.Clip(text.Line(worst.Alarm.Reason), mostReason))
	}
	for _, other := range pages[1:] {
		if len(f.Others) == mostOthers {
			f.More = len(pages) - 1 - mostOthers
			break
		}
		f.Others = append(f.Others, reach.Heading(&other.Incident)+reach.Subject(&other.Incident))
	}
	return f
}

// subject is the same for all messages of an incident as long as it is as bad: some mailboxes begin another conversation with
// another.
func subject(i *incidents.Incident) string {
	return text.Clip(reach.Heading(i)+reach.Subject(i), mostSubject)
}

// text is the letter without any form.
func (f facts) text() string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, s := range parts {
			b.WriteString(s)
		}
		b.WriteByte('\n')
	}
	line(f.Heading, " ", f.About)
	line()
	if f.Reminder {
		line("It is still open.")
	}
	line("You are paged: ", f.Why, ".")
	if f.Reason != "" {
		line("The alarm says: ", f.Reason)
	}
	line("Open since ", f.Since, ".")
	if f.Runbook != "" {
		line("Runbook: ", f.Runbook)
	}
	line()
	if f.Link == "" {
		line("Answer in Slack.")
	} else {
		line("Acknowledge: ", f.Link)
	}
	for n, other := range f.Others {
		if n == 0 {
			line()
			line("Also open:")
		}
		line(other)
	}
	if f.More > 0 {
		line("and ", strconv.Itoa(f.More), " more")
	}
	return b.String()
}

// headers make one conversation of all that is sent of an incident, and keep answers of machines away.
func headers(i *incidents.Incident, from string) []types.MessageHeader {
	// Identifiers of incidents begin anew in a new store: the time makes the conversation one of its own.
	conversation := fmt.Sprintf("<incident-%s-%d@%s>", token(i.ID), i.Opened.Unix(), token(domain(from)))
	all := []types.MessageHeader{header("References", conversation), header("In-Reply-To", conversation),
		header("Auto-Submitted", "auto-generated")}
	if i.Severity == incidents.Sev1 || i.Severity == incidents.Sev2 {
		all = append(all, header("Importance", "high"), header("X-Priority", "1"))
	}
	return all
}

// token keeps of a text what may be in the name of a message.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, s)
}

//go:embed letter.html
var formText string

//go:embed note.html
var noteText string

var (
	form     = template.Must(template.New("letter").Parse(formText))
	noteForm = template.Must(template.New("note").Parse(noteText))
)
