package config

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// owner is whose a match is, and the line where it stands.
type owner struct {
	service string
	line    int
}

// maxCompared is of how many topics at the most it is said that a match is for none of them.
const maxCompared = 100

// matched warns of a match that never counts: one that stands there already, and one for a topic that is not heard.
func (r *reader) matched(c *Config, service string, m alarms.Match, v reading.Value) {
	switch first, taken := r.matches[m]; {
	case taken && first.service == service:
		r.Warnf(v, "remove one of them", "the same stands in line %d already", first.line)
	case taken:
		r.Warnf(v, "remove one of them, or make one more specific", "service %s has the same in line %d, and comes first: no alarm comes to %s by it", first.service, first.line, service)
	default:
		r.matches[m] = owner{service, v.Line}
	}
	if m.Topic == "" {
		return
	}
	r.Later = append(r.Later, func() {
		if len(c.SNS.Topics) > maxCompared {
			return
		}
		heard := func(arn string) bool { return aws.Glob(m.Topic, arn) || aws.Glob(m.Topic, aws.ShortName(arn)) }
		if len(c.SNS.Topics) > 0 && !r.Faulty("sns") && !slices.ContainsFunc(c.SNS.Topics, heard) {
			at := r.Place(v.Key + ".topic")
			r.Warnf(at, "add its ARN to sns.topics, or correct it", "no topic of sns.topics is %s: nothing comes over it", reading.Quote(at.Text))
		}
	})
}

// lonely warns of services that no alarm can come to, and of a file by which nobody is ever paged.
func (r *reader) lonely(c *Config) {
	all := c.Services.All
	if len(all) == 0 || r.Faulty("services") || r.Faulty("default_service") || r.Faulty("quiet") {
		return
	}
	quiet, severities := true, []string{}
	for _, s := range all {
		if len(s.Matches) == 0 && s.Name != c.Services.Default && c.Services.Default != "" {
			r.Warnf(r.Place("services."+s.Name), "give it alarms, or remove it", "no alarm comes to service %s: it has no alarms, and is not the default service", s.Name)
		}
		quiet = quiet && c.PagesNobody(s.Severity)
		if !slices.Contains(severities, s.Severity) {
			severities = append(severities, s.Severity)
		}
	}
	if !quiet {
		return
	}
	at := r.Place("quiet")
	if _, given := r.Places["quiet"]; !given {
		at = r.Place("services." + all[0].Name + ".severity")
	}
	r.Warnf(at, "take it out of quiet, or give services a severity that pages",
		"no alarm pages anybody: %s is quiet, and no service has another severity", strings.Join(severities, ", "))
}
