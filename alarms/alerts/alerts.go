package alerts

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
	"github.com/oncalm/oncalm/alarms/judge"
)

// Rows are alerts of Prometheus's Alertmanager, which Amazon's managed one is too, and of Grafana. They stand before all
// other rows of the table: whoever forwards alerts may give them any subject, and no other row may take them for its own.
var Rows = []judge.Row{
	{Family: "alert", Recovers: true, Known: isAlerts, Read: readAlerts},
	{Family: "alert", Recovers: true, Known: isOldGrafana, Read: readOldGrafana},
}

// An alert is what Prometheus and Grafana call an alarm. It is known by its labels, all of them, in whatever form it comes.
// Alertmanager itself tells alerts apart so.
type alert struct {
	resolved bool
	labels   map[string]string
	notes    map[string]string
	link     string
}

// Most is how many alerts of one message are taken by themselves. That there are more is one judgement, which pages: what
// is left out must not be silent.
const Most = 100

// heartbeats are alerts that always fire, to show that the way works. Watchdog and InfoInhibitor are those of
// kube-prometheus. Names are compared in small letters, without spaces and signs.
var heartbeats = []string{"watchdog", "deadmansswitch", "deadmanssnitch", "deadmansnitch", "deadman",
	"alwaysfiring", "heartbeat", "prometheusalwaysfiring", "infoinhibitor"}

// alertForm is a line that begins a part of the default text: of Alertmanager's template sns.default.message or, in bold
// type, of Grafana's.
var alertForm = regexp.MustCompile(`(?m)^(Alerts (Firing|Resolved):|\*\*(Firing|Resolved)\*\*)\s*$`)

// alertTexts are the lines that begin the two parts of a text.
var alertTexts = map[string]bool{ // firing or not
	"Alerts Firing:": true, "**Firing**": true, "Alerts Resolved:": false, "**Resolved**": false,
}

// isAlerts knows alerts by the [FIRING:2] in the subject, whatever the body is: with a template of one's own nothing else
// of the usual form may be left. A body is known by its members, or by the lines of the default texts.
func isAlerts(m *aws.Message) bool {
	if _, _, ok := judge.Firing(m.Headline()); ok {
		return true
	}
	if m.Fields != nil {
		return len(m.List("alerts")) > 0 || m.Fields.Has("groupKey") ||
			m.Fields.Has("alerts") && (m.Fields.Has("status") || m.Fields.Has("state"))
	}
	return alertForm.MatchString(m.Text) && strings.Contains(m.Text, "Labels:")
}

// IsLabelled reports whether a message is about alerts by all that alerts have, so that nothing else looks like it. It asks
// for more than isAlerts does, since it decides about what stands inside of another message.
func IsLabelled(m *aws.Message) bool {
	list := m.Fields.List("alerts")
	return len(list) > 0 && aws.Members(list[0]).Object("labels") != nil ||
		m.Fields.Has("groupKey") && m.Fields.Object("commonLabels") != nil
}

// readAlerts reads a message about one alert or many, of which some may fire and others be resolved: each is judged by itself.
func readAlerts(m *aws.Message) []judge.Judgement {
	var alerts []alert
	if m.Fields != nil {
		alerts = jsonAlerts(m)
	} else {
		alerts = textAlerts(m.Text)
	}
	alerts = slices.DeleteFunc(alerts, func(a alert) bool { return len(a.labels) == 0 })
	if len(alerts) == 0 {
		return []judge.Judgement{judgeGroup(m)}
	}
	var all []judge.Judgement
	for _, a := range alerts[:min(len(alerts), Most)] {
		all = append(all, a.judge())
	}
	if more := len(alerts) - Most; more > 0 {
		all = append(all, judge.Judgement{Treat: judge.Page, Key: "more alerts",
			Title: strconv.Itoa(more) + " more alerts in one message; look into Alertmanager"})
	}
	return all
}

// jsonAlerts reads the list of a webhook. An alert without a status of its own has that of the message. If no alert in the
// list has labels, those that all have in common are read as one alert.
func jsonAlerts(m *aws.Message) []alert {
	var alerts []alert
	labelled := false
	for _, raw := range m.List("alerts") {
		f := aws.Members(raw)
		status := strings.ToLower(aws.FirstOf(f.Text("status"), m.At("status")))
		alerts = append(alerts, alert{
			resolved: status == "resolved", labels: textsOf(f.Object("labels")), notes: textsOf(f.Object("annotations")), link: f.Text("generatorURL"),
		})
		labelled = labelled || f.Has("labels")
	}
	if common := textsOf(m.Fields.Object("commonLabels")); !labelled && len(common) > 0 {
		alerts = append(alerts, alert{
			resolved: facts.IsOver(aws.FirstOf(m.At("status"), m.At("state"))), labels: common,
			notes: textsOf(m.Fields.Object("commonAnnotations")),
		})
	}
	return alerts
}

// textsOf are the members of an object that are texts.
func textsOf(f aws.Fields) map[string]string {
	texts := map[string]string{}
	for _, m := range f.Distinct() {
		if s := aws.PlainText(m.Value); s != "" && len(texts) < aws.MaxPairs {
			texts[aws.Line(m.Name, aws.MaxName)] = aws.Line(s, aws.MaxValue)
		}
	}
	return texts
}

