package alarms

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/mend"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

// groupRig is an intake whose services group their alarms.
func groupRig(t *testing.T) *rig {
	r := quietRig(t)
	for n := range r.intake.Services.All {
		r.intake.Services.All[n].Group = 5 * time.Minute
	}
	return r
}

// fires lets alarms fire at that minute, and says what came of each, with the incident.
func (r *rig) fires(minutes float64, want string, names ...string) {
	r.t.Helper()
	for _, name := range names {
		out := r.at(minutes).alarm(aws.Example{Name: name})
		if got := out.What + " " + out.Incident; got != want {
			r.t.Errorf("at minute %v alarm %s: %s, want %s", minutes, name, got, want)
		}
	}
}

func (r *rig) clears(minutes float64, want string, names ...string) {
	r.t.Helper()
	for _, name := range names {
		out := r.at(minutes).alarm(aws.Example{Name: name, State: alarmOK})
		if got := out.What + " " + out.Incident; got != want {
			r.t.Errorf("at minute %v alarm %s is OK: %s, want %s", minutes, name, got, want)
		}
	}
}

// did has ana do something to an incident.
func (r *rig) did(id string, body incidents.Body) {
	r.t.Helper()
	if _, err := r.intake.Book.Record(r.t.Context(), id, incidents.Person("ana"), body); err != nil {
		r.t.Fatal(err)
	}
}

// hand is that of ana, who merges and splits.
func (r *rig) hand(tx store.Tx) mend.Hand {
	return mend.Hand{Tx: tx, Book: r.intake.Book, Now: r.now, By: incidents.Person("ana"), Judge: r.intake.Services.OpensFrom,
		PagesNobody: func(severity string) bool { return slices.Contains(r.intake.Quiet, severity) }}
}

func (r *rig) merges(from, into string) error {
	r.t.Helper()
	return r.store.Update(r.t.Context(), func(tx store.Tx) error { return r.hand(tx).Merge(from, into) })
}

func (r *rig) splits(id, name string) (made string, err error) {
	r.t.Helper()
	err = r.store.Update(r.t.Context(), func(tx store.Tx) error {
		i, err := r.hand(tx).Split(id, name)
		if err == nil {
			made = i.ID
		}
		return err
	})
	return made, err
}

// head reads an incident, which must be the fold of its timeline as all are.
func (r *rig) head(id string) incidents.Incident {
	r.t.Helper()
	for _, i := range r.all() {
		if i.ID == id {
			return i.Incident
		}
	}
	r.t.Fatalf("there is no incident %s", id)
	return incidents.Incident{}
}

// fire says which alarms fire in an incident, with their severities, the worst first.
func (r *rig) firing(id, want string) {
	r.t.Helper()
	got := ""
	i := r.head(id)
	for _, m := range members.Of(&i) {
		got += fmt.Sprintf("%s %s, ", m.Severity, m.Name)
	}
	if got += fmt.Sprintf("%d in all", i.Alarms()); got != want {
		r.t.Errorf("incident %s: %s, want %s", id, got, want)
	}
}

