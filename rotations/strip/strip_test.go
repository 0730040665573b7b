package strip

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

var update = flag.Bool("update", false, "write the golden files")

// A sample is a picture that people should be able to read.
type sample struct {
	name    string
	picture Picture
}

// samples are pictures of all sorts: few and many people, gaps, overrides, long names, short and long spans, clock changes.
func samples() []sample {
	z := rotationstest.Zone("Europe/Berlin")
	at := func(s string) time.Time { return rotationstest.Civil(s).In(z) }
	var all []sample
	add := func(name string, rows []Row, from, to, now string) {
		all = append(all, sample{name, Picture{Title: name, Zone: z, From: at(from), To: at(to), Now: at(now), Rows: rows}})
	}
	week := rotations.Schedule{Name: "payments", Zone: z, Layers: []rotations.Layer{rotationstest.Layer("primary", "2026-01-05T09:00", "1w", "ana", "bo", "cy")}}
	over := []rotations.Override{
		{Person: "bo", For: "ana", From: at("2026-11-18T12:00"), To: at("2026-11-19T12:00")},
		{Person: "dora", For: "bo", From: at("2026-11-27T18:00"), To: at("2026-11-30T09:00")},
	}
	add("week-3", []Row{OfSchedule(week, over, at("2026-11-16T00:00"), at("2026-11-30T00:00"))}, "2026-11-16T00:00", "2026-11-30T00:00", "2026-11-23T14:05")
	add("week-3-people", ByPerson(week, over, at("2026-11-16T00:00"), at("2026-11-30T00:00")), "2026-11-16T00:00", "2026-11-30T00:00", "2026-11-23T14:05")
	one := rotations.Schedule{Name: "search", Zone: z, Layers: []rotations.Layer{rotationstest.Layer("day", "2026-01-05T09:00", "1d", "ana")}}
	one.Layers[0].Only = []civil.Window{rotationstest.Window("mon-fri", "09:00", "17:00")}
	add("one-office-hours", []Row{OfSchedule(one, nil, at("2026-11-23T00:00"), at("2026-12-07T00:00"))}, "2026-11-23T00:00", "2026-12-07T00:00", "2026-11-23T14:05")
	eight := []string{"ana", "bo", "Chukwuemeka Okonkwo-Featherstonehaugh", "dörte", "eve", "Фёдор", "günther-maximilian", "hal"}
	days := rotations.Schedule{Name: "infrastructure on-call, second line", Zone: z, Layers: []rotations.Layer{
		rotationstest.Layer("days", "2026-11-02T09:00", "2d", eight...), rotationstest.Layer("nights", "2026-11-02T21:00", "1d", "ana+bo", "eve+hal"),
	}}
	days.Layers[0].Only = []civil.Window{rotationstest.Window("mon-sat", "00:00", "24:00")}
	days.Layers[1].Only = []civil.Window{rotationstest.Window("fri", "21:00", "09:00")}
	add("eight-14-days", []Row{OfSchedule(days, over, at("2026-11-23T12:00"), at("2026-12-07T12:00"))}, "2026-11-23T12:00", "2026-12-07T12:00", "2026-11-25T00:05")
	add("eight-six-weeks", []Row{OfSchedule(days, over, at("2026-11-09T00:00"), at("2026-12-21T00:00")), OfSchedule(week, over, at("2026-11-09T00:00"), at("2026-12-21T00:00"))},
		"2026-11-09T00:00", "2026-12-21T00:00", "2026-11-23T14:05")
	add("eight-six-weeks-people", ByPerson(days, over, at("2026-11-09T00:00"), at("2026-12-21T00:00")), "2026-11-09T00:00", "2026-12-21T00:00", "2026-12-20T23:05")
	off := rotations.Schedule{Name: "off", Zone: z,
		Layers: []rotations.Layer{rotationstest.Layer("days", "2026-11-02T09:00", "2d", "ana", rotations.Nobody, "bo")}}
	off.Layers[0].Only = []civil.Window{rotationstest.Window("mon-fri", "00:00", "24:00")}
	add("on-purpose", []Row{OfSchedule(off, nil, at("2026-11-16T00:00"), at("2026-11-30T00:00"))}, "2026-11-16T00:00", "2026-11-30T00:00", "2026-11-23T14:05")
	add("clock-change", []Row{OfSchedule(week, nil, at("2026-03-28T00:00"), at("2026-03-31T00:00"))}, "2026-03-28T00:00", "2026-03-31T00:00", "2026-03-29T03:00")
	add("now-in-a-name", []Row{OfSchedule(week, nil, at("2026-11-16T00:00"), at("2026-11-30T00:00"))}, "2026-11-16T00:00", "2026-11-30T00:00", "2026-11-16T13:00")
	add("a-year", []Row{OfSchedule(week, nil, at("2026-06-15T00:00"), at("2027-06-15T00:00"))}, "2026-06-15T00:00", "2027-06-15T00:00", "2026-11-23T14:05")
	add("a-quarter", []Row{OfSchedule(week, nil, at("2026-10-30T00:00"), at("2027-02-02T00:00"))}, "2026-10-30T00:00", "2027-02-02T00:00", "2026-11-23T14:05")
	add("empty", []Row{OfSchedule(rotations.Schedule{Name: "nothing"}, nil, at("2026-11-23T00:00"), at("2026-11-24T00:00"))}, "2026-11-23T00:00", "2026-11-24T00:00", "2027-01-01T00:00")
	return all
}

