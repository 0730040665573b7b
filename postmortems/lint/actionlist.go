package lint

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// Where action items and what the rules need to know stand in a text.
var (
	actionHeading = regexp.MustCompile(`(?i)^#{1,6}\s.*\b(action items?|actions|follow-ups?|việc cần làm|hành động)\b`)
	severityCell  = regexp.MustCompile(`(?im)^\|?\s*severity\s*[|:]\s*(sev ?-?[1-4])\b`)
	endCell       = regexp.MustCompile(`(?im)^\|?\s*(?:resolved|opened|date)(?: \(utc\))?\s*[|:]\s*(\d{4}-\d{2}-\d{2})`)
	byPerson      = regexp.MustCompile(`(?i)\bDeclared by\b|\b(?:reported|detected|noticed|found) by an? (?:customer|user|person|colleague)`)
	entry         = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.+)`)
	listOwner     = regexp.MustCompile(`(?i)@[\w.-]+|<@\w+>|\bowner:\s*([^,;()]+)`)
	listDue       = regexp.MustCompile(`(?i)\bdue:?\s+([^,;()]+)|\bby \d{4}-\d{2}-\d{2}|\d{4}-\d{2}-\d{2}`)
	listType      = regexp.MustCompile(`(?i)\b(?:type:\s*)?(detect|mitigate|prevent|process|docs)\b`)
	separator     = regexp.MustCompile(`^\|?[\s:|-]+\|?$`)
)

// actionFindings looks at the action items of a text.
func actionFindings(text []byte) []Finding {
	items := ActionsIn(text)
	if len(items) == 0 {
		return nil
	}
	about := Incident{ByPerson: byPerson.Match(text)}
	if m := severityCell.FindSubmatch(text); m != nil {
		about.Severity = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(string(m[1])))
	}
	if m := endCell.FindAllSubmatch(text, -1); m != nil {
		about.Ended, _ = time.Parse(time.DateOnly, string(m[len(m)-1][1])) // what is no day stays unknown
	}
	return Actions(items, about)
}

// ActionsIn reads the action items of a text: rows of a table, or entries of a list, under a heading that says so.
func ActionsIn(text []byte) []Action {
	var all []Action
	var columns []string
	inside, fenced := false, false
	at := 0
	for line := range bytes.Lines(text) {
		from := at
		at += len(line)
		s := strings.TrimSpace(string(line))
		switch {
		case strings.HasPrefix(s, "```"):
			fenced = !fenced
		case fenced:
		case strings.HasPrefix(s, "#"):
			inside, columns = actionHeading.MatchString(s), nil
		case !inside || separator.MatchString(s):
		case strings.HasPrefix(s, "|") && columns == nil:
			columns = cells(s)
		case strings.HasPrefix(s, "|"):
			all = add(all, ofRow(columns, cells(s)), from, s, line)
		case columns == nil && entry.MatchString(s): // below a table they are something else
			all = add(all, ofEntry(entry.FindStringSubmatch(s)[1]), from, s, line)
		}
	}
	return all
}

// add adds an item with its place, if it says anything.
func add(all []Action, a Action, from int, s string, line []byte) []Action {
	if blank(a.Text) {
		return all
	}
	a.From = from + bytes.Index(line, []byte(s))
	a.To = a.From + len(s)
	if n := strings.Index(s, a.Text); n >= 0 {
		a.From, a.To = a.From+n, a.From+n+len(a.Text)
	}
	return append(all, a)
}

func cells(row string) []string {
	var all []string
	for cell := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(row, `\|`, "\x00"), "|"), "|") {
		all = append(all, strings.TrimSpace(strings.ReplaceAll(cell, "\x00", `\|`)))
	}
	return all
}

// ofRow reads a row of a table by the names of its columns.
func ofRow(columns, row []string) Action {
	var a Action
	for n, cell := range row {
		if n >= len(columns) {
			break
		}
		name := strings.ToLower(columns[n])
		for _, c := range [...]struct {
			names string
			to    *string
		}{
			{"what action item text description task việc", &a.Text},
			{"owner assignee who responsible người", &a.Owner}, {"due date deadline when hạn", &a.Due}, {"type loại", &a.Type},
			{"verified verify verification kiểm", &a.VerifyBy}, {"ticket link bug issue jira tracking", &a.Link},
		} {
			first, _, _ := strings.Cut(name, " ")
			if *c.to == "" && strings.Contains(" "+c.names+" ", " "+first+" ") {
				*c.to = cell
			}
		}
	}
	return a
}

// ofEntry reads an entry of a list: "Add an alarm on the queue (@ana, due 2026-04-30, detect, OPS-12)".
func ofEntry(s string) Action {
	a := Action{Text: s, Link: ticket.FindString(s), Type: ""}
	if m := listOwner.FindStringSubmatch(s); m != nil {
		if a.Owner = m[1]; a.Owner == "" {
			a.Owner = m[0]
		}
	}
	if m := listDue.FindStringSubmatch(s); m != nil {
		if a.Due = m[1]; a.Due == "" {
			a.Due = m[0]
		}
	}
	if m := listType.FindStringSubmatch(s); m != nil {
		a.Type = m[1]
	}
	return a
}
