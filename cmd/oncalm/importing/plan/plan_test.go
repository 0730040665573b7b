package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

// weeks is a layer in which people take turns, from the Monday before now on.
func weeks(people ...string) rotations.Layer {
	return rotations.Layer{
		People: rotations.Turns(people...), Start: rotationstest.Civil("2026-02-23T09:00"),
		Shift: rotations.Length{N: 1, Unit: rotations.Week},
	}
}

// TestPeople: people go by what they are called there, as the configuration can have it, and each by another name.
func TestPeople(t *testing.T) {
	p := plan.New(plantest.Now())
	for _, tt := range []struct {
		id, called, want string
	}{
		{"1", "Ana Example", "ana-example"},
		{"2", "ana.example@example.com", "ana-example-2"},
		{"1", "somebody else", "ana-example"},
		{"3", "", "3"},
		{"", "Bo", "bo"},
		{"", "Bo", "bo"},
		{"4", "Nobody", "nobody-2"},
		{"5", "--- !", "person"},
		{"6", strings.Repeat("long ", 30), strings.TrimSuffix(strings.Repeat("long-", 12), "-")},
		{"7", "Žofie", "žofie"},
	} {
		if got := p.Person(tt.id, tt.called); got != tt.want {
			t.Errorf("%s called %q is %s, want %s", tt.id, tt.called, got, tt.want)
		}
	}
}

