package messages

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

// A Judgement says what a message is about and what it amounts to. Its texts come from outside: they are cut to size by whoever keeps them.
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
	// Changed says of a Resolve that it is also a change of which a marker is kept.
	Changed bool
}

// verdict is what a row of the table finds: what a message amounts to, and whatever the row's own patterns cannot say.
type verdict struct {
	treat    Treatment
	severity string
	title    string // instead of the row's
	key      string // instead of the row's
	changed  bool
}

// The verdicts. wakes is of the severity of the service: users are hurt, or soon will be. stirs is of a lower one: somebody must look now,
// though it may have mended itself. Who should look some time today is shown it, and nobody is paged.
var (
	wakes = verdict{treat: Page}
	stirs = verdict{treat: Page, severity: incidents.Sev3}
	shows = verdict{treat: Quiet, severity: QuietSeverity}
	marks = verdict{treat: Marker}
	ends  = verdict{treat: Resolve}
)

func (v verdict) titled(title string) verdict { v.title = title; return v }

func (v verdict) keyed(key string) verdict { v.key = key; return v }

// A row is one kind of messages: how it is known, what it is about, and what it amounts to.
type row struct {
	family string
	// An event of EventBridge is known by its source and type, which may end in *; everything else by a look at it.
	source, detailType string
	known              func(*aws.Message) bool
	key, title, reason string // patterns; see fill
	judge              func(*aws.Message) verdict
	anybodys           bool                           // knows what anybody may send, and says little of what it is
	recovers           bool                           // some of these messages tell that it is over
	read               func(*aws.Message) []Judgement // instead of judge: of messages that tell of several things
}

// Judge finds out what a message amounts to, by the first row of the table that knows it. It never fails: the last row knows everything. A
// message that tells of several things has several judgements, and always one.
func Judge(m *aws.Message) []Judgement {
	if r := rowOf(m); r != nil {
		if all := r.judgements(m); len(all) > 0 {
			return all
		}
	}
	return []Judgement{judgeOwn(m)}
}

// rowOf finds the row that knows a message; nil if none does.
func rowOf(m *aws.Message) *row {
	source := ""
	if m.IsEvent() {
		source = sourceOf(m)
	}
	for i := range table {
		if table[i].knows(m, source) {
			return &table[i]
		}
	}
	return nil
}

func (r *row) knows(m *aws.Message, source string) bool {
	if r.known != nil {
		return r.known(m)
	}
	return m.IsEvent() && aws.Glob(r.source, source) && aws.Glob(r.detailType, m.DetailType())
}

// sourceOf tells where an event comes from; if a rule has cut that away, its type tells: most begin with the name of the service. One that says
// nothing of the kind is treated as somebody's own event, so that it is not taken for a change that nobody need look at.
func sourceOf(m *aws.Message) string {
	if source := m.Fields.Text("source"); source != "" {
		return source
	}
	detailType := m.DetailType()
	word, _, _ := strings.Cut(detailType, " ")
	guess, known := "aws."+strings.ToLower(word), ""
	for i := range table {
		r := &table[i]
		if r.source == "" || strings.HasSuffix(r.source, "*") {
			continue
		}
		if r.detailType != "*" && aws.Glob(r.detailType, detailType) {
			return r.source
		}
		if r.source == guess {
			known = guess
		}
	}
	return known
}

func (r *row) judgements(m *aws.Message) []Judgement {
	var all []Judgement
	if r.read != nil {
		all = r.read(m)
	} else {
		v := r.judge(m)
		all = []Judgement{{
			Treat: v.treat, Severity: v.severity, Changed: v.changed,
			Key:   aws.FirstOf(v.key, strings.Trim(fill(r.key, m.At), "/")),
			Title: aws.FirstOf(v.title, tidyTitle(fill(r.title, m.At))), Reason: fill(r.reason, m.At),
		}}
	}
	for i := range all {
		j := &all[i]
		j.Family, j.Recovers = aws.FirstOf(j.Family, r.family), j.Recovers || r.recovers
		if m.Fields != nil {
			j.origin(m)
		}
		j.Title = aws.FirstOf(withoutBraces(j.Title), plainSubject(m), "A message of "+r.family)
		j.Key = aws.FirstOf(j.Key, j.ARN, j.Title)
	}
	return all
}

// origin sets where a message is from and when it happened, as far as the forms that messages have in common tell it.
func (j *Judgement) origin(m *aws.Message) {
	if m.IsEvent() {
		j.Resources = m.Resources()
		j.Event, j.Time = m.Fields.Text("id"), m.Fields.Text("time")
		j.Account, j.Region = aws.FirstOf(j.Account, m.Fields.Text("account")), aws.FirstOf(j.Region, m.Fields.Text("region"))
		if len(j.Resources) > 0 {
			j.ARN = aws.FirstOf(j.ARN, j.Resources[0])
		}
		return
	}
	j.ARN = aws.FirstOf(j.ARN, m.At("Source ARN"), m.At("AutoScalingGroupARN"))
	j.Time = aws.FirstOf(j.Time, m.At("Event Time"), m.At("Time"))
	j.Account = aws.FirstOf(j.Account, m.At("AccountId"), m.At("accountId"))
	j.Region = aws.FirstOf(j.Region, m.At("Region"), m.At("region"))
	if a, ok := aws.ParseARN(j.ARN); ok {
		j.Account, j.Region = a.Account, a.Region
	}
}

// always gives one verdict to all messages of a kind.
func always(v verdict) func(*aws.Message) verdict { return func(*aws.Message) verdict { return v } }

// A choice is a verdict for some states.
type choice struct {
	verdict verdict
	states  []string
}

func on(v verdict, states ...string) choice { return choice{v, states} }

// by judges by the state at a path: the first choice that names it counts. All other states are changes.
func by(path string, choices ...choice) func(*aws.Message) verdict {
	return func(m *aws.Message) verdict {
		state := m.At(path)
		for _, c := range choices {
			if slices.ContainsFunc(c.states, func(s string) bool { return strings.EqualFold(s, state) }) {
				return c.verdict
			}
		}
		return marks
	}
}

// has knows JSON by members that are all there.
func has(names ...string) func(*aws.Message) bool {
	return func(m *aws.Message) bool {
		return m.Fields != nil && !slices.ContainsFunc(names, func(n string) bool { return !m.Fields.Has(n) })
	}
}

// begins knows a text by how it begins.
func begins(prefixes ...string) func(*aws.Message) bool {
	return func(m *aws.Message) bool {
		text := strings.TrimSpace(m.Text)
		return m.Fields == nil && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
	}
}
