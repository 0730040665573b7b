package around

import (
	"fmt"
	"testing"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/store"
)

// asked makes known what AWS answered of some service: deployments that began and ended so many minutes from noon on.
func (r *rig) asked(of string, found ...changes.Change) {
	r.t.Helper()
	r.update(func(tx store.Tx) error { return r.find.Asked(tx, noon.Add(time.Hour), of, found) })
}

func deployment(id string, from, to int) changes.Change {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	return changes.Change{ID: id, At: at(to), Kind: "ecs", Title: id, Account: "1", Region: "eu-central-1",
		Resources: []string{service}, Asked: &changes.Span{From: at(from), To: at(to)}}
}

// TestAskedFor holds that what was asked for is told to the incidents of its service, once, and to no other; and that a message of the same
// is not told beside it, whichever comes first.
func TestAskedFor(t *testing.T) {
	r := newRig(t)
	id := r.open(alarm())
	r.asked("checkout", deployment("d1", -10, -6))
	r.asked("checkout", deployment("d1", -10, -6))
	r.changed("it began", -10, "ecs", service)
	r.changed("it ended", -6, "ecs", service)
	r.expect(id, "d1", "d1, 6 min before the incident began")
	r.changed("another", 3, "ecs", service)
	r.asked("checkout", deployment("d2", 1, 3))
	r.asked("search", deployment("d3", -3, -2))
	r.expect(id, "d1", "d1, 6 min before the incident began", "another, 3 min after the incident began")
	r.expect(r.open(alarm()), "d3", "d3, 2 min before the incident began")
}

// TestAskedForInKubernetes holds that what has no account is told, too, and to each incident of the service.
func TestAskedForInKubernetes(t *testing.T) {
	r := newRig(t)
	id := r.open(nil)
	c := deployment("rs", -10, -10)
	c.Account, c.Region, c.Resources = "", "", []string{"arn:aws:kubernetes:::prod/shop/web"}
	r.asked("checkout", c)
	r.expect(id, "rs", "rs, 10 min before the incident began")
	other := r.open(alarm())
	r.asked("checkout", c)
	r.expect(other, "rs", "rs, 10 min before the incident began")
}

// TestAskedForIsBounded holds that of very many deployments the last are told.
func TestAskedForIsBounded(t *testing.T) {
	r := newRig(t)
	id := r.open(alarm())
	var all []changes.Change
	for n := range 50 {
		all = append(all, deployment(fmt.Sprint(n), -n-2, -n-1))
	}
	r.asked("checkout", all...)
	if lines, short := r.told(id); len(lines) != shown || short.Last.Title != "0" {
		t.Errorf("%q, %+v", lines, short)
	}
}