func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// TestSVG compares pictures with those that somebody looked at.
func TestSVG(t *testing.T) {
	for _, s := range samples() {
		got := s.picture.SVG()
		wellFormed(t, s.name, got)
		if !bytes.Equal(got, s.picture.SVG()) {
			t.Errorf("%s: the second time it is another", s.name)
		}
		switch s.name {
		case "week-3", "week-3-people", "eight-14-days", "clock-change", "empty", "on-purpose":
			if diff := cmp.Diff(string(golden(t, s.name+".svg", got)), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", s.name, diff)
			}
		}
	}
}

// wellFormed reads a document and returns its elements.
func wellFormed(t *testing.T, name string, doc []byte) map[string]int {
	t.Helper()
	elements := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
}

// TestPNG compares pixels: how they are compressed may change, and the last bit of a colour with the machine.
func TestPNG(t *testing.T) {
	for _, s := range samples() {
		if s.name != "eight-14-days" {
			continue
		}
		text, err := s.picture.PNG()
		if err != nil {
			t.Fatal(err)
		}
		got, want := decode(t, text), decode(t, golden(t, s.name+".png", text))
		if got.Bounds() != want.Bounds() || got.Bounds().Dx() != 2*defaultWidth {
			t.Fatalf("bounds are %v, want %v", got.Bounds(), want.Bounds())
		}
		different := 0
		for y := range got.Bounds().Dy() {
			for x := range got.Bounds().Dx() {
				if far(got.At(x, y), want.At(x, y)) {
					different++
				}
			}
		}
		if different > 0 {
			t.Errorf("%s: %d pixels are different", s.name, different)
		}
	}
}

