package judge

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// A Treatment is what a message amounts to.
type Treatment string

// The treatments.
const (
	// Page opens an incident that pages.
	Page Treatment = "page"
	// Quiet opens an incident that is shown and pages nobody.
	Quiet Treatment = "quiet"
	// Marker keeps a change marker: something happened that nobody need look at.
	Marker Treatment = "marker"
	// Resolve resolves the incident that was opened under the same family and key.
	Resolve Treatment = "resolve"
)

// Treatments lists them all.
func Treatments() []Treatment { return []Treatment{Page, Quiet, Marker, Resolve} }

// QuietSeverity is the severity of incidents that page nobody.
const QuietSeverity = incidents.Sev4

// A Judgement says what a message is about and what it amounts to. Its texts come from outside: they are cut to size by whoever
// keeps them.
type Judgement struct {
	Treat Treatment
	// Severity is set if the message says how bad it is; empty means that of the service.
	Severity string
	Family   string // what kind of message it is, such as rds
	Key      string // what it is about; messages of one family with the same key are about the same thing
	Title    string // what is wrong, in words
	Name     string // what services match; the title if empty
	Reason   string
	ARN      string
	Account  string
	Region   string
	Time     string            // when it happened, as the message spells it; empty if it does not say
	Labels   map[string]string // of alerts
	Link     string            // https, or empty
	Event    string            // the id of an event of EventBridge
	// Resources are the ARNs that an event names.
	Resources []string
	// Deleted says that it is about an alarm of CloudWatch, of that ARN, which was deleted.
	Deleted bool
	// Quiet says why nobody is paged, whatever the severity; empty: the severity tells.
	Quiet string
	// Recovers says that another message may tell of the recovery.
	Recovers bool
	// Own says that nobody but whoever sent it knows this form: the whole text is worth reading.
	Own bool
	// Changed says of what is no Marker that it is also a change of which a marker is kept.
	Changed bool
}

// Verdict is what a row of the table finds: what a message amounts to, and whatever the row's own patterns cannot say.
type Verdict struct {
	Treat    Treatment
	Severity string
	Title    string // instead of the row's
	key      string // instead of the row's
	Changed  bool
}

// The verdicts. Wakes is of the severity of the service: users are hurt, or soon will be. Stirs is of a lower one: somebody must
// look now, though it may have mended itself. Who should look some time today is shown it, and nobody is paged.
var (
	Wakes = Verdict{Treat: Page}
	Stirs = Verdict{Treat: Page, Severity: incidents.Sev3}
	Shows = Verdict{Treat: Quiet, Severity: QuietSeverity}
	Marks = Verdict{Treat: Marker}
	Ends  = Verdict{Treat: Resolve}
)

// Titled is the verdict with a title of its own.
func (v Verdict) Titled(title string) Verdict { v.Title = title; return v }

// Keyed is the verdict with a key of its own.
func (v Verdict) Keyed(key string) Verdict { v.key = key; return v }

// A Row is one kind of messages: how it is known, what it is about, and what it amounts to.
type Row struct {
	Family string
	// An event of EventBridge is known by its source and type, which may end in *; everything else by a look at it.
	Source, DetailType string
	Known              func(*aws.Message) bool
	Key, Title, Reason string // patterns; see [Fill]
	Judge              func(*aws.Message) Verdict
	Anybodys           bool // knows what anybody may send, and says little of what it is
	Recovers           bool // some of these messages tell that it is over
	// Changes says that something was changed, whatever else a message amounts to: a deployment that failed is a deployment.
	Changes bool
	// Names are the ARNs of what it is about, where the event does not list them as its resources.
	Names func(*aws.Message) []string
	Read  func(*aws.Message) []Judgement // instead of Judge: of messages that tell of several things
}

// Knows reports whether the row is about a message. The source is that of an event.
func (r *Row) Knows(m *aws.Message, source string) bool {
	if r.Known != nil {
		return r.Known(m)
	}
	return m.IsEvent() && aws.Glob(r.Source, source) && aws.Glob(r.DetailType, m.DetailType())
}

