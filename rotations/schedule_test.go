package rotations

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

func TestShiftsOfNoTime(t *testing.T) {
	s := weekly("Europe/Berlin")
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, to := range []time.Time{at, at.Add(-time.Hour)} {
		if got := s.Shifts(at, to, nil); got != nil {
			t.Errorf("from %s to %s: %v", at, to, got)
		}
	}
	if got := s.Shifts(at, at.Add(1), nil); len(got) != 1 || got[0].To.Sub(got[0].From) != 1 {
		t.Errorf("in a nanosecond: %v", got)
	}
}

// TestOverridesInTheirOrder checks that a later override acts on what the earlier ones made of it.
func TestOverridesInTheirOrder(t *testing.T) {
	s := Schedule{Name: "payments", Layers: []Layer{{
		Name: "primary", People: [][]string{{"ana", "bo"}}, Start: moment("2026-01-05T09:00"), Shift: Length{1, Week},
	}}}
	at := time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC)
	gap := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	over := func(person, instead string) Override {
		return Override{Person: person, For: instead, From: gap.Add(-time.Hour), To: at.Add(time.Hour)}
	}
	others := over("zoe", "")
	others.Schedule = "checkout"
	tests := []struct {
		name      string
		at        time.Time
		overrides []Override
		want      []string
	}{
		{"none", at, nil, []string{"ana", "bo"}},
		{"for one", at, []Override{over("cy", "bo")}, []string{"ana", "cy"}},
		{"for the one who stands in", at, []Override{over("cy", "bo"), over("di", "cy")}, []string{"ana", "di"}},
		{"for one who does not stand in yet", at, []Override{over("di", "cy"), over("cy", "bo")}, []string{"ana", "cy"}},
		{"there and back", at, []Override{over("cy", "bo"), over("bo", "cy")}, []string{"ana", "bo"}},
		{"exchanged", at, []Override{over("cy", "bo"), over("bo", "ana")}, []string{"bo", "cy"}},
		{"by the other of the turn", at, []Override{over("ana", "bo")}, []string{"ana"}},
		{"for everybody", at, []Override{over("cy", "bo"), over("di", "")}, []string{"di"}},
		{"for the one who replaces everybody", at, []Override{over("di", ""), over("cy", "di"), over("eve", "ana")}, []string{"cy"}},
		{"of another schedule", at, []Override{others}, []string{"ana", "bo"}},
		{"for one in a gap", gap, []Override{over("cy", "bo")}, nil},
		{"for everybody in a gap", gap, []Override{over("cy", "")}, []string{"cy"}},
	}
	for _, tt := range tests {
		before := slices.Clone(tt.overrides)
		if diff := cmp.Diff(tt.want, s.OnCall(tt.at, tt.overrides)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.want, s.At(tt.at, tt.overrides).People); diff != "" {
			t.Errorf("%s: At (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(before, tt.overrides); diff != "" {
			t.Errorf("%s: the overrides have changed:\n%s", tt.name, diff)
		}
	}
	if diff := cmp.Diff([][]string{{"ana", "bo"}}, s.Layers[0].People); diff != "" {
		t.Errorf("the layer has changed:\n%s", diff)
	}
}