func decode(t *testing.T, text []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func far(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r2, g2, bl2, _ := b.RGBA()
	return math.Abs(float64(r)-float64(r2)) > 0x800 || math.Abs(float64(g)-float64(g2)) > 0x800 ||
		math.Abs(float64(bl)-float64(bl2)) > 0x800
}

// TestNothingOverlaps holds that no text runs into another or out of the picture, and bars stay in their rows.
func TestNothingOverlaps(t *testing.T) {
	for _, s := range samples() {
		for _, width := range []int{0, 320, 640, 1600} {
			s.picture.Width = width
			scene := lay(s.picture, drawing.NewLetters(1))
			ends := map[string]float64{}
			for i, one := range scene.Shapes {
				if one.X < 0 || one.Y < 0 || one.X+one.W > scene.W+1 && !one.Middle || one.Y+one.H > scene.H+0.5 {
					t.Errorf("%s at %d: shape %d sticks out: %+v", s.name, width, i, one)
				}
				for _, other := range scene.Shapes[:i] {
					if one.Kind == drawing.Words && other.Kind == drawing.Words && one.Y == other.Y && begin(one) < begin(other)+
						other.W &&
						begin(other) < begin(one)+one.W {
						t.Errorf("%s at %d: %q runs into %q", s.name, width, one.Text, other.Text)
					}
				}
				if one.Kind == drawing.Words {
					ends[one.Text] = one.X
				}
			}
			if len(ends) < 2 {
				t.Errorf("%s at %d: only %d texts", s.name, width, len(ends))
			}
		}
	}
}

// begin is where a text begins.
func begin(s drawing.Shape) float64 {
	if s.Middle {
		return s.X - s.W/2
	}
	return s.X
}

// TestBarsAreTimes holds that the bars of a row fill it: people and gaps are all of the time, each as long as it takes.
func TestBarsAreTimes(t *testing.T) {
	for _, s := range samples() {
		for _, r := range s.picture.Rows {
			last := s.picture.From
			for _, b := range r.Bars {
				if !r.lone && !b.From.Equal(last) || b.From.Before(last) || !b.From.Before(b.To) {
					t.Errorf("%s: %s: the bar before ends %s, this one is %s to %s", s.name, r.Label, last, b.From, b.To)
				}
				last = b.To
			}
			if !r.lone && !last.Equal(s.picture.To) {
				t.Errorf("%s: %s ends %s", s.name, r.Label, last)
			}
		}
	}
}

// contrast is that of WCAG 2.
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 {
		part := func(v uint8) float64 {
			if f := float64(v) / 255; f > 0.03928 {
				return math.Pow((f+0.055)/1.055, 2.4)
			}
			return float64(v) / 255 / 12.92
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

func TestContrast(t *testing.T) {
	check := func(what string, front, back role, least float64) {
		t.Helper()
		f, b := paints()[front], paints()[back]
		if light, dark := contrast(f.Light, b.Light), contrast(f.Dark, b.Dark); light < least || dark < least {
			t.Errorf("%s: %.2f light, %.2f dark, want %.1f", what, light, dark, least)
		}
	}
	for i := range faces() {
		check(fmt.Sprintf("letters on colour %d", i), onBar, person+role(i), 4.5)
		check(fmt.Sprintf("colour %d on the ground", i), person+role(i), ground, 3)
	}
	check("letters", strong, ground, 4.5)
	check("faint letters", faint, ground, 4.5)
	check("letters of a gap", gapLine, gapBack, 4.5)
	check("the hatching", gapLine, gapBack, 3)
	check("letters of a gap on purpose", offLine, offBack, 4.5)
	check("the label of now", ground, nowMark, 4.5)
	check("the legend of standing in", onBar, anybody, 4.5)
	check("its ground", anybody, ground, 3)
}

func TestColoursBelongToNames(t *testing.T) {
	eight := []string{"ana", "bo", "cy", "di", "eve", "fay", "gus", "hal"}
	all := cast(eight)
	seen, same := map[role]string{}, 0
	for who, r := range all {
		if other, twice := seen[r]; twice {
			t.Errorf("%s and %s have the same colour", who, other)
		}
		seen[r] = who
		if cast([]string{who})[who] == r {
			same++
		}
	}
	if same < 5 {
		t.Errorf("only %d of 8 have the colour that they have alone", same)
	}
	if diff := cmp.Diff(all, cast([]string{"hal", "bo", "bo", "cy", "di", "eve", "fay", "gus", "ana"})); diff != "" {
		t.Errorf("the order changes colours (-want +got):\n%s", diff)
	}
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprintf("person %d", i)
	}
	if got := cast(many); len(got) != 40 {
		t.Errorf("%d of 40 people have a colour", len(got))
	}
	s := samples()[0].picture
	whole := lay(s, drawing.NewLetters(1))
	s.From = s.From.AddDate(0, 0, 10)
	if diff := cmp.Diff(colourOf(whole, "dora"), colourOf(lay(s, drawing.NewLetters(1)), "dora")); diff != "" {
		t.Errorf("dora's colour changes with the span (-want +got):\n%s", diff)
	}
}

// colourOf is the colour of the bars that tell of somebody.
func colourOf(s drawing.Scene, who string) role {
	for _, one := range s.Shapes {
		if strings.HasPrefix(one.Text, who+",") {
			return one.Role
		}
	}
	return -1
}

func TestHostileNames(t *testing.T) {
	z := rotationstest.Zone("Europe/Berlin")
	names := []string{
		"</text><script>alert(1)</script>", "\"onload=\"x", "a&b<c>'d", "e\x00\x07\uFFFE", "f\xff\xfe", "g\u202eh\u2066", "", strings.Repeat("w", 5000),
		"李小龍 😀",
	}
	s := rotations.Schedule{Name: names[0], Zone: z, Layers: []rotations.Layer{{
		Name: names[1], People: rotations.Turns(names...), Start: rotationstest.Civil("2026-11-01T00:00"),
		Shift: rotations.Length{N: 1, Unit: rotations.Day},
	}}}
	from, to := rotationstest.Civil("2026-11-02T00:00").In(z), rotationstest.Civil("2026-11-16T00:00").In(z)
	p := Picture{Title: names[0], Zone: z, From: from, To: to,
		Rows: append(ByPerson(s, nil, from, to), OfSchedule(s, nil, from, to))}
	svg := p.SVG()
	for element := range wellFormed(t, "hostile", svg) {
		switch element {
		case "svg", "title", "style", "defs", "pattern", "rect", "text":
		default:
			t.Errorf("there is an element %s", element)
		}
	}
	if bytes.ContainsAny(svg, "\x00\x07\u202e\u2066\uFFFE") {
		t.Error("something came through that hides or turns text")
	}
	if _, err := p.PNG(); err != nil {
		t.Error(err)
	}
}

// TestDays holds that the axis knows days that are short, long, without a midnight, or not there at all.
func TestDays(t *testing.T) {
	tests := []struct{ zone, from, to, want string }{
		{"Europe/Berlin", "2026-03-28T00:00", "2026-03-31T00:00", "Sat 28 24h, Sun 29 23h, Mon 30 24h"},
		{"Europe/Berlin", "2026-10-24T12:00", "2026-10-26T12:00", "Sat 24 12h, Sun 25 25h, Mon 26 12h"},
		{"America/Santiago", "2026-09-05T00:00", "2026-09-08T00:00", "Sat 5 24h, Sun 6 23h, Mon 7 24h"},
		{"Pacific/Apia", "2011-12-29T00:00", "2012-01-01T00:00", "Thu 29 24h, Sat 31 24h"},
	}
	for _, tt := range tests {
		z := rotationstest.Zone(tt.zone)
		y := layout{p: Picture{From: rotationstest.Civil(tt.from).In(z), To: rotationstest.Civil(tt.to).In(z)}, zone: z,
			left: 100, right: 1100}
		hour := (y.right - y.left) / y.p.To.Sub(y.p.From).Hours()
		var got []string
		for _, d := range y.days() {
			got = append(got, fmt.Sprintf("%s %.0fh", d.date.Format("Mon 2"), (d.to-d.from)/hour))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s from %s (-want +got):\n%s", tt.zone, tt.from, diff)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	p := samples()[4].picture
	for b.Loop() {
		p.SVG()
	}
}

func BenchmarkPNG(b *testing.B) {
	p := samples()[4].picture
	for b.Loop() {
		if _, err := p.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
