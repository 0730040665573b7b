package lookup

import (
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/logs"
	"github.com/oncalm/oncalm/lookups/traces"
	"github.com/oncalm/oncalm/text"
)

// unknown says what the configuration lacks.
func unknown(i *incidents.Incident, what, key, are string) blocks.Message {
	return blocks.Sentence("I do not know ", what, blocks.Strong(i.Service), are, "; nothing was looked at. Add ",
		blocks.Code(text.Clip(text.Line(key), 200)), " to the service in the configuration.")
}

// begun is the answer at once.
func begun(i *incidents.Incident, what string, from, to time.Time) blocks.Message {
	return blocks.Sentence("I look at the ", what, " of ", blocks.Strong(i.Service), " for ", blocks.Strong(i.ID), " (",
		text.Line(i.Title), "), from ", from, " to ", to, ". What I find comes here, for you alone.")
}

// refused says why there is nothing to show.
func refused(w work, no *lookups.Refusal) blocks.Message {
	what, m := "traces", blocks.Message{}
	if w.Logs != nil {
		what = "logs"
		m.Rows = linkOf(w)
	}
	m.Body = []blocks.Paragraph{blocks.Para(blocks.Say("The ", what, " of ", blocks.Strong(w.Service), " for ",
		blocks.Strong(w.Incident), " cannot be shown: ", no.Why, ". What to do: ", no.Do, "."))}
	return m
}

// linkOf is the button that leads to the question in the console, if it is known where that is.
func linkOf(w work) [][]blocks.Button {
	return [][]blocks.Button{{{Label: "Open in Logs Insights", Action: "open/logs", URL: w.Logs.Link()}}}
}

// logsMessage shows patterns. What is written in logs is shown as code, in which nothing has a meaning.
func logsMessage(w work, a logs.Answer) blocks.Message {
	s := *w.Logs
	of := "error, exception, fatal, panic or timed out"
	if len(s.Words) > 0 {
		of = text.List(quoted(s.Words), "and")
	}
	head := blocks.Say("Logs of ", blocks.Strong(w.Service), " for ", blocks.Strong(w.Incident), " (", named(s.Groups),
		"), ", s.From, " to ", s.To, ": ")
	if a.Matched == 0 {
		head = blocks.Say(head, "none of ", counted(a.Lines, "line", "lines"), " has ", of, " in it.")
	} else {
		head = blocks.Say(head, number(a.Matched), " of ", counted(a.Lines, "line", "lines"), " with ", of, ".")
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(head)}, Rows: linkOf(w)}
	var lines []blocks.Line
	for _, p := range a.Patterns {
		lines = append(lines, blocks.Say(number(p.Lines), " × ", blocks.Code(p.Text)))
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say("Scanned ", size(a.Bytes), ", ", dollars(a.Cost()),
		". Only you see this.")))
	return m
}

func quoted(words []string) (all []string) {
	for _, w := range words {
		all = append(all, "“"+text.Clip(text.Line(w), maxWord)+"”")
	}
	return all
}

// size is a number of bytes in words.
func size(n float64) string {
	for _, unit := range [...]struct {
		of   float64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= unit.of {
			return fmt.Sprintf("%.1f %s", n/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%.0f bytes", max(n, 0))
}

// dollars is a small sum, which is not known exactly.
func dollars(n float64) string {
	switch {
	case n < 0.001:
		return "less than $0.001"
	case n < 0.1:
		return fmt.Sprintf("about $%.3f", n)
	}
	return fmt.Sprintf("about $%.2f", n)
}

// number is a count with commas between thousands.
func number(n int) string {
	s := strconv.Itoa(max(n, 0))
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// tracesMessage shows which services fail.
func tracesMessage(w work, a traces.Answer) blocks.Message {
	s := *w.Traces
	head := blocks.Say("Traces of ", blocks.Strong(w.Service), " for ", blocks.Strong(w.Incident), " (",
		named(s.Services), "), ", s.From, " to ", s.To, ": ")
	switch {
	case !a.Known:
		head = blocks.Say(head, "X-Ray knows no such service at that time. Correct ", blocks.Code("traces"),
			" of the service in the configuration, or look whether it sends traces.")
	case len(a.Failing) == 0:
		head = blocks.Say(head, "no call failed, of it or of what it calls.")
	default:
		head = blocks.Say(head, "what fails, of it and of what it calls, the most often first.")
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(head)}}
	var lines []blocks.Line
	for _, one := range a.Failing {
		lines = append(lines, failing(one))
	}
	if a.More > 0 {
		lines = append(lines, blocks.Say("and ", a.More, " more"))
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	last := blocks.Line{}
	if len(a.Traces) > 0 {
		last = blocks.Say("Traces that failed: ")
		for n, t := range a.Traces {
			if n > 0 {
				last = blocks.Say(last, ", ")
			}
			last = blocks.Say(last, traceLink(t), " (", t.At, ", ", took(t.Took), ")")
		}
		last = blocks.Say(last, ". ")
	}
	if a.Partly {
		last = blocks.Say(last, "There is more than was read. ")
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say(last, "Only you see this.")))
	return m
}

func traceLink(t traces.Trace) blocks.Span {
	const seen = 10 // of an id
	name := "…" + t.ID[max(len(t.ID)-seen, 0):]
	if t.Link == "" {
		return blocks.Code(name)
	}
	return blocks.Link(t.Link, name)
}

// failing is one service in a line.
func failing(s traces.Service) blocks.Line {
	l := blocks.Say(blocks.Strong(s.Name))
	if s.Type != "" {
		l = blocks.Say(l, " (", s.Type, ")")
	}
	var what []string
	for _, one := range [...]struct {
		n         int
		one, many string
	}{{s.Faults, "fault", "faults"}, {s.Errors, "error", "errors"}, {s.Throttles, "throttled", "throttled"}} {
		if one.n > 0 {
			what = append(what, counted(one.n, one.one, one.many))
		}
	}
	l = blocks.Say(l, ": ", text.List(what, "and"), " in ", counted(s.Calls, "call", "calls"))
	if s.Calls > 0 {
		l = blocks.Say(l, fmt.Sprintf(" (%d %%)", (s.Faults+s.Errors+s.Throttles)*100/s.Calls))
	}
	if s.P90 > 0 {
		l = blocks.Say(l, "; p90 ", took(s.P90))
	}
	return l
}

// took is how long a call took.
func took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
