package config

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// maxRules bounds how many rules each message is compared with.
const maxRules = 200

// messages reads what messages amount to that are not CloudWatch's own. The first rule that fits counts.
func (r *reader) messages(c *Config, v reading.Value) {
	var places []reading.Value // of the rules
	r.List(v, `rules such as {match: {subject: "*backup*completed*"}, treat: marker}`, func(v reading.Value) {
		if rule, ok := r.rule(c, v); ok {
			c.Messages, places = append(c.Messages, rule), append(places, v)
		}
	})
	if len(c.Messages) > maxRules {
		r.Errorf(v, "join those that amount to the same by patterns", "messages has %d rules; %d are the most", len(c.Messages), maxRules)
		return
	}
	r.dead(c.Messages, places)
	r.unanswered(c.Messages, places)
}

func (r *reader) rule(c *Config, v reading.Value) (messages.Rule, bool) {
	var rule messages.Rule
	r.Mapping(v,
		reading.Key("match", func(v reading.Value) { r.matchMessage(v, &rule) }),
		reading.Key("treat", func(v reading.Value) {
			s, _ := r.oneOf(v, treatments()...)
			rule.Treat = messages.Treatment(s)
		}),
		reading.Key("key", func(v reading.Value) {
			r.pathText(&rule.Key, "what the message is about, such as $.job")(v)
			if !reading.InQuotes(rule.Key) {
				r.bare(v, rule.Key)
			}
			r.Quoted(v, rule.Key)
		}),
		reading.Key("title", func(v reading.Value) {
			r.pathText(&rule.Title, "what to say, such as $.message")(v)
			r.bare(v, rule.Title)
		}),
		reading.Key("severity", func(v reading.Value) { rule.Severity, _ = r.severity(v) }),
	)
	if v.Kind != reading.Mapping {
		return rule, false
	}
	if _, given := r.Places[v.Key+".match"]; !given {
		r.Errorf(v, `add match, such as {subject: "*completed*"}`, "the rule has no match")
	}
	if _, given := r.Places[v.Key+".treat"]; !given {
		r.Errorf(v, "add treat: page, quiet, marker or resolve", "the rule does not say what its messages amount to")
	}
	if rule.Severity != "" && rule.Treat != "" && rule.Treat != messages.Page {
		r.Errorf(r.Place(v.Key+".severity"), "remove it, or write treat: page", "a severity says how bad a page is; this rule is treat: %s", rule.Treat)
	}
	if rule.Treat == messages.Resolve && rule.Key == "" {
		r.Warnf(r.Place(v.Key+".treat"), "add the key that the rule has which opens the incident", "without a key it resolves only what the program itself knows to be the same")
	}
	r.Later = append(r.Later, func() {
		if rule.Severity != "" && c.PagesNobody(rule.Severity) {
			r.Warnf(r.Place(v.Key+".severity"), "give it another severity, or write treat: quiet", "%s is quiet: nobody will be paged", rule.Severity)
		}
	})
	return rule, !r.Faulty(v.Key)
}

func treatments() []string {
	var names []string
	for _, t := range messages.Treatments() {
		names = append(names, string(t))
	}
	return names
}

func (r *reader) matchMessage(v reading.Value, rule *messages.Rule) {
	r.Mapping(v,
		reading.Key("subject", patterns.Text(r.Reader, &rule.Subject, "a pattern for the subject, such as *completed*")),
		reading.Key("text", patterns.Text(r.Reader, &rule.Text, "a pattern for the whole text, such as *completed*")),
		reading.Key("json", func(v reading.Value) { r.conditions(v, rule) }),
	)
	if rule.Subject == "" && rule.Text == "" && len(rule.JSON) == 0 {
		r.unlessFaulty(v.Key, "the match has nothing that a message could match", "give at least one of subject, text, json")
	}
}

// conditions reads patterns for what stands at paths of a message.
func (r *reader) conditions(v reading.Value, rule *messages.Rule) {
	if v.Kind != reading.Mapping {
		r.Wrong(v, `a mapping from paths to patterns, such as {"$.state": "FAILED"}`)
		return
	}
	r.Each(v, func(f reading.Field, at reading.Value) {
		if _, err := aws.ParsePath(f.Name); err != nil {
			r.Errorf(at, "write it as $.detail.state, $.list[0] or $['a name']", "%v", err)
			return
		}
		c := messages.Condition{Path: f.Name}
		r.Read(patterns.Text(r.Reader, &c.Pattern, "a pattern for what stands there"), reading.At(f.Value, at.Key))
		if c.Pattern != "" {
			rule.JSON = append(rule.JSON, c)
		}
	})
}

// pathText returns the reader of a text in which paths stand for what is there.
func (r *reader) pathText(to *string, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := r.Filled(v, wanted)
		if !ok {
			return
		}
		if err := messages.CheckText(s); err != nil {
			r.Errorf(v, "write a path as $.detail.state, alone or in braces", "%v", err)
			return
		}
		*to = s
	}
}

var (
	inBraces = regexp.MustCompile(`\{[^}]*\}`)
	barePath = regexp.MustCompile(`(^|[^0-9])(\$[.\[])`)
)

// bare warns of a path in a text that is not in braces.
func (r *reader) bare(v reading.Value, s string) {
	if strings.HasPrefix(s, "$") {
		return
	}
	if found := barePath.FindStringSubmatch(inBraces.ReplaceAllString(s, "")); found != nil {
		r.Warnf(v, `write a path that stands in a text in braces, as in "Job {$.job}"`, "%s in %s is no path, but text", found[2], reading.Quote(v.Text))
	}
}