func TestGroup(t *testing.T) {
	t.Run("alarms of one service", func(t *testing.T) {
		r := groupRig(t)
		r.fires(0, "opened 1", "checkout-a")
		r.fires(1, "joined 1", "checkout-b", "checkout-c")
		r.fires(1, "opened 2", "elsewhere")
		r.did("1", incidents.Acknowledged{})
		r.fires(5, "joined 1", "checkout-d")
		r.fires(5.1, "opened 3", "checkout-e")
		r.fires(8, "joined 3", "checkout-f")
		r.fires(60, "joined 3", "checkout-g") // nobody has acknowledged it
		r.fires(60, "reported 1", "checkout-d")
		r.firing("1", "sev2 checkout-a, sev2 checkout-b, sev2 checkout-c, sev2 checkout-d, 4 in all")
		r.clears(61, "reported 1", "checkout-a", "checkout-b", "checkout-d")
		r.firing("1", "sev2 checkout-c, 4 in all")
		r.clears(62, "resolved 1", "checkout-c")
	})
	t.Run("not grouped", func(t *testing.T) {
		r := quietRig(t)
		r.fires(0, "opened 1", "checkout-a")
		r.fires(0, "opened 2", "checkout-b")
	})
	t.Run("a service divides its alarms", func(t *testing.T) {
		r := groupRig(t)
		r.intake.Services.All[0].GroupBy = []string{"tag:team", "dimension:Cluster", "account", "region", "topic"}
		team := func(name, team, cluster string) string {
			sig := Signal{Fingerprint: name, Effect: EffectAlarm, Alarm: incidents.Alarm{Name: name, State: alarmFiring,
				Series: name, Changed: r.now, Tags: map[string]string{"team": team}, Contributor: map[string]string{"Cluster": cluster}}}
			var out Outcome
			err := r.store.Update(t.Context(), func(tx store.Tx) (err error) {
				out, err = r.intake.apply(tx, r.now, &sig, r.intake.Services.For(&sig))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out.What + " " + out.Incident
		}
		for n, tt := range [][4]string{
			{"checkout-a", "red", "x", "opened 1"}, {"checkout-b", "blue", "x", "opened 2"}, {"checkout-c", "red", "x", "joined 1"},
			{"checkout-d", "red", "y", "opened 3"}, {"checkout-e", "blue", "x", "joined 2"}, {"checkout-f", "", "", "opened 4"},
		} {
			if got := team(tt[0], tt[1], tt[2]); got != tt[3] {
				t.Errorf("alarm %d: %s, want %s", n, got, tt[3])
			}
		}
	})
	t.Run("it fired with the others, and came late", func(t *testing.T) {
		r := groupRig(t)
		r.fires(0, "opened 1", "checkout-a")
		r.did("1", incidents.Acknowledged{})
		if out := r.at(30).alarm(aws.Example{Name: "checkout-b", At: minute(2)}); out != (Outcome{What: Joined, Incident: "1"}) {
			t.Errorf("%v", out)
		}
	})
	t.Run("an incident takes so many", func(t *testing.T) {
		r := groupRig(t)
		r.fires(0, "opened 1", "checkout-0")
		for n := range groups.Most - 1 {
			r.fires(0, "joined 1", fmt.Sprint("checkout-a", n))
		}
		r.fires(0, "opened 2", "checkout-b")
		r.fires(0, "joined 2", "checkout-c")
	})
}

// TestGroupAndReopening: what is open comes before what could be triggered again; and what was triggered again leads its group.
func TestGroupAndReopening(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	r.fires(1, "joined 1", "checkout-b")
	r.clears(2, "reported 1", "checkout-a")
	r.clears(2, "resolved 1", "checkout-b")
	r.fires(3, "opened 2", "checkout-c")
	r.fires(4, "joined 2", "checkout-a")
	r.clears(5, "reported 2", "checkout-a")
	r.clears(5, "resolved 2", "checkout-c")
	r.fires(6, "reopened 1", "checkout-b")
	r.fires(7, "joined 1", "checkout-c", "checkout-d")
	r.clears(8, "reported 1", "checkout-b", "checkout-c")
	r.clears(8, "resolved 1", "checkout-d")
	r.fires(24, "opened 3", "checkout-c")
}

// TestGroupAndSeverity: a worse alarm makes the incident its own, and pages anew; one that is less bad changes nothing.
func TestGroupAndSeverity(t *testing.T) {
	r := groupRig(t)
	worse := func(name, severity string) {
		t.Helper()
		r.intake.Services.All[0].Severity = severity
		r.fires(1, "joined 1", name)
	}
	r.fires(0, "opened 1", "checkout-b")
	r.did("1", incidents.Acknowledged{})
	worse("checkout-mild", "sev3")
	r.stands(false, "sev2", "checkout", "checkout-b")
	if i := r.head("1"); i.Status != incidents.StatusAcknowledged || i.Run != 0 {
		t.Errorf("%s in run %d after an alarm that is less bad", i.Status, i.Run)
	}
	worse("checkout-a", "sev1")
	r.stands(false, "sev1", "checkout", "checkout-a")
	if i := r.incident(); i.Status != incidents.StatusTriggered || i.Run != 1 || i.Alarm.Name != "checkout-a" {
		t.Errorf("%s in run %d, its alarm is %s", i.Status, i.Run, i.Alarm.Name)
	}
	r.firing("1", "sev1 checkout-a, sev2 checkout-b, sev3 checkout-mild, 3 in all")
	r.clears(2, "reported 1", "checkout-a")
	r.firing("1", "sev2 checkout-b, sev3 checkout-mild, 3 in all")
	r.stands(false, "sev1", "checkout", "checkout-a") // what it was, it was
	r.clears(2, "reported 1", "checkout-mild")
	r.clears(2, "resolved 1", "checkout-b")
	r.fires(3, "reopened 1", "checkout-b") // as sev1
	if i := r.head("1"); i.Run != 2 {
		t.Errorf("run %d", i.Run)
	}
}

// TestGroupAndQuiet: what pages nobody is a group apart, and takes alarms for the time alone.
func TestGroupAndQuiet(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "batch-a")
	r.fires(1, "joined 1", "batch-b")
	r.intake.Services.All[2].Severity = "sev2"
	r.fires(2, "opened 2", "batch-c")
	r.intake.Services.All[2].Severity = "sev4"
	r.fires(2, "joined 1", "batch-d")
	r.fires(9, "opened 3", "batch-e")
	r.clears(10, "resolved 2", "batch-c") // no quiet alarm keeps it open
}

// TestGroupAndComposite: a composite alarm and its children are one incident before the group is asked, also over services.
func TestGroupAndComposite(t *testing.T) {
	r := groupRig(t)
	all := aws.Example{Name: "platform-all", Rule: `ALARM("checkout-x")`, Children: []string{r.topic.AlarmARN("checkout-x")}}
	r.fires(0, "opened 1", "checkout-a")
	r.did("1", incidents.Acknowledged{})
	if out := r.at(6).alarm(all); out != (Outcome{What: Opened, Incident: "2"}) {
		t.Errorf("%v", out)
	}
	r.fires(7, "joined 2", "checkout-x")
	r.fires(7, "opened 3", "checkout-y") // its group has another incident
}

// TestGroupAndRecovery: whoever never says that it is well again waits for a person, unless a composite alarm speaks for it.
func TestGroupAndRecovery(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	if out := r.alarm(aws.Example{Name: "checkout-once", NeverRecovers: true}); out != (Outcome{What: Joined, Incident: "1"}) {
		t.Errorf("%v", out)
	}
	r.clears(1, "reported 1", "checkout-a")
	r.firing("1", "sev2 checkout-once, 2 in all")
}

// TestForeignIsNotGrouped: an alarm that only a topic tells of which does not speak for it neither joins others nor takes them.
func TestForeignIsNotGrouped(t *testing.T) {
	r := groupRig(t)
	sig := (&Signal{Fingerprint: "a", Alarm: incidents.Alarm{Series: "a"}}).beside()
	err := r.store.View(t.Context(), func(tx store.Tx) error {
		for _, sig := range []*Signal{sig, {Alarm: incidents.Alarm{Kind: KindSubscription}}} {
			if g := r.intake.group(tx, r.now, sig, r.intake.Services.All[0]); g.For != 0 {
				t.Errorf("%+v is grouped", sig)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMerge(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	r.did("1", incidents.Acknowledged{})
	r.fires(6, "opened 2", "checkout-b")
	r.fires(6, "joined 2", "checkout-c", "checkout-d")
	r.clears(7, "reported 2", "checkout-d")
	if err := r.at(8).merges("2", "2"); !errors.Is(err, mend.ErrItself) {
		t.Errorf("merged into itself: %v", err)
	}
	if err := r.merges("2", "9"); !errors.Is(err, incidents.ErrNotFound) {
		t.Errorf("merged into nothing: %v", err)
	}
	if err := r.merges("2", "1"); err != nil {
		t.Fatal(err)
	}
	if i := r.head("2"); i.Open() || i.MergedInto != "1" || i.ResolvedBy != incidents.Person("ana") {
		t.Errorf("incident 2 is %s, merged into %q", i.Status, i.MergedInto)
	}
	r.firing("1", "sev2 checkout-a, sev2 checkout-b, sev2 checkout-c, 4 in all")
	if i := r.head("1"); i.Status != incidents.StatusAcknowledged {
		t.Errorf("incident 1 is %s: somebody takes care of both", i.Status)
	}
	if err := r.merges("2", "1"); !errors.Is(err, incidents.ErrResolved) {
		t.Errorf("merged again: %v", err)
	}
	r.fires(9, "reported 1", "checkout-d", "checkout-c") // all its alarms are there now
	r.fires(9, "joined 1", "checkout-e")                 // and what would have joined it
	r.clears(10, "reported 1", "checkout-a", "checkout-b", "checkout-c", "checkout-d")
	r.clears(10, "resolved 1", "checkout-e")
	r.fires(11, "reopened 1", "checkout-b")
	if err := r.merges("1", "2"); !errors.Is(err, incidents.ErrResolved) {
		t.Errorf("merged into what is resolved: %v", err)
	}
	r.firing("1", "sev2 checkout-b, 5 in all")
}

// TestMergeOfWorse: a merge hides nothing from anybody.
func TestMergeOfWorse(t *testing.T) {
	for _, acked := range []bool{false, true} {
		r := groupRig(t)
		r.fires(0, "opened 1", "elsewhere") // sev3
		r.did("1", incidents.Acknowledged{})
		r.fires(0, "opened 2", "checkout-a") // sev2
		if acked {
			r.did("2", incidents.Acknowledged{})
		}
		if err := r.merges("2", "1"); err != nil {
			t.Fatal(err)
		}
		i := r.head("1")
		if i.Severity != "sev2" || i.Service != "checkout" || (i.Status == incidents.StatusAcknowledged) != acked {
			t.Errorf("acknowledged %v: %s of %s is %s", acked, i.Severity, i.Service, i.Status)
		}
		r.firing("1", "sev2 checkout-a, sev3 elsewhere, 2 in all")
	}
	r := groupRig(t)
	r.fires(0, "opened 1", "batch-a") // quiet
	r.fires(0, "opened 2", "elsewhere")
	if err := r.merges("2", "1"); err != nil {
		t.Fatal(err)
	}
	if i := r.head("1"); i.Quiet || i.Severity != "sev3" {
		t.Errorf("%s, quiet %v", i.Severity, i.Quiet)
	}
}

func TestSplit(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	if _, err := r.splits("1", "checkout-a"); !errors.Is(err, mend.ErrOnlyAlarm) {
		t.Errorf("the only alarm was split off: %v", err)
	}
	r.fires(1, "joined 1", "checkout-b", "checkout-c")
	if _, err := r.splits("1", "checkout-x"); !errors.Is(err, mend.ErrNoAlarm) {
		t.Errorf("an alarm that is not there was split off: %v", err)
	}
	made, err := r.splits("1", "Checkout-A")
	if err != nil || made != "2" {
		t.Fatalf("incident %s, %v", made, err)
	}
	r.firing("1", "sev2 checkout-b, sev2 checkout-c, 2 in all")
	r.firing("2", "sev2 checkout-a, 1 in all")
	if i := r.head("1"); i.Title != "checkout-b" || i.LatestAlarm.Event != 2 {
		t.Errorf("incident 1 is called %s, and shows event %d", i.Title, i.LatestAlarm.Event)
	}
	r.fires(2, "joined 1", "checkout-d") // others go on to join the first
	r.clears(2, "resolved 2", "checkout-a")
	r.fires(3, "reopened 2", "checkout-a") // and this one does not
	r.fires(3, "joined 1", "checkout-e")
	r.did("1", incidents.Acknowledged{})
	if made, err = r.splits("1", "checkout-b"); err != nil {
		t.Fatal(err)
	}
	if i := r.head(made); i.AcknowledgedBy != incidents.Person("ana") {
		t.Error("what ana takes care of pages anew")
	}
	r.clears(4, "reported 1", "checkout-c", "checkout-d")
	if _, err := r.splits("1", "checkout-e"); err != nil {
		t.Fatal(err)
	}
	if i := r.head("1"); i.Open() {
		t.Error("it is open, and nothing fires in it")
	}
	if _, err := r.splits("1", "checkout-e"); !errors.Is(err, incidents.ErrResolved) {
		t.Errorf("an alarm was split off what is resolved: %v", err)
	}
}

// TestSplitContributors: the contributors of an alarm go together.
func TestSplitContributors(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	for _, id := range []string{"x", "y"} {
		r.alarm(aws.Example{Name: "checkout-many", Contributor: id})
	}
	r.firing("1", "sev2 checkout-a, sev2 checkout-many, 2 in all")
	if _, err := r.splits("1", "checkout-many"); err != nil {
		t.Fatal(err)
	}
	r.firing("1", "sev2 checkout-a, 1 in all")
	r.firing("2", "sev2 checkout-many, 1 in all")
	if i := r.head("2"); len(i.Firing) != 2 {
		t.Errorf("%d contributors", len(i.Firing))
	}
}

// TestReopenedWithoutTheOthers: an alarm that is part of another incident, since somebody resolved the first while it fired, does not
// fire in that one when it is triggered again. Else nothing would ever resolve it.
func TestReopenedWithoutTheOthers(t *testing.T) {
	r := groupRig(t)
	r.fires(0, "opened 1", "checkout-a")
	r.fires(1, "joined 1", "checkout-b")
	r.did("1", incidents.Resolved{})
	r.fires(2, "opened 2", "checkout-c")
	r.fires(3, "joined 2", "checkout-b")
	r.did("2", incidents.Acknowledged{})
	r.fires(12, "reopened 1", "checkout-a")
	r.firing("1", "sev2 checkout-a, 2 in all")
	r.clears(13, "resolved 1", "checkout-a")
	r.clears(13, "reported 2", "checkout-b")
	r.clears(13, "resolved 2", "checkout-c")
}

// TestSplitIsJudgedByItself: what is split off is of the service and as bad as its alarm is by itself, whatever the incident that it
// leaves has become.
func TestSplitIsJudgedByItself(t *testing.T) {
	want := func(r *rig, id, want string) {
		t.Helper()
		i := r.head(id)
		if got := fmt.Sprintf("%s of %s, quiet %v, %s", i.Severity, i.Service, i.Quiet, i.Runbook); got != want {
			t.Errorf("incident %s is %s, want %s", id, got, want)
		}
	}
	r := groupRig(t)
	for n := range r.intake.Services.All {
		r.intake.Services.All[n].Runbook = "https://wiki/" + r.intake.Services.All[n].Name
	}
	r.fires(0, "opened 1", "elsewhere")
	r.fires(0, "opened 2", "checkout-a")
	r.fires(0, "joined 2", "checkout-b")
	if err := r.merges("2", "1"); err != nil {
		t.Fatal(err)
	}
	want(r, "1", "sev2 of checkout, quiet false, https://wiki/checkout")
	r.did("1", incidents.Rated{Severity: "sev1"})
	for n, name := range []string{"elsewhere", "checkout-b"} {
		if made, err := r.splits("1", name); err != nil || made != strconv.Itoa(3+n) {
			t.Fatal(made, err)
		}
	}
	want(r, "3", "sev3 of platform, quiet false, https://wiki/platform")
	want(r, "4", "sev2 of checkout, quiet false, https://wiki/checkout")
	want(r, "1", "sev1 of checkout, quiet false, https://wiki/checkout")

	r = groupRig(t)
	r.fires(0, "opened 1", "elsewhere")
	r.fires(0, "opened 2", "batch-a") // quiet
	if err := r.merges("2", "1"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.splits("1", "batch-a"); err != nil {
		t.Fatal(err)
	}
	want(r, "3", "sev4 of batch, quiet true, ")
}

// TestDeclaredIsNotOverBySplitting: what a person has declared is not resolved since the last alarm in it was split off; what only
// alarms had opened is.
func TestDeclaredIsNotOverBySplitting(t *testing.T) {
	declare := func(r *rig) string {
		t.Helper()
		id := ""
		err := r.store.Update(t.Context(), func(tx store.Tx) error {
			i, err := r.intake.Book.Open(tx, r.now, time.Time{}, incidents.Person("ana"),
				incidents.Opened{Title: "the shop is slow", Service: "checkout", Severity: "sev2"})
			if err == nil {
				id = i.ID
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, tt := range []struct {
		name     string
		from     string // is merged, or nothing
		into     string
		declared bool
	}{{"into what was declared", "2", "1", true}, {"what was declared", "1", "2", true}, {"", "", "2", false}} {
		r := groupRig(t)
		declare(r)
		r.fires(0, "opened 2", "checkout-a")
		if tt.from == "" {
			r.fires(0, "joined 2", "checkout-b")
			r.clears(1, "reported 2", "checkout-b")
		} else if err := r.merges(tt.from, tt.into); err != nil {
			t.Fatal(err)
		}
		if tt.into == "2" && tt.from != "" {
			r.fires(0, "joined 2", "checkout-b") // an alarm alone cannot be split off
			r.clears(1, "reported 2", "checkout-b")
		}
		made, err := r.splits(tt.into, "checkout-a")
		if err != nil {
			t.Fatal(tt.name, err)
		}
		i := r.head(tt.into)
		if i.Open() != tt.declared || len(i.Firing) > 0 {
			t.Errorf("%q: it is %s, %v fires", tt.name, i.Status, i.Firing)
		}
		if i.LatestAlarm.Series != "" && i.Alarms() == 0 || tt.into == "1" && (i.Alarms() != 0 || i.Title != "the shop is slow") {
			t.Errorf("%q: %s shows %+v, %d alarms", tt.name, i.Title, i.LatestAlarm, i.Alarms())
		}
		r.clears(2, "resolved "+made, "checkout-a")
	}
}