// TestShiftsUnderOverrides checks which shifts are told apart: each has one reason.
func TestShiftsUnderOverrides(t *testing.T) {
	s := weekly("Europe/Berlin")
	at := func(s string) time.Time { return moment(s).In(civiltest.Zone("Europe/Berlin")) }
	over := func(person, instead, from, to string) Override {
		return Override{ID: from, Person: person, For: instead, From: at(from), To: at(to)}
	}
	overrides := []Override{
		over("ana", "bo", "2026-01-12T10:00", "2026-01-13T00:00"), // bo is not on call then: no difference
		over("zoe", "di", "2026-01-14T00:00", "2026-01-15T00:00"), // two that touch
		over("zoe", "di", "2026-01-15T00:00", "2026-01-16T00:00"),
		over("eve", "di", "2026-01-17T00:00", "2026-01-18T00:00"), // hidden by the next, which covers a handoff
		over("yan", "", "2026-01-17T00:00", "2026-01-20T00:00"),
	}
	const want = `
Mon 2026-01-12T09:00+01:00  Wed 2026-01-14T00:00+01:00   39:00h  primary 576: di
Wed 2026-01-14T00:00+01:00  Thu 2026-01-15T00:00+01:00   24:00h  primary 576: zoe (zoe for "di")
Thu 2026-01-15T00:00+01:00  Fri 2026-01-16T00:00+01:00   24:00h  primary 576: zoe (zoe for "di")
Fri 2026-01-16T00:00+01:00  Sat 2026-01-17T00:00+01:00   24:00h  primary 576: di
Sat 2026-01-17T00:00+01:00  Tue 2026-01-20T00:00+01:00   72:00h  override 0: yan (yan for "")
Tue 2026-01-20T00:00+01:00  Wed 2026-01-21T00:00+01:00   24:00h  primary 577: ana
`
	got := "\n" + render(s.Shifts(at("2026-01-12T09:00"), at("2026-01-21T00:00"), overrides))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAppendingIsSafe appends to answers: a caller that does must not write into the schedule.
func TestAppendingIsSafe(t *testing.T) {
	s := weekly("Europe/Berlin")
	at := moment("2026-01-06T12:00").In(s.Zone)
	_ = append(s.OnCall(at, nil), "zoe")
	_ = append(s.At(at, nil).People, "zoe")
	if diff := cmp.Diff(Turns("ana", "bo", "cy", "di"), s.Layers[0].People); diff != "" {
		t.Errorf("the layer has changed:\n%s", diff)
	}
}

// weekly is a schedule of one weekly layer that began years ago.
func weekly(name string) Schedule {
	return Schedule{Name: "payments", Zone: civiltest.Zone(name), Layers: []Layer{{
		Name: "primary", People: Turns("ana", "bo", "cy", "di"), Start: moment("2015-01-05T09:00"), Shift: Length{1, Week},
	}}}
}

// crowded is a schedule of five layers with windows, and fifty overrides around an instant, three of them active.
func crowded(at time.Time) (Schedule, []Override) {
	s := weekly("Europe/Berlin")
	for i, l := range []Layer{
		{Name: "days", Shift: Length{1, Day}, Only: []civil.Window{window(0b0111110, 9*civil.Hour, 17*civil.Hour)}},
		{Name: "nights", Shift: Length{12, Hour}, Only: []civil.Window{window(civil.EveryDay, 22*civil.Hour, 6*civil.Hour)}},
		{Name: "weekends", Shift: Length{2, Week}, Only: []civil.Window{
			window(0b1000001, 0, 24*civil.Hour), window(1<<5, 18*civil.Hour, 24*civil.Hour),
		}},
		{Name: "months", Shift: Length{1, Month}, Only: []civil.Window{
			window(1<<1, 9*civil.Hour, 12*civil.Hour), window(1<<3, 9*civil.Hour, 12*civil.Hour),
		}},
	} {
		l.People, l.Start = Turns("eve", "fay", "gus"), moment("2016-02-29T08:00")+civil.Time(i)*civil.Hour
		s.Layers = append(s.Layers, l)
	}
	var overrides []Override
	for i := range 50 {
		from := at.Add(time.Duration(i-25) * 8 * time.Hour)
		o := Override{Schedule: "payments", Person: "zoe", For: []string{"ana", "eve", "fay", "", "bo"}[i%5], From: from,
			To: from.Add(24 * time.Hour)}
		overrides = append(overrides, o)
	}
	return s, overrides
}

func TestOnCallDoesNotAllocate(t *testing.T) {
	s := weekly("Europe/Berlin")
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	planned := []Override{{Person: "zoe", From: at.Add(time.Hour), To: at.Add(2 * time.Hour)}}
	if n := testing.AllocsPerRun(100, func() { s.OnCall(at, planned) }); n > 0 {
		t.Errorf("a look-up allocates %v times", n)
	}
}

// TestShiftsOf holds that what an override cuts out of a shift for somebody else parts it, and that what it leaves to the same
// person does not.
func TestShiftsOf(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2000, 1, day, hour, 0, 0, 0, time.UTC) }
	shift := func(layer string, number, from, to int, people ...string) Shift {
		return Shift{Layer: layer, Number: number, People: people, From: at(from, 0), To: at(to, 0)}
	}
	all := []Shift{
		shift("primary", 1, 1, 3, "ana"), shift(OverrideLayer, 0, 3, 4, "ana"), shift("primary", 1, 4, 5, "ana", "bo"),
		shift(OverrideLayer, 0, 5, 6, "cy"), shift("primary", 1, 6, 8, "ana"), shift("primary", 2, 8, 15, "ana"), shift("primary", 3, 15, 22, "bo"),
	}
	var got []string
	for _, s := range ShiftsOf(all, "ana") {
		got = append(got, fmt.Sprintf("%d-%d %s %d", s.From.Day(), s.To.Day(), s.Layer, s.Number))
	}
	if diff := cmp.Diff([]string{"1-5 primary 1", "6-8 primary 1", "8-15 primary 2"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := ShiftsOf(all, "dan"); got != nil {
		t.Errorf("dan has %v", got)
	}
}

func moment(s string) civil.Time {
	c, err := civil.Parse(s)
	if err != nil {
		panic(err)
	}
	return c
}

// window is open from one time of some days to another.
func window(days civil.Days, from, to civil.Clock) civil.Window {
	return civil.Window{Days: days, From: from, To: to}
}
