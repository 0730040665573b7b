package rotations

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

//go:embed testdata/vectors.txt
var vectorText string

// A vector is a case of testdata/vectors.txt, which says how it is written.
type vector struct {
	name      string
	schedule  Schedule
	overrides []Override
	kind      string // handoffs, shifts, days or persons
	from, to  time.Time
	want      []string
}

func readVectors(t *testing.T) []vector {
	var all []vector
	for block := range strings.SplitSeq(vectorText, "\n\n") {
		var v vector
		for line := range strings.Lines(block) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			switch {
			case strings.HasPrefix(line, "#"):
			case ok:
				v.read(t, key, strings.Fields(value))
			default:
				v.want = append(v.want, strings.TrimSpace(line))
			}
		}
		if v.name != "" {
			all = append(all, v)
		}
	}
	return all
}

func (v *vector) read(t *testing.T, key string, f []string) {
	t.Helper()
	instant := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	switch key {
	case "name":
		v.name = strings.Join(f, " ")
	case "zone":
		v.schedule.Zone = civiltest.Zone(f[0])
	case "layer":
		v.schedule.Layers = append(v.schedule.Layers, readLayer(t, len(v.schedule.Layers), f))
	case "override":
		v.overrides = append(v.overrides,
			Override{Person: f[0], For: strings.Trim(f[1], "-"), From: instant(f[2]), To: instant(f[3])})
	case "handoffs", "shifts", "days", "persons":
		v.kind, v.from, v.to = key, instant(f[0]), instant(f[1])
	default:
		t.Fatalf("unknown key %q", key)
	}
}

// readLayer reads ana,bo+cy 2026-01-05T09:00 1w mon-fri/09:00/17:00.
func readLayer(t *testing.T, i int, f []string) Layer {
	t.Helper()
	l := Layer{Name: fmt.Sprintf("layer%d", i), Start: moment(f[1])}
	for turn := range strings.SplitSeq(f[0], ",") {
		l.People = append(l.People, strings.Split(turn, "+"))
	}
	var err error
	if l.Shift, err = ParseLength(f[2]); err != nil {
		t.Fatal(err)
	}
	for _, w := range f[3:] {
		p := strings.Split(w, "/")
		window, err := ParseWindow(p[0], p[1], p[2])
		if err != nil {
			t.Fatal(err)
		}
		l.Only = append(l.Only, window)
	}
	return l
}

// got answers a vector's question in the words of the file.
func (v *vector) got() []string {
	var got []string
	shifts := v.schedule.Shifts(v.from, v.to, v.overrides)
	switch v.kind {
	case "handoffs":
		for _, s := range shifts {
			got = append(got, s.From.Format(time.RFC3339))
		}
		if n := len(shifts); n > 0 {
			got = append(got, shifts[n-1].To.Format(time.RFC3339))
		}
	case "shifts":
		for _, s := range shifts {
			got = append(got, fmt.Sprintf("%s %s %s", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339),
				strings.Join(s.People, "+")))
		}
	case "persons":
		for _, s := range persons(shifts) {
			got = append(got, fmt.Sprintf("%s %s %s", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339), s.People[0]))
		}
	case "days":
		for d := v.from; d.Before(v.to); d = d.AddDate(0, 0, 1) {
			if people := v.schedule.OnCall(d.Add(12*time.Hour), v.overrides); len(people) > 0 {
				got = append(got, d.Format("2006-01-02 ")+strings.Join(people, "+"))
			}
		}
	}
	return got
}

// persons are shifts told apart by people alone, in the order of their begins.
func persons(shifts []Shift) []Shift {
	var all []Shift
	for _, s := range shifts {
		for _, person := range s.People {
			i := slices.IndexFunc(all, func(x Shift) bool { return x.People[0] == person && x.To.Equal(s.From) })
			if i >= 0 {
				all[i].To = s.To
			} else {
				all = append(all, Shift{People: []string{person}, From: s.From, To: s.To})
			}
		}
	}
	return all
}

func TestVectors(t *testing.T) {
	vectors := readVectors(t)
	if len(vectors) != 52 {
		t.Errorf("%d vectors, expected 52", len(vectors))
	}
	for _, v := range vectors {
		if p := v.schedule.Validate(); len(p) > 0 {
			t.Errorf("%s: %v", v.name, p)
		}
		if diff := cmp.Diff(v.want, v.got()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.name, diff)
		}
	}
}
