package incidents

import "github.com/oncalm/oncalm/store/record"

// About how many bytes records are: those with an alarm, and others.
const (
	alarmSize = 1536
	eventSize = 512
)

// record is what is stored of an incident: what encoding/json makes of it.
func (i *Incident) record() ([]byte, error) { return record.Marshal(alarmSize, i.write) }

func (i *Incident) write(o *record.Object) {
	o.Text("id", i.ID)
	o.Text("title", i.Title)
	o.Text("service", i.Service)
	o.Text("severity", i.Severity)
	o.OptText("runbook", i.Runbook)
	o.Text("status", string(i.Status))
	o.Time("opened", i.Opened)
	o.Object("opened_by", i.OpenedBy.write)
	o.OptTime("acknowledged", i.Acknowledged)
	i.AcknowledgedBy.writeIfAny(o, "acknowledged_by")
	o.OptTime("resolved", i.Resolved)
	i.ResolvedBy.writeIfAny(o, "resolved_by")
	i.Alarm.writeIfAny(o, "alarm")
	o.OptTextMap("firing", i.Firing)
	o.OptInt("run", i.Run)
	o.Object("step", i.Step.write)
	o.OptText("then", i.Then)
	record.OptObjectMap(o, "pages", i.Pages, PageState.write)
	o.Int("seq", i.Seq)
}

func (a Actor) write(o *record.Object) {
	o.Text("kind", a.Kind)
	o.Text("name", a.Name)
}

func (a Actor) writeIfAny(o *record.Object, name string) {
	if a != (Actor{}) {
		o.Object(name, a.write)
	}
}

func (p Position) write(o *record.Object) {
	o.Int("round", p.Round)
	o.Int("step", p.Step)
}

func (p PageState) write(o *record.Object) {
	o.Text("key", p.Key)
	o.Time("at", p.At)
	o.OptTime("delivered", p.Delivered)
	o.OptTrue("failed", p.Failed)
}

func (a *Alarm) writeIfAny(o *record.Object, name string) {
	if a != nil {
		o.Object(name, a.write)
	}
}

func (a *Alarm) write(o *record.Object) {
	o.Text("name", a.Name)
	o.OptText("arn", a.ARN)
	o.OptText("account", a.Account)
	o.OptText("region", a.Region)
	o.Text("series", a.Series)
	o.Text("state", string(a.State))
	o.OptText("previous", string(a.Previous))
	o.OptText("reason", a.Reason)
	o.Time("changed", a.Changed)
	o.Time("received", a.Received)
	o.OptText("kind", a.Kind)
	o.OptText("description", a.Description)
	o.OptTextMap("contributor", a.Contributor)
	if a.Metric != nil {
		o.Object("metric", a.Metric.write)
	}
	o.OptText("link", a.Link)
	o.OptText("message_id", a.MessageID)
	o.OptTrue("never_recovers", a.NeverRecovers)
	o.OptTexts("flags", a.Flags)
	o.OptText("raw", a.Raw)
}

func (m *Metric) write(o *record.Object) {
	o.OptText("namespace", m.Namespace)
	o.OptText("name", m.Name)
	o.OptText("expression", m.Expression)
	o.OptText("statistic", m.Statistic)
	record.OptObjects(o, "dimensions", m.Dimensions, Dimension.write)
	o.OptText("comparison", m.Comparison)
	o.OptFloat("threshold", m.Threshold)
	o.OptText("unit", m.Unit)
	o.OptInt("period", m.Period)
	o.OptInt("periods", m.Periods)
	o.OptInt("datapoints", m.Datapoints)
}

func (d Dimension) write(o *record.Object) {
	o.Text("name", d.Name)
	o.Text("value", d.Value)
}

func (e Event) record() ([]byte, error) {
	switch e.Body.(type) {
	case Opened, Reported:
		return record.Marshal(alarmSize, e.write)
	}
	return record.Marshal(eventSize, e.write)
}

func (e Event) write(o *record.Object) {
	o.Int("seq", e.Seq)
	o.Time("at", e.At)
	o.Time("recorded", e.Recorded)
	o.Object("by", e.By.write)
	o.Text("kind", e.Kind())
	switch b := e.Body.(type) {
	case Opened:
		o.Object("body", b.write)
	case Reported:
		o.Object("body", b.write)
	case Paged:
		o.Object("body", b.write)
	case Delivered:
		o.Object("body", b.write)
	case Unknown:
		o.Value("body", b.Raw)
	default:
		o.Value("body", b) // kinds that are rare
	}
}

func (b Opened) write(o *record.Object) {
	o.Text("title", b.Title)
	o.Text("service", b.Service)
	o.Text("severity", b.Severity)
	o.OptText("runbook", b.Runbook)
	b.Alarm.writeIfAny(o, "alarm")
}

func (b Reported) write(o *record.Object) {
	o.Object("alarm", b.Alarm.write)
	o.OptTrue("late", b.Late)
}

func (b Paged) write(o *record.Object) {
	o.Text("key", b.Key)
	o.Text("person", b.Person)
	o.Text("via", b.Via)
	o.Object("position", b.Position.write)
	o.Text("why", b.Why)
	o.OptTrue("reminder", b.Reminder)
	o.OptText("fallback", b.Fallback)
	o.OptText("then", b.Then)
}

func (b Delivered) write(o *record.Object) {
	o.Text("key", b.Key)
	o.Text("person", b.Person)
	o.Text("via", b.Via)
	o.OptText("channel", b.Channel)
	o.OptText("message", b.Message)
	o.OptText("link", b.Link)
	o.OptTrue("adopted", b.Adopted)
}