// textAlerts reads the lists of the default texts.
func textAlerts(text string) []alert {
	var alerts []alert
	var into map[string]string
	last, resolved := "", false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		firing, part := alertTexts[strings.TrimSpace(l)]
		name, value, pair := strings.Cut(strings.TrimPrefix(strings.TrimSpace(l), "- "), " = ")
		switch {
		case part:
			resolved, into = !firing, nil
		case strings.TrimSpace(l) == "Labels:":
			alerts = append(alerts, alert{resolved: resolved, labels: map[string]string{},
				notes: map[string]string{}})
			into = alerts[len(alerts)-1].labels
		// what somebody wrote above the lists
		case len(alerts) == 0:
		case strings.TrimSpace(l) == "Annotations:":
			into = alerts[len(alerts)-1].notes
		case strings.HasPrefix(l, "Source: "):
			alerts[len(alerts)-1].link, into = strings.TrimSpace(strings.TrimPrefix(l, "Source: ")), nil
		case into != nil && pair && strings.HasPrefix(strings.TrimSpace(l), "- ") && len(into) < aws.MaxPairs:
			last = aws.Line(name, aws.MaxName)
			into[last] = aws.Line(value, aws.MaxValue)
		case into != nil && last != "" && len(into[last]) < aws.MaxValue:
			into[last] = aws.Line(into[last]+" "+l, aws.MaxValue) // a value of several lines
		}
	}
	return alerts
}

// judge goes by the name, then by the state, then by the label for the severity. A heartbeat is one whether it fires or
// not, and whatever severity its rule has. A severity in a word that we do not know wakes: whoever wrote it meant something
// by it.
func (a alert) judge() judge.Judgement {
	name := aws.FirstOf(a.labels["alertname"], a.labels["rulename"], a.labels["alert"], "Alert")
	j := judge.Judgement{Key: a.key(), Name: name, Title: a.title(name), Labels: a.labels,
		Reason: aws.FirstOf(a.notes["description"], a.notes["message"], a.notes["summary"])}
	if strings.HasPrefix(a.link, "https://") && strings.Trim(a.link, linkLetters) == "" {
		j.Link = a.link
	}
	severity := aws.FirstOf(a.labels["severity"], a.labels["level"], a.labels["priority"])
	v, known := judge.Graded(severity)
	switch compact := strings.NewReplacer(" ", "", "-", "", "_", "", "'", "").Replace(strings.ToLower(name)); {
	case slices.Contains(heartbeats, compact), strings.EqualFold(severity, "none"):
		v = judge.Marks
	case a.resolved:
		v = judge.Ends
	case !known:
		v = judge.Wakes
	}
	j.Treat, j.Severity = v.Treat, v.Severity
	return j
}

// linkLetters are the characters of links that are kept. Not among them are those that end a link in the markup of Slack
// and of Markdown: < > | ( ) and spaces.
const linkLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@&=+%,;$!"

// key names an alert by its labels, in order, as people write them. A map has no order, and the next message about the
// alert must have the same key.
func (a alert) key() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(a.labels)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name + "=" + a.labels[name])
	}
	return b.String()
}

// title says which alert it is, where, and what its author wrote.
func (a alert) title(name string) string {
	title := name
	wheres := []string{"instance", "node", "host", "pod", "service", "job", "namespace", "cluster"}
	if i := slices.IndexFunc(wheres, func(label string) bool { return a.labels[label] != "" }); i >= 0 {
		title += " (" + a.labels[wheres[i]] + ")"
	}
	text := aws.FirstOf(a.notes["summary"], a.notes["title"], a.notes["message"], a.notes["description"])
	if text != "" {
		title += ": " + judge.Sentence(text)
	}
	return title
}

// judgeGroup judges a message whose alerts cannot be told apart, as one of somebody's own template. What stands in parentheses at the end of its
// subject is different each time: labels that just these alerts have in common.
func judgeGroup(m *aws.Message) judge.Judgement {
	firing, rest, ok := judge.Firing(aws.FirstOf(m.Headline(), m.At("title")))
	// without the word FIRING above it, the state of the message tells
	if !ok && m.Fields != nil {
		firing = !facts.IsOver(aws.FirstOf(m.At("status"), m.At("state")))
		rest = aws.FirstOf(m.At("title"), m.At("message"))
	} else if !ok {
		firing, rest = strings.Contains(m.Text, "Firing"), m.Subject
	}
	name, _, _ := strings.Cut(rest, " (")
	j := judge.Judgement{Treat: judge.Page, Key: aws.FirstOf(m.At("groupKey"), strings.TrimSpace("group: "+name)),
		Name:   aws.FirstOf(name, "Alert"),
		Title:  aws.FirstOf(rest, m.At("title"), judge.Sentence(m.At("message")), "Alerts of Prometheus or Grafana"),
		Reason: m.At("message")}
	if !firing {
		j.Treat = judge.Resolve
	}
	if slices.Contains(heartbeats, strings.ToLower(strings.ReplaceAll(name, " ", ""))) {
		j.Treat = judge.Marker
	}
	return j
}

// isOldGrafana knows what Grafana's alerts before unified alerting send.
func isOldGrafana(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("ruleName") && m.Fields.Has("state")
}

// readOldGrafana goes by the state of the rule: alerting and no_data page, ok resolves. To pause a rule is what a person
// does, and what is pending may still pass.
func readOldGrafana(m *aws.Message) []judge.Judgement {
	name := m.At("ruleName")
	j := judge.Judgement{Treat: judge.Page, Key: "rule: " + aws.FirstOf(m.At("ruleId"), name), Name: name,
		Title: judge.Tidy(name + ": " + judge.Sentence(m.At("message"))), Reason: m.At("message")}
	switch strings.ToLower(m.At("state")) {
	case "ok":
		j.Treat = judge.Resolve
	case "paused", "pending":
		j.Treat = judge.Marker
	}
	return []judge.Judgement{j}
}
