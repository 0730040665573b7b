package around

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const service = "arn:aws:ecs:eu-central-1:1:service/prod/checkout"

// alarm is one of a service of ECS that fires at noon.
func alarm() *incidents.Alarm {
	return &incidents.Alarm{
		Name: "checkout-5xx", ARN: "arn:aws:cloudwatch:eu-central-1:1:alarm:checkout-5xx", Account: "1", Region: "eu-central-1",
		Series: "s", State: incidents.AlarmFiring, Changed: noon, Received: noon,
		Metric: &incidents.Metric{Dimensions: []incidents.Dimension{
			{Name: "ClusterName", Value: "prod"}, {Name: "ServiceName", Value: "checkout"}}},
		Tags: map[string]string{"rollback:codepipeline": "web/deploy", "aws:cloudformation:stack-name": "shop"},
	}
}

// rig is a book with a finder, and what is changed before an incident.
type rig struct {
	t     *testing.T
	store store.Store
	book  *incidents.Book
	find  *Finder
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, store: storetest.Memory()}
	r.book = &incidents.Book{Store: r.store}
	r.find = &Finder{Book: r.book, Targets: func(name string) []changes.Thing {
		return []changes.Thing{{Name: "codedeploy/" + name + "/prod"}}
	}}
	r.book.Followers = []incidents.Follower{r.find.Follow}
	return r
}

func (r *rig) update(fn func(store.Tx) error) {
	r.t.Helper()
	if err := r.store.Update(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// changed makes known that something was changed so many minutes from noon on.
func (r *rig) changed(id string, minutes int, kind string, arns ...string) {
	r.t.Helper()
	c := changes.Change{ID: id, At: noon.Add(time.Duration(minutes) * time.Minute), Kind: kind, Title: id, Account: "1",
		Region: "eu-central-1", Resources: arns}
	r.update(func(tx store.Tx) error {
		if err := changes.Save(tx, c); err != nil {
			return err
		}
		return r.find.Known(tx, noon.Add(time.Hour), c)
	})
}

func (r *rig) open(alarm *incidents.Alarm) (id string) {
	r.t.Helper()
	r.update(func(tx store.Tx) error {
		i, err := r.book.Open(tx, noon, noon, incidents.ByAlarm("checkout-5xx"), incidents.Opened{Title: "checkout-5xx",
			Service: "checkout", Severity: incidents.Sev2, Alarm: alarm})
		id = i.ID
		return err
	})
	return id
}

// told is what an incident says of changes: the lines of its timeline, and what is known in short.
func (r *rig) told(id string) (lines []string, short Found) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		short, lines = Of(tx, i), nil
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Responded); ok {
				c := b.Fact.(response.Changed)
				lines = append(lines, c.Title+", "+c.When())
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return lines, short
}

func (r *rig) expect(id, last string, lines ...string) {
	r.t.Helper()
	got, short := r.told(id)
	if diff := cmp.Diff(lines, got); diff != "" {
		r.t.Errorf("(-want +got):\n%s", diff)
	}
	if short.Last.Title != last || short.Count != len(lines) {
		r.t.Errorf("in short: %+v; want %q and %d in all", short, last, len(lines))
	}
}

// TestChangesBefore holds that an incident tells of what was changed of what it is about: by dimensions, tags and targets, never of
// another account or region, nor of what only has a similar name, and of each thing the newest.
func TestChangesBefore(t *testing.T) {
	r := newRig(t)
	r.changed("too long ago", -121, "ecs", service)
	r.changed("started", -8, "ecs", service)
	r.changed("completed", -6, "ecs", service)
	r.changed("pipeline", -12, "codepipeline", "arn:aws:codepipeline:eu-central-1:1:web")
	r.changed("nested stack", -90, "cloudformation", "arn:aws:cloudformation:eu-central-1:1:stack/shop-Api-1X9N6FLVYRBQ2/7")
	r.changed("deployment group", -30, "codedeploy", "arn:aws:codedeploy:eu-central-1:1:deploymentgroup:checkout/prod")
	r.changed("the alarm itself", -3, "cloudwatch", "arn:aws:cloudwatch:eu-central-1:1:alarm:checkout-5xx")
	r.changed("another service", -5, "ecs", service+"-2")
	r.changed("another account", -5, "ecs", strings.Replace(service, ":1:", ":2:", 1))
	r.changed("another region", -5, "ecs", strings.Replace(service, "eu-central-1", "us-east-1", 1))
	r.changed("of nothing", -5, "ecs")
	r.expect(r.open(alarm()), "the alarm itself",
		"nested stack, 90 min before the incident began", "deployment group, 30 min before the incident began",
		"pipeline, 12 min before the incident began", "completed, 6 min before the incident began",
		"the alarm itself, 3 min before the incident began")
}

// TestChangesAreBounded holds that a timeline is not flooded, and that the last changes are those that it has.
func TestChangesAreBounded(t *testing.T) {
	r := newRig(t)
	for n := range 30 {
		r.changed(fmt.Sprint("kind ", n), n-60, fmt.Sprint("kind ", n), service)
	}
	id := r.open(alarm())
	if lines, _ := r.told(id); len(lines) != shown || !strings.HasPrefix(lines[0], "kind 25") {
		t.Errorf("%q", lines)
	}
	for n := range 30 {
		r.changed(fmt.Sprint("later ", n), n+1, "ecs", service)
	}
	if lines, short := r.told(id); len(lines) != most || short.Last.Title != "kind 29" {
		t.Errorf("%q, %+v", lines, short)
	}
}

// TestChangeThatComesLater holds that a change is told to the incidents that are open, once, also if its message came after the alarm's.
func TestChangeThatComesLater(t *testing.T) {
	r := newRig(t)
	id := r.open(alarm())
	if _, short := r.told(id); short.Heard {
		t.Error("nobody has told of a change yet")
	}
	r.changed("before", -4, "ecs", service)
	r.changed("before", -4, "ecs", service)
	r.changed("after", 10, "ecs", service)
	r.changed("too long ago", -500, "ecs", service)
	r.changed("another service", -1, "ecs", service+"-2")
	r.expect(id, "before", "before, 4 min before the incident began", "after, 10 min after the incident began")
	r.update(func(tx store.Tx) error {
		_, err := r.book.Append(tx, noon.Add(time.Hour), id,
			incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}})
		return err
	})
	r.changed("when it was over", 90, "ecs", service)
	if lines, _ := r.told(id); len(lines) != 2 {
		t.Errorf("%q", lines)
	}
}

// TestChangesOfADeclaredIncident holds that an incident that a person opened is about the targets of its service.
func TestChangesOfADeclaredIncident(t *testing.T) {
	r := newRig(t)
	r.find.Targets = func(string) []changes.Thing {
		return []changes.Thing{{Account: "1", Region: "eu-central-1", Name: "ecs/prod/checkout"}}
	}
	r.changed("deployed", -6, "ecs", service)
	r.expect(r.open(nil), "deployed", "deployed, 6 min before the incident began")
}
