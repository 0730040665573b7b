// Package match says which alarms are meant. Services claim alarms by a [Match], and silences cover them by one.
//
// A match is a list of conditions on what is known of an alarm, all of which must hold. Each is a pattern in which * stands for any
// characters and ? for one. Patterns are written by people, also in chat, and what they are held against comes from outside: the
// work for both is bounded by the product of their lengths.
package match

import (
	"strings"
	"unicode/utf8"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// A Match describes alarms. All of its conditions that are not empty must hold. A Match without a condition fits nothing.
type Match struct {
	Alarm     string `json:"alarm,omitempty"` // the alarm's name
	Account   string `json:"account,omitempty"`
	Region    string `json:"region,omitempty"`
	Dimension string `json:"dimension,omitempty"` // "Name=value", of any dimension of the metric
	Tag       string `json:"tag,omitempty"`       // "name=value", of any tag of the alarm
	Topic     string `json:"topic,omitempty"`     // the ARN of the topic, or its name
}

// A Specificity is how much a match tells: of the name, of a dimension, of a tag, of the topic, of account and region.
type Specificity [5]int

// Less reports whether a tells less than b.
func (a Specificity) Less(b Specificity) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// Fits reports whether the match describes an alarm that was told of over a topic, and how much it tells.
func (m Match) Fits(a *incidents.Alarm, topic string) (told Specificity, ok bool) {
	if m == (Match{}) {
		return told, false
	}
	if m.Alarm != "" && !aws.Glob(m.Alarm, a.Name) || m.Account != "" && !aws.Glob(m.Account, a.Account) ||
		m.Region != "" && !aws.Glob(m.Region, a.Region) || m.Topic != "" && !m.fitsTopic(topic) ||
		m.Dimension != "" && !m.fitsDimension(a) || m.Tag != "" && !m.fitsTag(a) {
		return told, false
	}
	return Specificity{literal(m.Alarm), literal(m.Dimension), literal(m.Tag), literal(m.Topic),
		literal(m.Account) + literal(m.Region)}, true
}

func (m Match) fitsTopic(topic string) bool {
	return aws.Glob(m.Topic, topic) || aws.Glob(m.Topic, aws.ShortName(topic))
}

func (m Match) fitsDimension(a *incidents.Alarm) bool {
	if a.Metric != nil {
		for _, d := range a.Metric.Dimensions {
			if aws.Glob(m.Dimension, d.Name+"="+d.Value) {
				return true
			}
		}
	}
	for name, value := range a.Contributor {
		if aws.Glob(m.Dimension, name+"="+value) {
			return true
		}
	}
	return false
}

func (m Match) fitsTag(a *incidents.Alarm) bool {
	for name, value := range a.Tags {
		if aws.Glob(m.Tag, name+"="+value) {
			return true
		}
	}
	return false
}

// literal weighs a pattern: twice its characters that stand for themselves, and one
// more if there is no other in it.
func literal(pattern string) int {
	if pattern == "" {
		return 0
	}
	wild := strings.Count(pattern, "*") + strings.Count(pattern, "?")
	n := 2 * (utf8.RuneCountInString(pattern) - wild)
	if wild == 0 {
		n++
	}
	return n
}
