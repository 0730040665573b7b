// Package contacts reads how people are reached: by which channels, after how long, for which severities; and through what each
// channel goes.
//
// Rules of a person's own take the place of those of the team ([Notify]). A channel in a rule needs a contact, and a section that
// says how it goes out; what is missing is a problem where it is a person's own rule, and a warning where it is the team's, which not
// everybody may have a phone for. A severity without a rule goes to Slack.
package contacts

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
)

// Rules are the channels by which somebody is paged, by severity.
type Rules map[string][]paging.Via

// Contacts are where somebody is reached, by the channel. What is empty is not known.
type Contacts map[string]string

// SMS is the section sms.
type SMS struct {
	Via  string // through which of AWS's services; empty: there is no such section
	From string // a number, or the name of a sender; with End User Messaging also what is a number by another name
}

// ViaSNS sends SMS through SNS, which needs nothing but the right to.
const ViaSNS = "sns"

// longestWait is the longest time after the decision that makes sense: by then another step has come.
const longestWait = 24 * time.Hour

const such = `such as {sev1-sev2: [slack, sms after 2m], sev3: [slack]}`

func severities() []string {
	return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
}

// Notify returns the reader of rules.
func Notify(to *Rules) func(reading.Value) {
	return func(v reading.Value) {
		*to = Rules{}
		v.Each("a mapping from severities to channels, "+such, func(name string, key, v reading.Value) {
			of, ok := span(name)
			if !ok {
				key.Errorf("write a severity, or two with a -, "+such, "%s is no severity", reading.Quote(name))
				return
			}
			vias := channels(v)
			for _, severity := range of {
				if _, given := (*to)[severity]; given {
					key.Errorf("name each severity once", "there are two rules for %s", severity)
					return
				}
				(*to)[severity] = vias
			}
		})
	}
}

// span are the severities of a rule: one, or all from one to another.
func span(name string) (of []string, ok bool) {
	first, last, isSpan := strings.Cut(name, "-")
	if !isSpan {
		last = first
	}
	all := severities()
	from, to := slices.Index(all, strings.TrimSpace(first)), slices.Index(all, strings.TrimSpace(last))
	if from < 0 || to < from {
		return nil, false
	}
	return all[from : to+1], true
}

// channels reads the channels of a rule. Those of one time keep their order.
func channels(v reading.Value) (vias []paging.Via) {
	v.List("channels such as [slack, sms after 2m]", func(v reading.Value) {
		if via, ok := channel(v); ok {
			if slices.ContainsFunc(vias, func(other paging.Via) bool { return other.Name == via.Name }) {
				v.Errorf("remove one of them", "%s is in this rule twice", via.Name)
				return
			}
			vias = append(vias, via)
		}
	})
	if len(vias) == 0 {
		v.Lacks("name a channel, or list the severity in quiet", "%s names no channel: nobody would be paged", v.Key)
	}
	slices.SortStableFunc(vias, func(a, b paging.Via) int { return int(a.After - b.After) })
	return vias
}

// channel reads one channel and its time, as "sms", "slack now" or "sms after 2m".
func channel(v reading.Value) (via paging.Via, ok bool) {
	wanted := "a channel such as slack, or sms after 2m"
	s, ok := v.Filled(wanted)
	words := strings.Fields(s)
	if !ok || len(words) == 0 {
		return via, false
	}
	known := append([]string{incidents.ViaSlack}, reach.Channels()...)
	if via.Name = words[0]; !slices.Contains(known, via.Name) {
		v.Errorf(reading.Meant(via.Name, known), "there is no channel %s", reading.Quote(via.Name))
		return via, false
	}
	switch {
	case len(words) == 1, len(words) == 2 && words[1] == "now":
		return via, true
	case len(words) != 3 || words[1] != "after":
		v.Errorf("write "+wanted, "%s is not how a channel and its time are written", reading.Quote(s))
		return via, false
	}
	via.After, ok = after(v, words[2])
	return via, ok
}

// after reads how long after the decision a channel begins.
func after(v reading.Value, s string) (time.Duration, bool) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil || d < 0:
		v.Errorf("write a duration such as 30s or 2m", "%s is not a time to wait", reading.Quote(s))
		return 0, false
	case d > longestWait:
		v.Errorf("write at most 24h", "%s is longer than anybody waits", reading.Quote(s))
		return 0, false
	}
	return d, true
}

