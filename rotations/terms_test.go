package rotations

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// weeks says who has the shifts of a weekly layer, from the first on.
func weeks(s Schedule, n int) string {
	var all []string
	for k := range n {
		at := (s.Layers[0].handoff(k) + civil.Hour).In(s.Zone)
		all = append(all, strings.Join(append(s.OnCall(at, nil), []string{}...), "+"))
	}
	return strings.Join(all, " ")
}

func TestTerms(t *testing.T) {
	from := func(s string) Term { return Term{From: moment(s)} }
	until := func(s string) Term { return Term{Until: moment(s)} }
	tests := []struct {
		name   string
		people [][]string
		terms  [][]Term
		want   string
	}{
		{"all always there", Turns("ana", "bo"), [][]Term{}, "ana bo ana bo ana bo ana bo"},
		{"one joins in the third week", Turns("ana", "bo", "cy"), [][]Term{nil, nil, {from("2026-01-19T00:00")}}, "ana bo cy ana bo cy ana bo"},
		{"one joins in the second week, in the middle", Turns("ana", "cy", "bo"), [][]Term{nil, {from("2026-01-12T09:00")}}, "ana cy bo ana cy bo ana cy"},
		{"a date within a shift counts from the next handoff", Turns("ana", "bo", "cy"), [][]Term{nil, nil, {from("2026-01-12T09:01")}}, "ana bo cy ana bo cy ana bo"},
		{"one leaves: the others take the turns by turns", Turns("ana", "bo", "cy"), [][]Term{nil, {until("2026-01-26T00:00")}}, "ana bo cy ana ana cy ana cy"},
		{"one follows another", [][]string{{"ana"}, {"bo", "cy"}}, [][]Term{nil, {until("2026-01-26T09:00"), from("2026-01-26T09:00")}}, "ana bo ana cy ana cy ana cy"},
		{"one is away", [][]string{{"ana"}, {"bo", "bo"}, {"cy"}}, [][]Term{nil, {until("2026-01-12T09:00"), from("2026-02-02T09:00")}}, "ana cy cy ana bo cy ana bo"},
		{"all come later", Turns("ana", "bo"), [][]Term{{from("2026-01-19T00:00")}, {from("2026-02-09T00:00")}}, "  ana ana ana bo ana bo"},
		{"all leave", Turns("ana", "bo"), [][]Term{{until("2026-01-26T00:00")}, {until("2026-01-12T00:00")}}, "ana ana ana     "},
		{"nobody takes no turns of others", [][]string{{"ana"}, {"nobody"}, {"bo"}}, [][]Term{nil, nil, {until("2026-01-26T00:00")}}, "ana  bo ana  ana ana "},
		{"one of two", [][]string{{"ana", "bo", "cy"}}, [][]Term{{{}, until("2026-01-12T09:00"), {}}}, "ana+bo+cy ana+cy ana+cy ana+cy ana+cy ana+cy ana+cy ana+cy"},
	}
	for _, tt := range tests {
		s := Schedule{Name: "payments", Zone: civiltest.Zone("Europe/Berlin"), Layers: []Layer{{
			Name: "primary", People: tt.people, Terms: tt.terms, Start: moment("2026-01-05T09:00"), Shift: Length{1, Week},
		}}}
		if p := s.Validate(); len(p) > 0 {
			t.Errorf("%s: %v", tt.name, p)
		}
		if diff := cmp.Diff(tt.want, weeks(s, 8)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestLeavingWithinAShift checks that the rest of it is somebody else's, who is named.
func TestLeavingWithinAShift(t *testing.T) {
	s := Schedule{Zone: civiltest.Zone("Europe/Berlin"), Layers: []Layer{{
		Name: "primary", People: Turns("ana", "bo"), Terms: [][]Term{{{Until: moment("2026-01-08T00:00")}}},
		Start: moment("2026-01-05T09:00"), Shift: Length{1, Week},
	}}}
	a := s.At(moment("2026-01-08T00:00").In(s.Zone), nil)
	const want = "layer primary, week 1 since 2026-01-05 09:00, the turn of ana, who is not there: bo"
	if a.Why != want || a.From.Format(time.DateTime) != "2026-01-08 00:00:00" || a.Number != 1 {
		t.Errorf("%+v", a)
	}
}

// TestJoiningChangesNothingBefore adds a person to a layer from a date on, anywhere in the order: alone or beside others.
func TestJoiningChangesNothingBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		about := civiltest.DrawInstant(t, site, "about")
		before, o := drawSchedule(t, site, about), drawOverrides(t, about)
		i := rapid.IntRange(0, len(before.Layers)-1).Draw(t, "layer")
		date := civil.Of(about) + civil.Time(rapid.IntRange(-5*civil.Day, 5*civil.Day).Draw(t, "from"))
		after := before
		after.Layers = slices.Clone(before.Layers)
		l := &after.Layers[i]
		place := rapid.IntRange(0, len(l.People)).Draw(t, "place")
		terms := slices.Clone(l.Terms)
		for len(terms) < len(l.People) {
			terms = append(terms, nil)
		}
		l.People = slices.Insert(slices.Clone(l.People), place, []string{"kim"})
		l.Terms = slices.Insert(terms, place, []Term{{From: date}})
		from, to := about.AddDate(0, 0, -20), date.In(site.Zone)
		if diff := cmp.Diff(before.Shifts(from, to, o), after.Shifts(from, to, o)); diff != "" {
			t.Fatalf("before %s (-without kim +with):\n%s", date, diff)
		}
	})
}

// TestLeavingMovesNobody ends the term of one person of a layer without windows: all others keep every shift that they had.
func TestLeavingMovesNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"ana", "bo", "cy", "di", "eve"}[:rapid.IntRange(2, 5).Draw(t, "people")]
		s := weekly("Europe/Berlin")
		s.Layers[0].People = Turns(names...)
		who := rapid.IntRange(0, len(names)-1).Draw(t, "who leaves")
		terms := make([][]Term, len(names))
		terms[who] = []Term{{Until: s.Layers[0].handoff(rapid.IntRange(1, 50).Draw(t, "after weeks"))}}
		taken := map[string]int{}
		for k := range 200 {
			at := (s.Layers[0].handoff(k) + civil.Day).In(s.Zone)
			s.Layers[0].Terms = nil
			planned := s.OnCall(at, nil)[0]
			s.Layers[0].Terms = terms
			now := s.OnCall(at, nil)[0]
			if planned != now && planned != names[who] {
				t.Fatalf("shift %d moved from %s to %s", k, planned, now)
			}
			if planned != now {
				taken[now]++
			}
		}
		least, most := 200, 0
		for i, name := range names {
			if i != who {
				least, most = min(least, taken[name]), max(most, taken[name])
			}
		}
		if most-least > 1 {
			t.Fatalf("the turns were not shared equally: %v", taken)
		}
	})
}

// TestMembers holds that nobody is among them who has left, nor the turn of nobody.
func TestMembers(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	until, err2 := civil.Parse("2000-01-05T09:00")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	s := Schedule{Zone: zone, Layers: []Layer{
		{People: [][]string{{"ana", "bo"}, {Nobody}, {"cy"}}, Terms: [][]Term{{{}, {Until: until}}}},
		{People: Turns("cy", "dan")},
	}}
	border := time.Date(2000, 1, 5, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{{border.Add(-1), "ana bo cy dan"}, {border, "ana cy dan"}} {
		if got := strings.Join(s.Members(tt.at), " "); got != tt.want {
			t.Errorf("at %s: %s, want %s", tt.at, got, tt.want)
		}
	}
}
