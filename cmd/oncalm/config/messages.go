package config

import (
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/messages"
)

// maxRules bounds how many rules each message is compared with.
const maxRules = 200

// messages reads what messages amount to that are not CloudWatch's own. The first rule that fits counts.
func (r *reader) messages(c *Config, v value) {
	r.list(v, `rules such as {match: {subject: "*backup*completed*"}, treat: marker}`, func(v value) {
		if rule, ok := r.rule(c, v); ok {
			c.Messages = append(c.Messages, rule)
		}
	})
	if len(c.Messages) > maxRules {
		r.errorf(v, "join those that amount to the same by patterns", "messages has %d rules; %d are the most", len(c.Messages), maxRules)
	}
}

func (r *reader) rule(c *Config, v value) (messages.Rule, bool) {
	var rule messages.Rule
	r.mapping(v,
		entry{"match", func(v value) { r.matchMessage(v, &rule) }},
		entry{"treat", func(v value) {
			s, _ := r.oneOf(v, treatments()...)
			rule.Treat = messages.Treatment(s)
		}},
		entry{"key", r.pathText(&rule.Key, "what the message is about, such as $.job")},
		entry{"title", r.pathText(&rule.Title, "what to say, such as $.message")},
		entry{"severity", func(v value) { rule.Severity, _ = r.severity(v) }},
	)
	if v.kind != mapping {
		return rule, false
	}
	if _, given := r.places[v.key+".match"]; !given {
		r.errorf(v, `add match, such as {subject: "*completed*"}`, "the rule has no match")
	}
	if _, given := r.places[v.key+".treat"]; !given {
		r.errorf(v, "add treat: page, quiet, marker or resolve", "the rule does not say what its messages amount to")
	}
	if rule.Severity != "" && rule.Treat != "" && rule.Treat != messages.Page {
		r.errorf(r.place(v.key+".severity"), "remove it, or write treat: page", "a severity says how bad a page is; this rule is treat: %s", rule.Treat)
	}
	if rule.Treat == messages.Resolve && rule.Key == "" {
		r.warnf(r.place(v.key+".treat"), "add the key that the rule has which opens the incident", "without a key it resolves only what the program itself knows to be the same")
	}
	r.later = append(r.later, func() {
		if rule.Severity != "" && c.PagesNobody(rule.Severity) {
			r.warnf(r.place(v.key+".severity"), "give it another severity, or write treat: quiet", "%s is quiet: nobody will be paged", rule.Severity)
		}
	})
	return rule, !r.faulty(v.key)
}

func treatments() []string {
	var names []string
	for _, t := range messages.Treatments() {
		names = append(names, string(t))
	}
	return names
}

func (r *reader) matchMessage(v value, rule *messages.Rule) {
	r.mapping(v,
		entry{"subject", r.pattern(&rule.Subject, "a pattern for the subject, such as *completed*")},
		entry{"text", r.pattern(&rule.Text, "a pattern for the whole text, such as *completed*")},
		entry{"json", func(v value) { r.conditions(v, rule) }},
	)
	if rule.Subject == "" && rule.Text == "" && len(rule.JSON) == 0 {
		r.unlessFaulty(v.key, "the match has nothing that a message could match", "give at least one of subject, text, json")
	}
}

// conditions reads patterns for what stands at paths of a message.
func (r *reader) conditions(v value, rule *messages.Rule) {
	if v.kind != mapping {
		r.wrong(v, `a mapping from paths to patterns, such as {"$.state": "FAILED"}`)
		return
	}
	r.each(v, func(f field, at value) {
		if _, err := aws.ParsePath(f.name); err != nil {
			r.errorf(at, "write it as $.detail.state, $.list[0] or $['a name']", "%v", err)
			return
		}
		c := messages.Condition{Path: f.name}
		r.read(r.pattern(&c.Pattern, "a pattern for what stands there"), value{f.value, at.key})
		if c.Pattern != "" {
			rule.JSON = append(rule.JSON, c)
		}
	})
}

// pathText returns the reader of a text in which paths stand for what is there.
func (r *reader) pathText(to *string, wanted string) func(value) {
	return func(v value) {
		s, ok := r.filled(v, wanted)
		if !ok {
			return
		}
		if err := messages.CheckText(s); err != nil {
			r.errorf(v, "write a path as $.detail.state, alone or in braces", "%v", err)
			return
		}
		*to = s
	}
}
