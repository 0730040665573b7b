package forms

import (
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/text"
)

// Measures of the picture, in its own units.
const (
	width   = 920
	left    = 44 // of the bars
	right   = 12
	tall    = 150 // of the highest bar
	top     = 46
	lower   = 30 // for the words below the bars
	lane    = 26 // of a noisy alarm
	named   = 300
	colour  = "#2f73d9" // readable on light and on dark ground
	pale    = "#8a93a0"
	nightly = "#c4660a"
)

// SVG draws a report: incidents of each day, those paler that were over by themselves, with the pages at night; and the noisy alarms.
// It says in words what is in it. Nothing in it runs, and nothing is loaded from elsewhere. All texts are escaped.
func SVG(r reports.Report) string {
	var b strings.Builder
	base := top + tall
	height := base + lower
	if len(r.Noisy) > 0 {
		height += 34 + lane*len(r.Noisy)
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13">`,
		width, height, text.HTML(heading(r)+". "+Summed(r)))
	letters(&b, left, 18, "start", 13, "Incidents by "+each(r.Days))
	legend(&b, left, 36)
	bars(&b, r, base)
	alarms(&b, r, base+lower+30)
	b.WriteString("</svg>")
	return b.String()
}

func each(days int) string {
	if days == 1 {
		return "day"
	}
	return fmt.Sprintf("%d days", days)
}

func letters(b *strings.Builder, x, y float64, anchor string, size int, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="currentColor">%s</text>`, x, y, anchor, size,
		text.HTML(s))
}

func box(b *strings.Builder, x, y, w, h float64, fill, tells string) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s">`, x, y, w, h, fill)
	if tells != "" {
		b.WriteString("<title>" + text.HTML(tells) + "</title>")
	}
	b.WriteString("</rect>")
}

func legend(b *strings.Builder, x, y float64) {
	for _, one := range []struct{ fill, says string }{{colour, "people were needed, or it lasted"},
		{pale, "over by itself in under 5 min"}, {nightly, "pages at night"}} {
		box(b, x, y-9, 10, 10, one.fill, "")
		letters(b, x+15, y, "start", 12, one.says)
		x += 235
	}
}

// bars draws the parts of the time. The scale is that of the highest, and is named.
func bars(b *strings.Builder, r reports.Report, base int) {
	most := 1
	for _, s := range r.Spans {
		most = max(most, s.Incidents, s.AtNight)
	}
	step := float64(width-left-right) / float64(max(len(r.Spans), 1))
	unit := float64(tall) / float64(most)
	for _, n := range []int{0, most} {
		y := float64(base) - float64(n)*unit
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="currentColor" stroke-opacity=".25"/>`, left, y, width-right)
		letters(b, left-8, y+4, "end", 12, fmt.Sprint(n))
	}
	every := (len(r.Spans) + 9) / 10
	for n, s := range r.Spans {
		x := left + float64(n)*step
		w := max(step*0.5, 1)
		says := fmt.Sprintf("%s: %s, %d over by themselves, %s, %d at night", s.Date, text.Count(s.Incidents, "incident", "incidents"),
			s.Passing, text.Count(s.Pages, "page", "pages"), s.AtNight)
		lasting := float64(s.Incidents-s.Passing) * unit
		passing := float64(s.Passing) * unit
		if s.Incidents > 0 {
			box(b, x+step*0.1, float64(base)-lasting, w, lasting, colour, says)
			box(b, x+step*0.1, float64(base)-lasting-passing, w, passing, pale, says)
		}
		if s.AtNight > 0 {
			box(b, x+step*0.65, float64(base)-float64(s.AtNight)*unit, max(step*0.2, 1), float64(s.AtNight)*unit, nightly, says)
		}
		if n%max(every, 1) == 0 {
			letters(b, x+step*0.1, float64(base+18), "start", 12, s.Date[5:])
		}
	}
}

// alarms draws the noisy alarms, by their incidents.
func alarms(b *strings.Builder, r reports.Report, y int) {
	if len(r.Noisy) == 0 {
		return
	}
	letters(b, left, float64(y), "start", 13, "Noisy alarms, by incidents")
	most := 1
	for _, n := range r.Noisy {
		most = max(most, n.Passing.Of)
	}
	unit := float64(width-named-right-50) / float64(most)
	for k, n := range r.Noisy {
		at := float64(y + 10 + lane*k)
		letters(b, named-10, at+14, "end", 12, text.Clip(name(n.Alarm.Name), 40))
		says := name(n.Alarm.Name) + ": over by itself " + share(n.Passing) + ", acted on " + share(n.Acted)
		lasting := float64(n.Passing.Of-n.Passing.N) * unit
		box(b, named, at+3, lasting, 14, colour, says)
		box(b, named+lasting, at+3, float64(n.Passing.N)*unit, 14, pale, says)
		letters(b, named+float64(n.Passing.Of)*unit+8, at+14, "start", 12, fmt.Sprint(n.Passing.Of))
	}
}