// Judgements are what a message amounts to that the row knows. Each has a family, a key and a title.
func (r *Row) Judgements(m *aws.Message) []Judgement {
	var all []Judgement
	if r.Read != nil {
		all = r.Read(m)
	} else {
		// a key of several paths has slashes at its ends where a path had nothing
		v := r.Judge(m)
		all = []Judgement{{
			Treat: v.Treat, Severity: v.Severity, Changed: v.Changed || r.Changes,
			Key:   aws.FirstOf(v.key, strings.Trim(Fill(r.Key, m.At), "/")),
			Title: aws.FirstOf(v.Title, Tidy(Fill(r.Title, m.At))), Reason: Fill(r.Reason, m.At),
		}}
	}
	for i := range all {
		j := &all[i]
		j.Family, j.Recovers = aws.FirstOf(j.Family, r.Family), j.Recovers || r.Recovers
		if m.Fields != nil {
			j.origin(m)
		}
		if r.Names != nil {
			j.Resources = append(j.Resources, r.Names(m)...)
		}
		// An incident needs a title and a key. If the row found no title, the headline is it, and at last the family; what
		// has no key is known by its ARN, or by its title.
		j.Title = aws.FirstOf(WithoutBraces(j.Title), Subject(m), "A message of "+r.Family)
		j.Key = aws.FirstOf(j.Key, j.ARN, j.Title)
	}
	return all
}

// origin sets where a message is from and when it happened, as far as the forms that messages have in common tell it.
func (j *Judgement) origin(m *aws.Message) {
	if m.IsEvent() {
		j.Resources = m.Resources()
		j.Event, j.Time = m.Fields.Text("id"), m.Fields.Text("time")
		j.Account = aws.FirstOf(j.Account, m.Fields.Text("account"))
		j.Region = aws.FirstOf(j.Region, m.Fields.Text("region"))
		if len(j.Resources) > 0 {
			j.ARN = aws.FirstOf(j.ARN, j.Resources[0])
		}
		return
	}
	j.ARN = aws.FirstOf(j.ARN, m.At("Source ARN"), m.At("AutoScalingGroupARN"))
	j.Time = aws.FirstOf(j.Time, m.At("Event Time"), m.At("Time"))
	j.Account = aws.FirstOf(j.Account, m.At("AccountId"), m.At("accountId"))
	j.Region = aws.FirstOf(j.Region, m.At("Region"), m.At("region"))
	// the ARN is that of the thing; account and region beside it may be of whoever sent the message
	if a, ok := aws.ParseARN(j.ARN); ok {
		j.Account, j.Region = a.Account, a.Region
	}
}

// Always gives one verdict to all messages of a kind.
func Always(v Verdict) func(*aws.Message) Verdict { return func(*aws.Message) Verdict { return v } }

// A Choice is a verdict for some states.
type Choice struct {
	verdict Verdict
	states  []string
}

// On chooses a verdict for some states.
func On(v Verdict, states ...string) Choice { return Choice{v, states} }

// By judges by the state at a path: the first choice that names it counts. All other states are changes.
func By(path string, choices ...Choice) func(*aws.Message) Verdict {
	return func(m *aws.Message) Verdict {
		state := m.At(path)
		for _, c := range choices {
			if slices.ContainsFunc(c.states, func(s string) bool { return strings.EqualFold(s, state) }) {
				return c.verdict
			}
		}
		return Marks
	}
}

// Has knows JSON by members that are all there.
func Has(names ...string) func(*aws.Message) bool {
	return func(m *aws.Message) bool {
		return m.Fields != nil && !slices.ContainsFunc(names, func(n string) bool { return !m.Fields.Has(n) })
	}
}

// Begins knows a text by how it begins.
func Begins(prefixes ...string) func(*aws.Message) bool {
	return func(m *aws.Message) bool {
		text := strings.TrimSpace(m.Text)
		return m.Fields == nil && slices.ContainsFunc(prefixes,
			func(p string) bool { return strings.HasPrefix(text, p) })
	}
}
