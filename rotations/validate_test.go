package rotations

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil"
)

// lines are problems as people read them.
func lines(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

func TestValidate(t *testing.T) {
	fine := func() Layer {
		return Layer{Name: "primary", People: Turns("ana", "bo"), Start: moment("2026-01-05T09:00"), Shift: Length{1, Week}}
	}
	with := func(change func(*Layer)) []Layer {
		l := fine()
		change(&l)
		return []Layer{l}
	}
	const length = "write a whole number from 1 to 9999 and one of h, d, w, mo, such as 1w"
	tests := []struct {
		name   string
		layers []Layer
		want   []string
	}{
		{"fine", []Layer{fine()}, nil},
		{"no layers", nil, []string{"layers: the schedule has no layers; add one with name, people, start and shift"}},
		{"empty", []Layer{{}}, []string{
			"layers[0].name: the layer has no name; give it one, such as primary",
			"layers[0].people: the layer has no people; list who takes turns",
			"layers[0].start: the layer has no start; give the first handoff as a date and time without a zone, such as 2026-01-05T09:00",
			"layers[0].shift: the layer has no shift; give the length of a shift, such as 1w",
		}},
		{"same names", []Layer{fine(), fine()}, []string{
			`layers[1].name: layers[0] is called "primary" too; give each layer a name of its own`,
		}},
		{"reserved name", with(func(l *Layer) { l.Name = "override" }), []string{
			`layers[0].name: no layer may be called "override"; choose another name: this one stands for overrides`,
		}},
		{"people", with(func(l *Layer) { l.People = [][]string{{"ana"}, {}, {"bo", ""}, {"cy", "di", "cy"}} }), []string{
			"layers[0].people[1]: a turn without people; name who takes it, or leave it out",
			"layers[0].people[2]: a person without a name; name who takes the turn",
			"layers[0].people[3]: cy is in the turn twice; name everybody once in a turn",
		}},
		{"unit", with(func(l *Layer) { l.Shift = Length{1, "y"} }), []string{`layers[0].shift: "y" is not a unit of shift lengths; ` + length}},
		{"zero", with(func(l *Layer) { l.Shift = Length{0, Week} }), []string{`layers[0].shift: a shift of 0w is not possible; ` + length}},
		{"negative", with(func(l *Layer) { l.Shift = Length{-1, Month} }), []string{`layers[0].shift: a shift of -1mo is not possible; ` + length}},
		{"windows", with(func(l *Layer) {
			l.Only = []civil.Window{
				window(civil.EveryDay, 9*civil.Hour, 17*civil.Hour), window(0, 9*civil.Hour, 17*civil.Hour),
				window(civil.EveryDay, 9*civil.Hour, 9*civil.Hour), window(1, -1, 25*civil.Hour),
			}
		}), []string{
			"layers[0].only[1].days: the window is on no day of the week; name its days, such as mon-fri",
			"layers[0].only[2].to: the window begins and ends at 09:00; for whole days write from 00:00 to 24:00",
			"layers[0].only[3].from: the window begins outside its day; begin it from 00:00 to 23:59",
			"layers[0].only[3].to: the window ends outside the day; end it from 00:00 to 24:00; one that ends before it begins passes midnight",
		}},
	}
	for _, tt := range tests {
		got := lines(Schedule{Zone: time.UTC, Layers: tt.layers}.Validate())
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	got := lines(Schedule{Layers: []Layer{fine()}}.Validate())
	if diff := cmp.Diff([]string{"zone: no time zone; use one of the tz database, such as Europe/Berlin"}, got); diff != "" {
		t.Errorf("no zone (-want +got):\n%s", diff)
	}
}

func TestValidateOverride(t *testing.T) {
	from := time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		o    Override
		want []string
	}{
		{Override{Person: "bo", From: from, To: from.Add(time.Hour)}, nil},
		{Override{Person: "bo", For: "ana", From: from, To: from.Add(time.Hour)}, nil},
		{Override{}, []string{
			"person: nobody stands in; name who is on call instead",
			"from: the override has no begin; give from and to",
		}},
		{Override{Person: "bo", For: "bo", From: from}, []string{
			"for: bo stands in for bo; name somebody else, or leave out for",
			"to: the override has no end; give from and to",
		}},
		{Override{Person: "bo", From: from, To: from}, []string{
			"to: the override ends before it begins; give a to that is after from",
		}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, lines(tt.o.Validate())); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.o, diff)
		}
	}
}

// TestErrorsAreHarmless asks schedules that Validate refuses: they cover nothing, and no question hangs or panics.
func TestErrorsAreHarmless(t *testing.T) {
	now := time.Date(2026, 12, 31, 23, 59, 59, 999, time.UTC)
	start := moment("2026-01-05T09:00")
	layers := []Layer{
		{},
		{People: Turns("ana")},
		{People: Turns("ana"), Shift: Length{1, "y"}},
		{People: Turns("ana"), Start: start, Shift: Length{-1, Hour}},
		{Start: start, Shift: Length{1, Hour}},
		{People: Turns("ana"), Start: start, Shift: Length{1, Week}, Only: []civil.Window{{}}},
		{People: Turns("ana"), Start: start, Shift: Length{1, Week},
			Only: []civil.Window{window(1, -5*civil.Hour, 90*civil.Hour)}},
		{People: Turns("ana"), Start: start, Shift: Length{1, Week}, Only: []civil.Window{
			window(civil.EveryDay, 30*civil.Hour, 31*civil.Hour),
		}},
		{People: [][]string{{}, {}}, Start: start, Shift: Length{1, Week}},
	}
	overrides := []Override{
		{}, {Person: "bo"}, {Person: "bo", From: now, To: now}, {Person: "bo", From: now.Add(time.Hour), To: now.Add(-time.Hour)},
		{For: "ana", From: now.Add(-time.Hour), To: now.Add(time.Hour)},
	}
	for i := range layers {
		s := Schedule{Layers: layers[i : i+1]}
		if s.Validate() == nil {
			t.Errorf("layer %d has no problem", i)
		}
		if got := s.OnCall(now, overrides); len(got) > 0 {
			t.Errorf("layer %d puts %v on call", i, got)
		}
		a := s.At(now, overrides)
		if len(a.People)+len(a.Next.People) > 0 || a.Why == "" {
			t.Errorf("layer %d answers %+v", i, a)
		}
		if got := s.Shifts(now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), overrides); len(got) > 0 {
			t.Errorf("layer %d has shifts %v", i, got)
		}
	}
}
