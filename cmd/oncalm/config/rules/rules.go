// Package rules reads what messages amount to that are not CloudWatch's own, and finds rules that never count.
//
// A rule comes before the table of the program (package alarms/messages), and the first that fits a message counts: so the
// order in the file matters, and a rule behind a wider one is dead. Keys and titles are texts in which a path such as $.job
// stands for what is there.
package rules

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
)

// maxRules bounds how many rules each message is compared with.
const maxRules = 200

// A Reader reads the section messages.
type Reader struct {
	Rules *[]messages.Rule
	// Quiet says, once the whole file was read, which severities page nobody.
	Quiet func(severity string) bool
}

// Section reads rules. The first one that fits a message counts.
func (r *Reader) Section(v reading.Value) {
	var places []reading.Value // of the rules
	v.List(`rules such as {match: {subject: "*backup*completed*"}, treat: marker}`, func(v reading.Value) {
		if rule, ok := r.rule(v); ok {
			*r.Rules, places = append(*r.Rules, rule), append(places, v)
		}
	})
	if n := len(*r.Rules); n > maxRules {
		v.Errorf("merge rules by using patterns",
			"messages has %d rules; %d are the most", n, maxRules)
		return
	}
	dead(*r.Rules, places)
	unanswered(*r.Rules, places)
}

// rule reads one rule; false if anything is wrong with it. It is then left out, which changes nothing: with an error the
// server does not start.
func (r *Reader) rule(v reading.Value) (messages.Rule, bool) {
	var rule messages.Rule
	v.Mapping(
		reading.Key("match", func(v reading.Value) { match(v, &rule) }),
		reading.Key("treat", func(v reading.Value) {
			s, _ := v.OneOf(treatments()...)
			rule.Treat = judge.Treatment(s)
		}),
		reading.Key("key", func(v reading.Value) {
			rule.Key = pathText(v, "what the message is about, such as $.job")
			if !patterns.InQuotes(rule.Key) {
				bare(v, rule.Key)
			}
			patterns.Quoted(v, rule.Key)
		}),
		reading.Key("title", func(v reading.Value) {
			rule.Title = pathText(v, "what to say, such as $.message")
			bare(v, rule.Title)
		}),
		reading.Key("severity", severities.Set(&rule.Severity)),
	)
	if v.Kind() != reading.Mapping {
		return rule, false
	}
	sound(rule, v)
	v.File.Later(func() {
		if rule.Severity != "" && r.Quiet(rule.Severity) {
			v.In("severity").Warnf("give it another severity, or write treat: quiet",
				"%s is quiet: nobody will be paged", rule.Severity)
		}
	})
	return rule, !v.Faulty()
}

// sound sees that the keys of a rule go together.
func sound(rule messages.Rule, v reading.Value) {
	if !v.Has("match") {
		v.Errorf(`add match, such as {subject: "*completed*"}`, "the rule has no match")
	}
	if !v.Has("treat") {
		v.Errorf("add treat: page, quiet, marker or resolve", "the rule does not say how to treat its messages")
	}
	if rule.Severity != "" && rule.Treat != "" && rule.Treat != judge.Page {
		v.In("severity").Errorf("remove it, or write treat: page",
			"a severity says how bad a page is; this rule is treat: %s", rule.Treat)
	}
	if rule.Treat == judge.Resolve && rule.Key == "" {
		v.In("treat").Warnf("add the key of the rule that opens the incident",
			"without a key it resolves only what Oncalm itself recognises as the same")
	}
}

// treatments are the words of treat: in the file.
func treatments() []string {
	var names []string
	for _, t := range judge.Treatments() {
		names = append(names, string(t))
	}
	return names
}

// match reads the conditions of a rule, all of which must hold. Without one it would fit nothing, which is hardly meant.
func match(v reading.Value, rule *messages.Rule) {
	v.Mapping(
		reading.Key("subject", patterns.Text(&rule.Subject, "a pattern for the subject, such as *completed*")),
		reading.Key("text", patterns.Text(&rule.Text, "a pattern for the whole text, such as *completed*")),
		reading.Key("json", func(v reading.Value) { rule.JSON = conditions(v) }),
	)
	if rule.Subject == "" && rule.Text == "" && len(rule.JSON) == 0 {
		v.Lacks("give at least one of subject, text, json", "the match has nothing that a message could match")
	}
}

// conditions reads patterns for what stands at paths of a message.
func conditions(v reading.Value) []messages.Condition {
	const wanted = `a mapping from paths to patterns, such as {"$.state": "FAILED"}`
	// to a mapping a null is an empty one: here it is a condition that somebody forgot
	if v.Kind() == reading.Null {
		v.Wrong(wanted)
	}
	var all []messages.Condition
	v.Each(wanted, func(path string, key, value reading.Value) {
		if _, err := aws.ParsePath(path); err != nil {
			key.Errorf("write it as $.detail.state, $.list[0] or $['a name']", "%v", err)
			return
		}
		c := messages.Condition{Path: path}
		patterns.Text(&c.Pattern, "a pattern for what stands there")(value)
		if c.Pattern != "" {
			all = append(all, c)
		}
	})
	return all
}

// pathText reads a text in which paths stand for what is there. The path is only read here; whether a message has it, each
// message tells.
func pathText(v reading.Value, wanted string) string {
	s, ok := v.Filled(wanted)
	if !ok {
		return ""
	}
	if err := messages.CheckText(s); err != nil {
		v.Errorf("write a path as $.detail.state, alone or in braces", "%v", err)
		return ""
	}
	return s
}

// inBraces finds what is a path already; barePath finds one outside, but not a sum of money such as 5$.
var (
	inBraces = regexp.MustCompile(`\{[^}]*\}`)
	barePath = regexp.MustCompile(`(^|[^0-9])(\$[.\[])`)
)

// bare warns of a path in a text that is not in braces.
func bare(v reading.Value, s string) {
	if strings.HasPrefix(s, "$") {
		return
	}
	if found := barePath.FindStringSubmatch(inBraces.ReplaceAllString(s, "")); found != nil {
		v.Warnf(`put a path within a text in braces, as in "Job {$.job}"`,
			"%s in %s is text, not a path", found[2], reading.Quote(v.Text()))
	}
}