// senderForm is the name of a sender as AWS takes it: 1 to 11 letters and digits, of which one is a letter; or a number.
var senderForm = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9-]{0,10}[A-Za-z][A-Za-z0-9-]{0,10})$`)

const longestSender = 11

// Section returns the reader of the section sms.
func (s *SMS) Section(v reading.Value) {
	s.Via = ViaSNS
	check := func() {}
	v.Mapping(
		reading.Key("via", func(v reading.Value) {
			if via, ok := v.OneOf(ViaSNS, ViaMessaging); ok {
				s.Via = via
			}
		}),
		reading.Key("from", func(v reading.Value) { check = func() { s.sender(v) } }),
	)
	check() // when it is known through what they go
}

// sender reads who SMS are from.
func (s *SMS) sender(v reading.Value) {
	from, ok := v.Single("a number in E.164 form, or the name of a sender")
	named := senderForm.MatchString(from) && (strings.HasPrefix(from, "+") || len(from) <= longestSender)
	switch {
	case !ok || from == "":
	case named, s.Via == ViaMessaging && identityForm.MatchString(from):
		s.From = from
	default:
		v.Errorf("write a number such as +4915112345678, or 1 to 11 letters and digits",
			"%s cannot be the sender of an SMS", reading.Quote(v.Text()))
	}
}

// Team is what is looked at when all of the file was read.
type Team struct {
	Notify    Rules
	SMS       SMS
	Email     Email
	Call      Call
	PublicURL string
	People    []string // in order
	Own       func(person string) Rules
	Contacts  func(person string) Contacts
}

// longestURL is how long the address of the public door may be, so that an SMS has room for more than its link.
const longestURL = 60

// lacks says what a person needs for a channel and does not have, and by which key it is added.
func (t Team) lacks(via string, c Contacts) (what, remedy string) {
	switch {
	case c[via] != "":
	case via == reach.SMS, via == reach.Call:
		return "phone number", "phone"
	case via == reach.Push:
		return "topic", "ntfy"
	case via == reach.Email:
		return "e-mail address", "email"
	}
	return "", ""
}

// Agree sees that rules name only what is there.
func (t Team) Agree(f *reading.File) {
	if f.Faulty("people") || f.Faulty("notify") || f.Faulty("sms") ||
		f.Faulty("email") || f.Faulty("call") {
		return
	}
	used := map[string]string{} // where a channel is named
	for _, via := range t.Notify.vias() {
		used[via] = "notify"
	}
	for _, person := range t.People {
		own, at := t.Own(person), "people."+person
		rules, report := t.Notify, f.Place(at).Warnf
		if own != nil {
			rules, report = own, f.Place(at+".notify").Errorf
		}
		for _, via := range rules.vias() {
			if own != nil {
				used[via] = at + ".notify"
			}
			if what, key := t.lacks(via, t.Contacts(person)); what != "" {
				report(fmt.Sprintf("add %s.%s, or take %s out", at, key, via), "%s is to be paged by %s and has no %s",
					person, incidents.ChannelName(via), what)
			}
		}
	}
	t.agreeSections(f, used)
}

func (t Team) agreeSections(f *reading.File, used map[string]string) {
	if place, named := used[reach.Push]; named && t.PublicURL == "" {
		f.Place(place).Warnf("add public_url",
			"a push message can only be answered in Slack: without public_url it has no button to acknowledge")
	}
	t.agreeEmail(f, used)
	t.agreeCall(f, used)
	place, named := used[reach.SMS]
	switch {
	case named && t.SMS.Via == "":
		f.Place(place).Errorf("add sms: {via: sns}", "%s names sms, and nothing says how SMS are sent", place)
	case !named && t.SMS.Via != "":
		f.Place("sms").Warnf("name it in notify, such as {sev1: [slack, sms after 2m]}", "nobody is paged by SMS")
	case named && t.PublicURL == "":
		f.Place(place).Warnf("add public_url",
			"an SMS can only be answered in Slack: without public_url it has no link to acknowledge")
	case named && len(t.PublicURL) > longestURL:
		f.Place("public_url").Warnf("use a shorter name for it",
			"public_url has %d characters: an SMS has little room for anything but its link", len(t.PublicURL))
	}
}

// vias are the channels of all rules, each once.
func (r Rules) vias() (all []string) {
	for _, severity := range slices.Sorted(maps.Keys(r)) {
		for _, via := range r[severity] {
			if !slices.Contains(all, via.Name) {
				all = append(all, via.Name)
			}
		}
	}
	return all
}

// Uses are the channels beside Slack that somebody's rules name.
func Uses(own, team Rules) []string {
	rules := team
	if own != nil {
		rules = own
	}
	return slices.DeleteFunc(rules.vias(), func(via string) bool { return via == incidents.ViaSlack })
}

// Reach are the channels by which somebody is paged for an incident of that severity, in order, of those by which they can be
// reached.
func Reach(own, team Rules, severity string, can func(via string) bool) (vias []paging.Via) {
	rules := team
	if own != nil {
		rules = own
	}
	named, ok := rules[severity]
	if !ok {
		named = []paging.Via{{Name: incidents.ViaSlack}}
	}
	for _, via := range named {
		if can(via.Name) {
			vias = append(vias, via)
		}
	}
	if len(vias) == 0 && can(incidents.ViaSlack) {
		vias = []paging.Via{{Name: incidents.ViaSlack}}
	}
	return vias
}

// topicForm is the name of a topic of ntfy.
var topicForm = regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)

// Topic returns the reader of the address of a topic of ntfy. It is as good as a password, so no problem shows it.
func Topic(to *string) func(reading.Value) {
	const wanted = "the address of a topic, such as https://ntfy.example.com/TOPIC"
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		at, err := url.Parse(s)
		switch {
		case err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || at.RawQuery != "" || at.Fragment != "":
			v.Errorf("give it "+wanted, "%s is no address of a topic", v.Key)
		case !topicForm.MatchString(path.Base(at.Path)):
			v.Errorf("use letters, digits, '-' and '_', at most 64", "the topic in %s cannot be one of ntfy", v.Key)
		default:
			*to = s
		}
	}
}
