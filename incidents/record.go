package incidents

import (
	"time"

	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store/record"
)

// About how many bytes records are: events of an alarm, heads, and other events.
const (
	alarmSize = 1536
	headSize  = 768
	eventSize = 512
)

// Record is what is stored of an incident: what encoding/json makes of it.
func (i *Incident) Record() ([]byte, error) { return record.Marshal(headSize, i, (*Incident).fields) }

func (i *Incident) fields(o *record.Object) {
	o.Text("id", &i.ID)
	o.Text("title", &i.Title)
	o.Text("service", &i.Service)
	o.Text("severity", &i.Severity)
	o.OptText("runbook", &i.Runbook)
	record.Word(o, "status", &i.Status)
	o.OptTrue("quiet", &i.Quiet)
	record.OptRef(o, "silence", &i.Silence, (*Silence).Fields)
	record.OptRef(o, "held", &i.Held, (*Held).Fields)
	o.Time("opened", &i.Opened)
	record.Part(o, "opened_by", &i.OpenedBy, (*Actor).fields)
	o.OptTime("acknowledged", &i.Acknowledged)
	record.OptPart(o, "acknowledged_by", &i.AcknowledgedBy, (*Actor).fields)
	o.OptTime("resolved", &i.Resolved)
	record.OptPart(o, "resolved_by", &i.ResolvedBy, (*Actor).fields)
	record.OptPart(o, "word", &i.LatestAlarm, (*AlarmRef).fields)
	o.OptTextMap("firing", &i.Firing)
	o.OptTextMap("severities", &i.Severities)
	o.OptInt("joined", &i.Joined)
	o.OptText("merged_into", &i.MergedInto)
	o.OptText("split_from", &i.SplitFrom)
	record.OptPart(o, "response", &i.Response, (*response.State).Fields)
	o.OptInt("run", &i.Run)
	record.Part(o, "step", &i.Step, (*Position).fields)
	o.OptText("then", &i.Then)
	o.OptTime("then_due", &i.ThenDue)
	record.OptMap(o, "pages", &i.Pages, (*PageState).fields)
	o.Int("seq", &i.Seq)
}

func (a *Actor) fields(o *record.Object) {
	o.Text("kind", &a.Kind)
	o.Text("name", &a.Name)
}

func (w *AlarmRef) fields(o *record.Object) {
	o.Text("series", &w.Series)
	o.Int("event", &w.Event)
}

func (p *Position) fields(o *record.Object) {
	o.Int("round", &p.Round)
	o.Int("step", &p.Step)
}

func (p *PageState) fields(o *record.Object) {
	o.Text("person", &p.Person)
	o.Text("via", &p.Via)
	o.Time("at", &p.At)
	o.OptTime("due", &p.Due)
	o.OptTime("delivered", &p.Delivered)
	o.OptTrue("failed", &p.Failed)
}

func (e Event) record() ([]byte, error) {
	switch e.Body.(type) {
	case Opened, Reported, Joined:
		return record.Marshal(alarmSize, &e, (*Event).fields)
	}
	return record.Marshal(eventSize, &e, (*Event).fields)
}

func (e *Event) fields(o *record.Object) {
	o.Int("seq", &e.Seq)
	o.Time("at", &e.At)
	o.Time("recorded", &e.Recorded)
	record.Part(o, "by", &e.By, (*Actor).fields)
	kind := ""
	if e.Body != nil {
		kind = e.Kind()
	}
	o.Text("kind", &kind)
	switch kind {
	case "opened":
		bodyOf(o, e, (*Opened).fields)
	case "reported":
		bodyOf(o, e, (*Reported).fields)
	case "joined":
		bodyOf(o, e, (*Joined).fields)
	case "paged":
		bodyOf(o, e, (*Paged).fields)
	case "delivered":
		bodyOf(o, e, (*Delivered).fields)
	case "acknowledged":
		bodyOf(o, e, (*Acknowledged).fields)
	case "resolved":
		bodyOf(o, e, (*Resolved).fields)
	default: // kinds that are rare
		if u, ok := e.Body.(Unknown); ok {
			o.Value("body", u.Raw)
			return
		}
		o.Value("body", e.Body)
	}
}

// bodyOf is the body of an event, of the type that its kind has.
func bodyOf[B Body](o *record.Object, e *Event, fields func(*B, *record.Object)) {
	b, _ := e.Body.(B)
	record.Part(o, "body", &b, fields)
	e.Body = b
}

func (b *Opened) fields(o *record.Object) {
	o.Text("title", &b.Title)
	o.Text("service", &b.Service)
	o.Text("severity", &b.Severity)
	o.OptText("runbook", &b.Runbook)
	record.OptRef(o, "alarm", &b.Alarm, (*Alarm).Fields)
	o.OptText("quiet", &b.Quiet)
	record.OptRef(o, "silence", &b.Silence, (*Silence).Fields)
	record.OptRef(o, "held", &b.Held, (*Held).Fields)
	o.OptText("split_from", &b.SplitFrom)
	o.OptText("via", &b.Via)
}

func (b *Reported) fields(o *record.Object) {
	record.Part(o, "alarm", &b.Alarm, (*Alarm).Fields)
	o.OptTrue("late", &b.Late)
	record.OptRef(o, "raised", &b.Raised, (*Raised).fields)
	record.OptRef(o, "held", &b.Held, (*Held).Fields)
}

func (b *Joined) fields(o *record.Object) {
	record.Part(o, "alarm", &b.Alarm, (*Alarm).Fields)
	o.OptText("severity", &b.Severity)
	o.OptText("from", &b.From)
	record.OptRef(o, "raised", &b.Raised, (*Raised).fields)
	record.OptRef(o, "held", &b.Held, (*Held).Fields)
}

func (r *Raised) fields(o *record.Object) {
	o.Text("title", &r.Title)
	o.Text("service", &r.Service)
	o.Text("severity", &r.Severity)
	o.OptText("runbook", &r.Runbook)
}

func (b *Paged) fields(o *record.Object) {
	o.Text("key", &b.Key)
	o.Text("person", &b.Person)
	o.Text("via", &b.Via)
	record.Part(o, "position", &b.Position, (*Position).fields)
	after := int(b.After)
	o.OptInt("after", &after)
	b.After = time.Duration(after)
	o.Text("why", &b.Why)
	o.OptTrue("reminder", &b.Reminder)
	o.OptTrue("by_hand", &b.ByHand)
	o.OptText("fallback", &b.Fallback)
	o.OptText("then", &b.Then)
	then := int(b.ThenAfter)
	o.OptInt("then_after", &then)
	b.ThenAfter = time.Duration(then)
	o.OptInt("acks", &b.Acks)
}

func (b *Delivered) fields(o *record.Object) {
	o.Text("key", &b.Key)
	o.Text("person", &b.Person)
	o.Text("via", &b.Via)
	o.OptText("channel", &b.Channel)
	o.OptText("message", &b.Message)
	o.OptText("link", &b.Link)
	o.OptTrue("adopted", &b.Adopted)
	o.OptText("joint", &b.Joint)
	o.OptInt("with", &b.With)
}

func (b *Resolved) fields(o *record.Object) {
	o.OptText("reason", &b.Reason)
	o.OptText("into", &b.Into)
	o.OptText("via", &b.Via)
}
