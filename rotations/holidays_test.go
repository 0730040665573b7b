package rotations

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// staffed is a schedule with an everyday layer, one for holidays, one that has nobody on New Year's Day, and shadows.
func staffed() Schedule {
	begin, week := moment("2026-01-05T09:00"), Length{1, Week}
	return Schedule{
		Name: "payments", Zone: civiltest.Zone("Europe/Berlin"),
		Holidays: SortHolidays([]Holiday{
			{moment("2026-12-26T00:00"), ""}, {moment("2026-12-25T00:00"), ""}, {moment("2026-12-25T00:00"), "Christmas Day"},
		}),
		Layers: []Layer{
			{
				Name: "primary", People: Turns("ana", "bo"), Start: begin, Shift: week,
				Shadows: []Shadow{{Person: "cy"}, {"di", Term{Until: moment("2026-06-01T00:00")}}},
			},
			{Name: "holidays", People: Turns("eve"), Start: begin, Shift: week, Holidays: HolidaysOnly},
			{Name: "closed", People: Turns(Nobody), Start: moment("2027-01-01T00:00"), Shift: Length{1, Day}, Only: []civil.Window{
				window(1<<5, 0, 24*civil.Hour),
			}},
		},
	}
}

func TestHolidays(t *testing.T) {
	s := staffed()
	if p := s.Validate(); len(p) > 0 {
		t.Fatal(p)
	}
	from, to := moment("2026-12-22T00:00").In(s.Zone), moment("2027-01-04T00:00").In(s.Zone)
	const want = `
Tue 2026-12-22T00:00+01:00  Fri 2026-12-25T00:00+01:00   72:00h  primary 51: ana
Fri 2026-12-25T00:00+01:00  Sun 2026-12-27T00:00+01:00   48:00h  holidays 51: eve
Sun 2026-12-27T00:00+01:00  Mon 2026-12-28T09:00+01:00   33:00h  primary 51: ana
Mon 2026-12-28T09:00+01:00  Fri 2027-01-01T00:00+01:00   87:00h  primary 52: bo
Sat 2027-01-02T00:00+01:00  Mon 2027-01-04T00:00+01:00   48:00h  primary 52: bo
`
	if diff := cmp.Diff(want, "\n"+render(s.Shifts(from, to, nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h, ok := s.Holiday(moment("2026-12-25T23:59")); !ok || h.Name != "Christmas Day" {
		t.Errorf("Christmas is %v, %v", h, ok)
	}
	if h, ok := s.Holiday(moment("2026-12-27T00:00")); ok {
		t.Errorf("the 27th is %v", h)
	}
	s.Layers[1].Holidays = HolidaysExcept
	if got := s.OnCall(moment("2026-12-25T12:00").In(s.Zone), nil); !cmp.Equal(got, []string{"ana"}) {
		t.Errorf("the layer that leaves out holidays has one: %v", got)
	}
}

// TestNobodyAfterSomebody: a turn may be nobody's when whoever had it has left; not while somebody is there.
func TestNobodyAfterSomebody(t *testing.T) {
	left := moment("2027-03-01T00:00")
	l := Layer{Name: "a", People: [][]string{{"ana", Nobody}, {"bo"}}, Start: moment("2027-01-04T00:00"), Shift: Length{1, Week}}
	l.Terms = [][]Term{{{Until: left}, {From: left}}, {{}}}
	s := Schedule{Name: "s", Zone: time.UTC, Layers: []Layer{l}}
	if problems := s.Validate(); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
	for at, want := range map[string][]string{"2027-01-05T00:00": {"ana"}, "2027-03-02T00:00": nil, "2027-03-09T00:00": {"bo"}} {
		if got := s.OnCall(moment(at).In(time.UTC), nil); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
	s.Layers[0].Terms[0][1].From--
	if problems := s.Validate(); len(problems) != 1 || problems[0].What != "nobody is in a turn with others" {
		t.Errorf("%v", problems)
	}
}

func TestNobody(t *testing.T) {
	s := staffed()
	at := moment("2027-01-01T12:00").In(s.Zone)
	a := s.At(at, nil)
	if a.People != nil || a.Layer != "closed" || a.Why != "layer closed, day 1 since 2027-01-01 00:00: nobody" || a.Next.People[0] != "bo" {
		t.Errorf("%+v", a)
	}
	gaps := s.Gaps(at.AddDate(0, 0, -1), at.AddDate(0, 0, 1), nil)
	day := moment("2027-01-01T00:00").In(s.Zone)
	if diff := cmp.Diff([]Gap{{day, day.AddDate(0, 0, 1), true}}, gaps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	stands := Override{Person: "zoe", From: at.Add(-time.Hour), To: at.Add(time.Hour)}
	if got := s.OnCall(at, []Override{stands}); !cmp.Equal(got, []string{"zoe"}) {
		t.Errorf("with a stand-in: %v", got)
	}
	off := Override{Person: Nobody, For: "ana", From: at.AddDate(0, 0, -40), To: at}
	week := moment("2026-12-23T12:00").In(s.Zone)
	a = s.At(week, []Override{off})
	if len(a.People) > 0 || a.Why != "override: nobody stands in for ana until 2027-01-01 12:00" || !s.Gaps(week, week.Add(1), []Override{off})[0].Meant {
		t.Errorf("%+v", a)
	}
	if gaps := s.Gaps(at, at, nil); gaps != nil {
		t.Errorf("gaps of no time: %v", gaps)
	}
	before := s.Gaps(moment("2026-01-01T00:00").In(s.Zone), at.AddDate(0, -1, 0), nil)
	if len(before) != 1 || before[0].Meant {
		t.Errorf("before the first layer: %v", before)
	}
}

func TestShadows(t *testing.T) {
	s := staffed()
	cover := []Override{{Person: "cy", For: "ana", From: time.Unix(0, 0), To: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}}
	tests := []struct {
		at        string
		overrides []Override
		want      []string
	}{
		{"2026-01-06T09:00", nil, []string{"cy", "di"}},
		{"2026-06-01T00:00", nil, []string{"cy"}},
		{"2026-01-06T09:00", cover, []string{"di"}},
		{"2026-12-25T12:00", nil, nil},
		{"2026-01-01T12:00", nil, nil},
	}
	for _, tt := range tests {
		at := moment(tt.at).In(s.Zone)
		if diff := cmp.Diff(tt.want, s.Shadows(at, tt.overrides)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.at, diff)
		}
		if diff := cmp.Diff(tt.want, s.At(at, tt.overrides).Shadows); diff != "" {
			t.Errorf("%s: At (-want +got):\n%s", tt.at, diff)
		}
	}
}

func TestValidateMembers(t *testing.T) {
	s := staffed()
	s.Holidays = append(s.Holidays, s.Holidays[0])
	late := Term{From: moment("2026-03-01T00:00"), Until: moment("2026-02-01T00:00")}
	s.Layers = append(s.Layers, Layer{
		Name: "x", Start: moment("2026-01-05T09:00"), Shift: Length{1, Week}, Holidays: "never",
		People:  [][]string{{"ana", Nobody}, {"bo"}, {"cy", "cy"}, {"di", "di"}},
		Terms:   [][]Term{nil, {late}, {{Until: late.From}, {From: late.Until}}, {{Until: late.Until}, {From: late.From}}},
		Shadows: []Shadow{{}, {"bo", late}, {Person: "ana"}},
	})
	want := []string{
		"layers[3].people[0]: nobody is in a turn with others; leave nobody out, or give it a turn of its own",
		"layers[3].people[1]: bo is there until 2026-02-01T00:00 only, and from 2026-03-01T00:00; give an until that is after from",
		"layers[3].people[2]: cy is in the turn twice; name everybody once in a turn",
		`layers[3].holidays: "never" says nothing about holidays; write only or except`,
		"layers[3].shadow[0]: a shadow without a name; name who gets the notices, or leave it out",
		"layers[3].shadow[1]: bo is there until 2026-02-01T00:00 only, and from 2026-03-01T00:00; give an until that is after from",
		"holidays[2]: the holidays are not in the order of their dates; sort them, each date once",
	}
	if diff := cmp.Diff(want, lines(s.Validate())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s = staffed()
	s.Holidays = nil
	want = []string{"layers[1].holidays: the schedule has no holidays; list them in the schedule's holidays"}
	if diff := cmp.Diff(want, lines(s.Validate())); diff != "" {
		t.Errorf("without holidays (-want +got):\n%s", diff)
	}
	o := Override{Person: "bo", For: Nobody, From: time.Unix(0, 0), To: time.Unix(1, 0)}
	want = []string{"for: nobody can stand in for nobody; leave out for: the override counts in a gap too"}
	if diff := cmp.Diff(want, lines(o.Validate())); diff != "" {
		t.Errorf("override (-want +got):\n%s", diff)
	}
}
