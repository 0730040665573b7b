package alarms

import (
	"cmp"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/store"
)

// seenBefore reports whether a message was taken in before, and which incident it concerns. Its fate says so; of messages
// that an older version took in, what it remembered beside other requests.
func seenBefore(tx store.Tx, id string) (incident string, seen bool) {
	if f, seen := fates.Of(tx, id); seen {
		return f.Incident(), true
	}
	return requests.Recall(tx, id)
}

// fateOf is what is kept of a message. The text of one about a subscription is not: its token is a secret.
func fateOf(v *sns.Verified, parts []fates.Part) fates.Fate {
	f := fates.Fate{ID: v.ID(), At: v.Received, Topic: v.TopicARN, Subject: aws.Line(v.Subject, aws.MaxName), Parts: parts}
	if v.Type == sns.Notification || v.Type == sns.Reconciled {
		f.SetText(v.Message)
	} else {
		f.Lost = true
	}
	return f
}

// fate is what became of one signal of a message.
func (t *Intake) fate(a *aimed, out Outcome) fates.Part {
	p := fates.Part{
		Name: a.Name, Kind: a.Kind, State: string(a.State), Treat: string(a.Treatment()),
		Service: a.service.Name, Outcome: out.What, Incident: out.Incident,
		Why: cmp.Or(out.Why, out.Held.Hushes()),
	}
	if a.Treatment() != judge.Page && a.Treatment() != judge.Quiet {
		return p
	}
	p.Severity = asOpened(a.Signal, a.service).Severity
	if quiet := t.quiet(a.Signal, p.Severity); quiet != "" {
		p.Treat, p.Why = string(judge.Quiet), cmp.Or(p.Why, quiet)
	}
	return p
}
