package rules

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/nearest"
)

// dead warns of rules that never count, since one before fits whatever they fit, and of one that keeps everything from
// paging. It warns of what is certain only: two patterns may have texts in common that neither can show.
func dead(rules []messages.Rule, places []reading.Value) {
	pages := false
	for j := range rules {
		i := slices.IndexFunc(rules[:j], func(before messages.Rule) bool { return fitsAll(&before, &rules[j]) })
		switch {
		case i >= 0:
			places[j].Warnf("put it before that one, or remove it",
				"the rule never applies: %s, which comes first, matches everything that it matches", places[i].Key)
		// before a rule that pages: behind one it may be meant as the rest
		case !pages && rules[j].Treat != judge.Page && fitsAll(&rules[j], &messages.Rule{}):
			places[j].Warnf(`narrow it down to the messages that are meant, such as {subject: "*completed*"}`,
				"the rule matches all messages except CloudWatch's own alarms: none of them pages anybody")
		}
		pages = pages || rules[j].Treat == judge.Page
	}
}

// fitsAll reports whether a rule surely fits all messages that another one fits. Each condition of the one must be met by
// what the other asks for: a rule with fewer conditions fits more.
func fitsAll(r, other *messages.Rule) bool {
	met := func(c messages.Condition) bool {
		return slices.ContainsFunc(other.JSON, func(o messages.Condition) bool {
			return o.Path == c.Path && includes(c.Pattern, o.Pattern)
		})
	}
	return includes(r.Subject, other.Subject) && includes(r.Text, other.Text) &&
		!slices.ContainsFunc(r.JSON, func(c messages.Condition) bool { return !met(c) })
}

// includes reports whether a pattern surely fits all texts that another one fits; no pattern fits all. What fits the
// other one as it is written, * as *, fits each text that stands for: * can only have been met by *. With ? that is
// not so.
func includes(pattern, other string) bool {
	if strings.Trim(pattern, "*") == "" {
		return true
	}
	return other != "" && !strings.Contains(pattern, "?") && aws.Glob(strings.ToLower(pattern), strings.ToLower(other))
}

// unanswered warns of rules that resolve what no rule opens: the key of such an incident is its rule's, not one of the
// table. A key with a path in it may be the same text in the end, so only those without are compared letter by letter.
func unanswered(rules []messages.Rule, places []reading.Value) {
	var open []string
	for _, rule := range rules {
		if rule.Key != "" && (rule.Treat == judge.Page || rule.Treat == judge.Quiet) {
			open = append(open, plainKey(rule.Key))
		}
	}
	for i, rule := range rules {
		key := plainKey(rule.Key)
		if rule.Treat != judge.Resolve || key == "" || slices.Contains(open, key) {
			continue
		}
		remedy := "give the rule that opens it, with treat: page or quiet, the same key"
		near := slices.IndexFunc(open, func(k string) bool { return nearest.Distance(k, key, 2) < 2 })
		paths := slices.ContainsFunc(open, func(k string) bool { return strings.Contains(k, "$") })
		switch {
		case near >= 0:
			remedy = `did you mean "` + open[near] + `"?`
		case paths && strings.Contains(key, "$"):
			continue // the same may stand at another path when it is over
		}
		places[i].In("key").Warnf(remedy,
			"no rule opens incidents under the key %s: there is nothing to resolve", reading.Quote(rule.Key))
	}
}

// plainKey is a key with a path alone as it is written without braces.
func plainKey(key string) string {
	inner, ok := strings.CutPrefix(strings.TrimSpace(key), "{")
	if ok && strings.Count(inner, "}") == 1 && strings.HasSuffix(inner, "}") {
		return strings.TrimSuffix(inner, "}")
	}
	return strings.TrimSpace(key)
}
