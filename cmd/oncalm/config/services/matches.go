package services

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// owner is whose a match is, and the line where it stands.
type owner struct {
	service string
	line    int
}

// matches reads which alarms are a service's own. [alarms.Services.For] knows by which match an alarm was claimed, and
// finds its hold by that.
func (r *Reader) matches(v reading.Value, s *alarms.Service) {
	v.List(`alarms such as ["checkout-*", {region: eu-central-1}]`, func(v reading.Value) {
		var own *time.Duration
		m, ok := match(v, func(d time.Duration) { own = &d })
		if !ok {
			return
		}
		r.counts(m, v, s.Name)
		s.Matches = append(s.Matches, m)
		// the first of two that are the same counts
		if _, twice := s.Holds[m]; own == nil || twice {
			return
		}
		if s.Holds == nil {
			s.Holds = map[alarms.Match]time.Duration{}
		}
		s.Holds[m] = *own
	})
}

// match reads a condition on alarms: a pattern for the name, or a mapping, which may have a hold of its own.
func match(v reading.Value, held func(time.Duration)) (alarms.Match, bool) {
	var m alarms.Match
	if v.Kind() == reading.Scalar {
		patterns.Name(&m.Alarm)(v)
		return m, m.Alarm != ""
	}
	v.Mapping(append(Conditions(&m), reading.Key("hold", hold(held)))...)
	if m == (alarms.Match{}) {
		v.Lacks("give at least one of name, account, region, dimension, tag, topic",
			"the condition has nothing that an alarm could match")
	}
	return m, !v.Faulty()
}

// Conditions are the keys by which alarms are matched. A maintenance has the same, so that one learns them once.
func Conditions(m *alarms.Match) []reading.Entry {
	return []reading.Entry{
		reading.Key("name", patterns.Name(&m.Alarm)),
		reading.Key("account", patterns.Formed(&m.Account, patterns.Account, "an AWS account of 12 digits in quotes")),
		reading.Key("region", patterns.Region(&m.Region)),
		reading.Key("dimension",
			patterns.Formed(&m.Dimension, patterns.Dimension, "a dimension such as ServiceName=checkout")),
		reading.Key("tag", patterns.Formed(&m.Tag, patterns.Dimension, "a tag such as team=checkout")),
		reading.Key("topic", patterns.Formed(&m.Topic, patterns.Topic, "the ARN of a topic, or its name")),
	}
}

// counts warns of a match that never counts: one that stands there already, and one for a topic that is not heard.
func (r *Reader) counts(m alarms.Match, v reading.Value, service string) {
	if r.taken == nil {
		r.taken = map[alarms.Match]owner{}
	}
	switch first, taken := r.taken[m]; {
	case taken && first.service == service:
		v.Warnf("remove one of them", "line %d already has the same", first.line)
	// the same match of two services: the one that stands first in the file has the alarm
	case taken:
		v.Warnf("remove one of them, or make one more specific",
			"service %s has the same in line %d, and comes first: no alarm reaches %s through it",
			first.service, first.line, service)
	default:
		r.taken[m] = owner{service, v.Line()}
	}
	if m.Topic != "" {
		v.File.Later(func() { r.heard(m.Topic, v.In("topic")) })
	}
}

// maxCompared is of how many topics at the most it is said that a match is for none of them. Each match is compared with
// each topic.
const maxCompared = 100

// heard warns of a match for a topic that is none of those that are heard.
func (r *Reader) heard(pattern string, at reading.Value) {
	topics := *r.Topics
	if n := len(topics); n == 0 || n > maxCompared || at.File.Faulty("sns") {
		return
	}
	fits := func(arn string) bool { return aws.Glob(pattern, arn) || aws.Glob(pattern, aws.ShortName(arn)) }
	if !slices.ContainsFunc(topics, fits) {
		at.Warnf("add its ARN to sns.topics, or correct it",
			"no topic in sns.topics is %s: no alarm arrives over it", reading.Quote(at.Text()))
	}
}

// lonely warns of services that no alarm can come to, and of a file by which nobody is ever paged. What it warns of is
// allowed: services may be filled later, and a file may be one for a test.
func lonely(f *reading.File, services *alarms.Services, quiet, beats func(string) bool) {
	all := services.All
	if len(all) == 0 || f.Faulty("services") || f.Faulty("default_service") || f.Faulty("quiet") {
		return
	}
	silent, severities := true, []string{}
	for _, s := range all {
		if len(s.Matches) == 0 && !beats(s.Name) && s.Name != services.Default && services.Default != "" {
			f.Place("services."+s.Name).Warnf("give it alarms, or remove it",
				"no alarm reaches service %s: it has no alarms, and is not the default service", s.Name)
		}
		silent = silent && quiet(s.Severity)
		if !slices.Contains(severities, s.Severity) {
			severities = append(severities, s.Severity)
		}
	}
	if !silent {
		return
	}
	at, given := f.Look("quiet")
	if !given {
		at = f.Place("services." + all[0].Name + ".severity")
	}
	at.Warnf("take it out of quiet, or give services a severity that pages",
		"no alarm pages anybody: %s is quiet, and no service has another severity", strings.Join(severities, ", "))
}
