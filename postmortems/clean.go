package postmortems

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/oncalm/oncalm/text"
)

// shortest is how many characters of a text from outside a sentence quotes.
const shortest = 200

// newline shows where a text went on in a new line. All texts of a document are of one
// line, as cells of tables have to be.
const newline = "⏎"

// clean makes a text fit for one line: clean as [text.Clean] has it, with single spaces, and newline for the ends of lines.
func clean(s string) string {
	if !strings.ContainsAny(s, "\n\r\v\f\u0085\u2028\u2029") {
		return text.Line(s)
	}
	var lines []string
	for l := range strings.Lines(text.Clean(s)) {
		if l = text.Line(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, " "+newline+" ")
}

// Isolates keep a text that runs from right to left from changing the order of what
// stands around it.
const (
	isolateStart = "\u2068"
	isolateEnd   = "\u2069"
)

// isolated puts a clean text between isolates if it has letters that run from right to
// left.
func isolated(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	return isolateStart + s + isolateEnd
}

func rightToLeft(r rune) bool {
	return r >= 0x0590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko,
		unicode.Adlam, unicode.Mandaic, unicode.Samaritan)
}

// said is a text from outside within one of ours.
func said(s string) string { return isolated(clean(s)) }

// short is said for a sentence: a long text is cut.
func short(s string) string { return isolated(text.Clip(clean(s), shortest)) }

// quoted is a text from outside within a sentence, as somebody's words.
func quoted(s string) string { return "“" + short(s) + "”" }

// took is a length of time in words.
func took(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -d
	}
	switch {
	case 0 < d && d < 50*time.Millisecond:
		return sign + "under 0.1 s"
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%s%g s", sign, math.Round(d.Seconds()*10)/10)
	case d.Round(time.Second) < time.Minute:
		return fmt.Sprintf("%s%d s", sign, d.Round(time.Second)/time.Second)
	case d.Round(time.Second) < time.Hour:
		d = d.Round(time.Second)
		return sign + two(d, time.Minute, "min", time.Second, "s")
	case d.Round(time.Minute) < 24*time.Hour:
		return sign + two(d.Round(time.Minute), time.Hour, "h", time.Minute, "min")
	}
	return sign + two(d.Round(time.Hour), 24*time.Hour, "d", time.Hour, "h")
}

// two writes a length of time in two units; the lesser only if there is some of it.
func two(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	s := fmt.Sprintf("%d %s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		s += fmt.Sprintf(" %d %s", rest, smallName)
	}
	return s
}

// Layouts of times. They are read by people across days and zones: the order is that
// of ISO 8601, and texts and headings say that it is UTC.
const (
	layoutDay  = "2006-01-02"
	layoutTime = "15:04:05"
	layoutFull = layoutDay + " " + layoutTime
)

// notRecorded is said of what no event tells.
const notRecorded = "not recorded"

// moment writes a time in full.
func moment(t time.Time) string {
	if t.IsZero() {
		return notRecorded
	}
	return t.UTC().Format(layoutFull)
}

// span writes two times; the second without its day if that is the same.
func span(from, to time.Time) string {
	if from.UTC().Format(layoutDay) == to.UTC().Format(layoutDay) {
		return moment(from) + " and " + to.UTC().Format(layoutTime)
	}
	return moment(from) + " and " + moment(to)
}
