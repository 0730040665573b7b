package records

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store/record"
)

// summary is an incident in a list. It is what other programs read: names and meanings stay, and null is not left out.
type summary struct {
	ID           string           `json:"id"`
	Status       incidents.Status `json:"status"`
	Severity     string           `json:"severity"`
	Service      string           `json:"service"`
	Title        string           `json:"title"`
	Opened       time.Time        `json:"opened"`
	Alarms       int              `json:"alarms"`       // that are part of it, or were
	Quiet        bool             `json:"quiet"`        // nobody is paged for it
	Silenced     string           `json:"silenced"`     // by whom, until when and why; empty if it is not
	Held         string           `json:"held"`         // until when nobody is paged; of a resolved one: nobody was
	Acknowledged *time.Time       `json:"acknowledged"` // null if nobody has
	Resolved     *time.Time       `json:"resolved"`     // null if it is open
}

// summarise is a row of the index of history in that form. Times are UTC.
func summarise(i history.Row) summary {
	return summary{
		ID: i.ID, Status: i.Status, Severity: i.Severity, Service: i.Service, Title: i.Title,
		Alarms: i.Alarms, Quiet: i.Quiet, Silenced: i.Silenced, Held: i.Held, Opened: i.Opened.UTC(),
		Acknowledged: given(i.Acknowledged), Resolved: given(i.Resolved),
	}
}

// given is a time in JSON: null if there is none.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// addTo adds an incident to a list, which may be long: without reflection, if nothing in it is written in another way then.
// Package record writes < > & as \u003c and the like, and [cli.Elements] does not: a row with one of these is written by
// reflection, so that all rows look alike.
func addTo(list *cli.Elements, i summary) error {
	const escaped = "<>&"
	for _, written := range []string{i.ID, string(i.Status), i.Severity, i.Service, i.Title, i.Silenced, i.Held} {
		if strings.ContainsAny(written, escaped) {
			return list.Add(i)
		}
	}
	val, err := record.Marshal(rowSize, &i, (*summary).fields)
	if err != nil {
		return list.Add(i)
	}
	return list.AddRaw(val)
}

// rowSize is about how many bytes an incident in a list takes.
const rowSize = 320

// fields are those of an incident in a list, as encoding/json writes them.
func (i *summary) fields(o *record.Object) {
	o.Text("id", &i.ID)
	record.Word(o, "status", &i.Status)
	o.Text("severity", &i.Severity)
	o.Text("service", &i.Service)
	o.Text("title", &i.Title)
	o.Time("opened", &i.Opened)
	o.Int("alarms", &i.Alarms)
	raw(o, "quiet", strconv.FormatBool(i.Quiet))
	o.Text("silenced", &i.Silenced)
	o.Text("held", &i.Held)
	maybe(o, "acknowledged", i.Acknowledged)
	maybe(o, "resolved", i.Resolved)
}

// raw writes a member that is JSON already, also if it is false or null, which [record.Object] leaves out elsewhere.
func raw(o *record.Object, name, text string) {
	val := json.RawMessage(text)
	o.OptRaw(name, &val)
}

// maybe writes a time, or null.
func maybe(o *record.Object, name string, t *time.Time) {
	if t == nil {
		raw(o, name, "null")
		return
	}
	o.Time(name, t)
}