// TestWritten: what could mean something else in the configuration is in quotes, and who is not needed is not there.
func TestWritten(t *testing.T) {
	p := plan.New(plantest.Now())
	s := p.Begin("No", "Europe/Berlin")
	p.Known(p.Person("1", "Žofie"), "U0ZOFIE", "Europe/Prague")
	p.Known(p.Person("2", "null"), "", "Mars/North")
	p.Known("somebody", "U0X", "")
	p.Person("3", "not needed")
	s.Layer("2nd layer", weeks("žofie"), 0)
	at := plantest.Now().AddDate(0, 0, 1)
	s.Override(rotations.Override{Person: "null", For: "žofie", From: at, To: at.Add(time.Hour)})
	const want = `# Made by oncalm import. Put it into the configuration, and let oncalm check look at it.
people:
  "žofie": {slack: U0ZOFIE, zone: Europe/Prague} # Žofie, 1
  "null": {} # null, 2; add slack: with the id from their Slack profile
schedules:
  "no":
    zone: Europe/Berlin
    layers:
      - name: "2nd-layer"
        people: ["žofie"]
        start: 2026-02-23T09:00
        shift: 1w
    overrides:
      - {person: "null", for: "žofie", from: 2026-03-02T13:00, to: 2026-03-02T14:00}
`
	if diff := cmp.Diff(want, string(p.YAML())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOverrides: what is over, has no length, or is in an hour that the clocks repeat, is noted.
func TestOverrides(t *testing.T) {
	zone := rotationstest.Zone("Europe/Berlin")
	for name, tt := range map[string]struct {
		from, to string
		kept     bool
		want     string
	}{
		"to come":          {"2026-03-02T08:00:00Z", "2026-03-03T08:00:00Z", true, ""},
		"over":             {"2026-02-02T08:00:00Z", "2026-02-03T08:00:00Z", false, "s: the override of ana from 2026-02-02 09:00 is over, and left out"},
		"without a length": {"2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", false, "s: the override of ana at 2026-03-02 09:00 has no length and is left out"},
		"the second time":  {"2026-10-25T01:30:00Z", "2026-10-25T08:00:00Z", true, "s: the override of ana from 2026-10-25 02:30 begins or ends in an hour that the clocks repeat; here it is the first of the two"},
		"the first time":   {"2026-10-25T00:30:00Z", "2026-10-25T08:00:00Z", true, ""},
	} {
		from, err := time.Parse(time.RFC3339, tt.from)
		to, err2 := time.Parse(time.RFC3339, tt.to)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		s := plan.New(plantest.Now()).Begin("s", zone.String())
		s.OverBy("ana", from, to)
		s.Override(rotations.Override{Person: "ana", From: from, To: to})
		if got := strings.Join(s.Plan.Notes, "\n"); got != tt.want || tt.kept != (len(s.Overrides) == 1) {
			t.Errorf("%s: %q, kept %v", name, got, s.Overrides)
		}
	}
}

// TestStandIn: an override is cut to where nobody of a higher level is on call.
func TestStandIn(t *testing.T) {
	at := func(hour int) time.Time { return plantest.Now().Add(time.Duration(hour) * time.Hour) }
	shift := func(from, to int) rotations.Shift {
		return rotations.Shift{People: []string{"bo"}, From: at(from), To: at(to)}
	}
	for _, tt := range []struct {
		above []rotations.Shift
		want  [][2]int
		note  string
	}{
		{nil, [][2]int{{10, 20}}, ""},
		{[]rotations.Shift{shift(0, 12)}, [][2]int{{12, 20}}, "counts only where nobody of these is on call"},
		{[]rotations.Shift{shift(12, 14), shift(13, 16)}, [][2]int{{10, 12}, {16, 20}}, "counts only where nobody of these is on call"},
		{[]rotations.Shift{shift(18, 30)}, [][2]int{{10, 18}}, "counts only where nobody of these is on call"},
		{[]rotations.Shift{shift(0, 15), shift(15, 20)}, nil, "than that of bo then, and is left out"},
	} {
		s := plan.New(plantest.Now()).Begin("s", "UTC")
		s.StandIn(rotations.Override{Person: "ana", From: at(10), To: at(20)}, plan.Beside{Above: tt.above})
		var got [][2]int
		for _, o := range s.Overrides {
			got = append(got, [2]int{int(o.From.Sub(at(0)).Hours()), int(o.To.Sub(at(0)).Hours())})
		}
		if notes := strings.Join(s.Plan.Notes, "\n"); !slices.Equal(got, tt.want) || !strings.Contains(notes, tt.note) {
			t.Errorf("beside %v: %v, want %v; %q", tt.above, got, tt.want, notes)
		}
	}
}

// TestFinish: what the export says is compared with the plan, turns of nobody that hide somebody are noted, and a plan of
// nothing is none.
func TestFinish(t *testing.T) {
	now := plantest.Now()
	got := plantest.Said(plantest.Carried(now, func(p *plan.Plan) error {
		s := p.Begin("s", "UTC")
		s.Layer("low", weeks("ana"), 0)
		s.Layer("high", weeks("bo", plan.Nobody), 0)
		s.Says("bo", now.Add(time.Hour), now.AddDate(0, 0, 7))
		s.Says("bo", now.AddDate(0, 0, 14), now.AddDate(0, 0, 21))
		return nil
	}))
	plantest.Look(t, got, []string{
		"s: at 2026-03-05 00:30 the export has bo on call, and this has nobody: compare them",
		"s: so it is in 2 of the 2 shifts that the export lists",
		"s: at 2026-03-02 09:00 nobody's turn in high keeps ana off call, whom a lower layer has then",
	})
	err := plan.New(now).Finish()
	if !errors.Is(err, plan.ErrNothing) || err.Error() != "there are no schedules in it" {
		t.Errorf("%v", err)
	}
	p := plan.New(now)
	for n := range 12 {
		p.Begin("s", "UTC").Layer(fmt.Sprint("layer ", n), rotations.Layer{}, 0)
	}
	err = p.Finish()
	const begin, end = "there is nothing to import: s: layer 0 has no people and is left out; s-2: layer 1", "; and 2 more"
	if !errors.Is(err, plan.ErrOver) || !strings.HasPrefix(err.Error(), begin) || !strings.HasSuffix(err.Error(), end) {
		t.Errorf("%v", err)
	}
}

// TestManyNotes: nobody reads thousands of notes.
func TestManyNotes(t *testing.T) {
	p := plan.New(plantest.Now())
	for n := range 3000 {
		p.Note("note\n  %d", n/2)
	}
	if len(p.Notes) != 1001 || p.Notes[0] != "note 0" || p.Notes[1000] != "and more like these" {
		t.Errorf("%d notes, from %q to %q", len(p.Notes), p.Notes[0], p.Notes[len(p.Notes)-1])
	}
}
