// Package levers reads what can be rolled back of a service. Which kinds of targets there are, and what each has to be told, stands in
// one list, [Makers].
package levers

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/appconfig"
	"github.com/oncalm/oncalm/rollbacks/cloudformation"
	"github.com/oncalm/oncalm/rollbacks/codebuild"
	"github.com/oncalm/oncalm/rollbacks/codedeploy"
	"github.com/oncalm/oncalm/rollbacks/codepipeline"
	"github.com/oncalm/oncalm/rollbacks/ecs"
	"github.com/oncalm/oncalm/rollbacks/kubernetes"
	"github.com/oncalm/oncalm/rollbacks/lambda"
	"github.com/oncalm/oncalm/rollbacks/webhook"
	"github.com/oncalm/oncalm/text"
)

// Makers are all kinds of targets.
func Makers() []rollbacks.Maker {
	return []rollbacks.Maker{
		appconfig.Maker(),
		cloudformation.Maker(),
		codebuild.Maker(),
		codedeploy.Maker(),
		codepipeline.Maker(),
		ecs.Maker(),
		kubernetes.Maker(),
		lambda.Maker(),
		webhook.Maker(),
	}
}

const (
	// most is how many targets a service has at the most, and mostApprovals how many must approve.
	most          = 10
	mostApprovals = 5
	maxValue      = 256
)

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	roleForm    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,128}$`)
)

// Read reads one target, or a list of them, in order. Their order is that in which they are tried: the first that can be
// rolled back is offered.
func Read(v reading.Value) (all []rollbacks.Lever) {
	one := func(v reading.Value) {
		l := lever(v)
		if same := func(o rollbacks.Lever) bool { return o.Name == l.Name }; l.Name != "" && slices.ContainsFunc(all, same) {
			v.Errorf("remove one of them", "%s is listed twice", l.Name)
			return
		}
		if l.Name != "" {
			all = append(all, l)
		}
	}
	switch v.Kind() {
	case reading.Sequence:
		v.List("targets such as {kind: ecs, cluster: prod, service: checkout}", one)
		if len(all) > most {
			v.Errorf("name those that somebody would choose", "there are %d targets; %d are the most", len(all), most)
		}
	default:
		one(v)
	}
	return all
}

// lever reads one target. What it has to be told depends on its kind. Without a kind only that is complained of: nobody
// knows which keys it would have.
func lever(v reading.Value) rollbacks.Lever {
	l := rollbacks.Lever{Keys: rollbacks.Settings{}, Approvals: 1}
	var names []string
	for _, m := range Makers() {
		names = append(names, m.Kind)
	}
	entries := []reading.Entry{
		reading.Key("kind", func(v reading.Value) { l.Kind, _ = v.OneOf(names...) }),
		reading.Key("approvals", func(v reading.Value) {
			if n, ok := v.Number(0, mostApprovals); ok {
				l.Approvals = n
			}
		}),
		reading.Key("region", formed(&l.Region, regionForm, "a region such as eu-central-1")),
		reading.Key("account", formed(&l.Account, accountForm, `an account of 12 digits in quotes, such as "123456789012"`)),
		reading.Key("role", formed(&l.Role, roleForm,
			"the ARN of a role such as arn:aws:iam::123456789012:role/oncalm-rollback")),
		reading.Key("break_glass", reading.SetBool(&l.BreakGlass)),
		reading.Key("dry_run", reading.SetBool(&l.Dry)),
	}
	m, known := makerOf(v)
	if v.Kind() == reading.Mapping && !known { // the kind is wrong, and not all that it is told
		given := false
		v.Each("", func(name string, _, v reading.Value) {
			if name == "kind" {
				given = true
				v.OneOf(names...)
			}
		})
		if !given {
			v.Errorf("add kind: with one of "+strings.Join(names, ", "), "the target has no kind")
		}
		return l
	}
	for _, k := range m.Keys {
		entries = append(entries, keyEntry(k, l.Keys))
	}
	v.Mapping(entries...)
	complete(v, m, l.Keys)
	l.Name = nameOf(l, m)
	if l.Account != "" {
		l.Keys["account"] = l.Account
	}
	return l
}

// makerOf finds the kind of a target before the rest is read.
func makerOf(v reading.Value) (rollbacks.Maker, bool) {
	kind := reading.Peek(v, "kind")
	for _, m := range Makers() {
		if m.Kind == kind {
			return m, true
		}
	}
	return rollbacks.Maker{}, false
}

// keyEntry reads what a kind of target has to be told.
func keyEntry(k rollbacks.Key, to rollbacks.Settings) reading.Entry {
	if k.Names != nil {
		return reading.Key(k.Name, func(v reading.Value) { named(v, k, to) })
	}
	return reading.Key(k.Name, func(v reading.Value) {
		s, ok := v.Filled(k.Name + " such as " + k.Such)
		switch {
		case !ok:
		case k.Check != nil && k.Check(s) != nil:
			v.Errorf("write such as "+k.Such, "%v", k.Check(s))
		case !k.Secret && (len(s) > maxValue || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })):
			v.Errorf("write such as "+k.Such, "the text is too long, or has characters that nobody sees")
		default:
			to[k.Name] = s
		}
	})
}

// mostNamed is how many values a key may have that has several.
const mostNamed = 30

// named reads a key with several values. They may be secrets, so any text will do.
func named(v reading.Value, k rollbacks.Key, to rollbacks.Settings) {
	count := 0
	v.Each("names and values such as "+k.Such, func(name string, key, v reading.Value) {
		if count++; count > mostNamed {
			key.Errorf("leave out what the target can know by itself", "there are more than %d", mostNamed)
			return
		}
		if err := k.Names(name); err != nil {
			key.Errorf("write such as "+k.Such, "%v", err)
			return
		}
		if s, ok := v.Filled("a text, for " + name); ok {
			to[k.Name+"."+name] = s
		}
	})
}

// complete sees that nothing is missing, and that it goes together.
func complete(v reading.Value, m rollbacks.Maker, to rollbacks.Settings) {
	if v.Kind() != reading.Mapping {
		return
	}
	for _, k := range m.Keys {
		if !k.Optional && !v.Has(k.Name) {
			v.Errorf("add "+k.Name+": such as "+k.Such, "the target has no %s", k.Name)
		}
	}
	if m.Check != nil && m.Check(to) != nil {
		v.Errorf("see docs/rollbacks.md#"+m.Kind, "%v", m.Check(to))
	}
}

// nameOf is how people know a target: nothing in it is a secret. Of an address only the host is in it. Two targets of a
// service may not have the same name, as it is what people choose by.
func nameOf(l rollbacks.Lever, m rollbacks.Maker) string {
	var parts []string
	for _, k := range m.Keys {
		value := l.Keys[k.Name]
		if u, err := url.Parse(value); k.Name == "url" && err == nil {
			value = u.Host
		}
		if !k.Secret && !k.Aside && value != "" {
			parts = append(parts, value)
		}
	}
	if l.Kind == "" || len(parts) == 0 {
		return ""
	}
	return l.Kind + " " + strings.Join(parts, "/")
}

// formed reads a text of a form, such as an ARN. AWS would refuse another only in the incident.
func formed(to *string, form *regexp.Regexp, wanted string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		switch {
		case !ok:
		case !form.MatchString(s):
			v.Errorf("write "+wanted, "%s does not fit", reading.Quote(v.Text()))
		default:
			*to = s
		}
	}
}

// Agree warns of targets that nobody could roll back: whoever asks does not count among those who approve.
func Agree(f *reading.File, all map[string][]rollbacks.Lever, approvers int) {
	for _, service := range slices.Sorted(maps.Keys(all)) {
		for _, l := range all[service] {
			if l.Approvals > approvers {
				f.Place("services."+service+".rollback").Warnf("name them in rights.approver, or set approvals: 0",
					"%s needs %s, and %s may approve rollbacks", l.Name, text.Count(l.Approvals, "approval", "approvals"),
					text.Count(approvers, "person", "people"))
			}
		}
	}
}

// AgreeFreezes refuses to freeze the pipelines of services that have none.
func AgreeFreezes(f *reading.File, all map[string][]rollbacks.Lever, freezes map[string]string) {
	var kinds []string
	for _, m := range Makers() {
		if m.Gate {
			kinds = append(kinds, m.Kind)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(freezes)) {
		held := func(l rollbacks.Lever) bool { return slices.Contains(kinds, l.Kind) && !l.Dry }
		if !slices.ContainsFunc(all[service], held) {
			f.Place("services."+service+".freeze").Errorf(
				"add rollback: {kind: codepipeline, pipeline: web, stage: deploy}, or remove it",
				"service %s has no pipeline to freeze", service)
		}
	}
}
