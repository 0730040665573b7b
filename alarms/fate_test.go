package alarms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/store"
)

// pagesAna pages ana for what is opened or triggered again and not quiet, and delivers the first page at once.
func pagesAna(_ store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	switch e.Body.(type) {
	case incidents.Opened, incidents.Reopened:
		if i.Quiet {
			return nil
		}
		key := fmt.Sprint(i.ID, "/page/", i.Run)
		bodies := []incidents.Body{incidents.Paged{Key: key, Person: "ana", Via: incidents.ViaSlack}}
		if i.Run == 0 {
			bodies = append(bodies, incidents.Delivered{Key: key, Person: "ana", Via: incidents.ViaSlack})
		} else {
			bodies = append(bodies, incidents.Withheld{Key: key, Person: "ana", Why: "the incident was resolved before it went out"})
		}
		return bodies
	}
	return nil
}

// fates tells what became of each message, in the order in which they were sent.
func (r *rig) fates() string {
	r.t.Helper()
	var b strings.Builder
	var ledger fates.Ledger
	from, to := testTime.Add(-time.Hour), testTime.Add(24*time.Hour)
	err := fates.Between(r.t.Context(), r.store, from, to, func(f fates.Fate) error {
		return r.store.View(r.t.Context(), func(tx store.Tx) error {
			for _, p := range f.Parts {
				fmt.Fprintf(&b, "%s %s %s [%s %s %s] %s\n", f.At.Format("15:04:05"), p.Name, p.State, p.Treat, p.Severity, p.Service,
					p.Say(ledger.Paged(tx, &f, &p)))
			}
			return nil
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

// TestFates holds what can be looked up of each message.
func TestFates(t *testing.T) {
	r := newRig(t)
	r.intake.Quiet = []string{"sev3"}
	r.intake.Book.Followers = []incidents.Follower{pagesAna}
	fires := aws.Example{Name: "checkout-x", At: minute(1)}
	r.at(1).alarm(fires)
	r.at(2).alarm(fires)
	r.at(3).alarm(aws.Example{Name: "checkout-x", State: alarmOK, At: minute(0.5)})
	r.at(4).alarm(aws.Example{Name: "checkout-x", State: alarmOK, At: minute(4)})
	r.at(5).alarm(aws.Example{Name: "checkout-x", At: minute(5)})
	r.at(6).alarm(aws.Example{Name: "search-x", At: minute(6)})
	r.at(7).text(r.eventOf("checkout-y", alarmFiring, 7, "Alarm"))
	r.at(8).alarm(aws.Example{Name: "orders-x", State: alarmOK, At: minute(8)})
	r.at(9).text(`{"source":"aws.ecs","detail-type":"ECS Deployment State Change","account":"123456789012","region":"eu-central-1",` +
		`"time":"2026-11-02T14:11:00Z","id":"e1","resources":["arn:aws:ecs:eu-central-1:123456789012:service/prod/web"],` +
		`"detail":{"eventName":"SERVICE_DEPLOYMENT_COMPLETED","deploymentId":"d"}}`)
	r.at(10).text("the lift is stuck\n\x1b[31m")
	v := r.at(11).verified(sns.Post{Type: sns.SubscriptionConfirmed})
	r.take(v)
	golden(t, "fates.golden", r.fates())
	if err := r.store.View(t.Context(), func(tx store.Tx) error {
		f, ok := fates.Of(tx, v.ID())
		if text, kept := f.Text(); !ok || kept || text != "" {
			t.Errorf("of a subscription %q is kept: its token is a secret", text)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestFateIsAnswered holds that a message which comes again is recognised by its fate, and by what older versions remembered.
func TestFateIsAnswered(t *testing.T) {
	r := newRig(t)
	v := r.verified(sns.Post{Message: r.message(aws.Example{Name: "checkout-x"})})
	r.want(r.take(v), Opened)
	if out := r.take(v); out.What != Seen || out.Incident != "1" {
		t.Errorf("again: %+v", out)
	}
	old := r.verified(sns.Post{Message: r.message(aws.Example{Name: "checkout-z"})})
	if err := r.store.Update(t.Context(), func(tx store.Tx) error {
		requests.Remember(tx, r.now, old.ID(), "7")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if out := r.take(old); out.What != Seen || out.Incident != "7" || len(r.all()) != 1 {
		t.Errorf("of an older version: %+v", out)
	}
}

// TestFateOfWhatIsHeld holds that of a page which waits it is said until when.
func TestFateOfWhatIsHeld(t *testing.T) {
	r := newRig(t)
	r.intake.Services.All[0].Hold = 2 * time.Minute
	r.at(1).alarm(aws.Example{Name: "checkout-x", At: minute(1)})
	if got := r.fates(); !strings.Contains(got, "paged nobody: held until 2026-11-02T14:05:00Z") {
		t.Error(got)
	}
}
