package wall

import (
	"strings"
	"testing"
	"time"
)

// TestWindows holds that spans of the week become the windows that one would write.
func TestWindows(t *testing.T) {
	tests := []struct {
		spans []Span
		want  string
	}{
		{Daily(EveryDay(), 9*Hour, 8*Hour), "mon-sun 09:00-17:00"},
		{Daily(EveryDay(), 20*Hour, 12*Hour), "mon-sun 20:00-08:00"},
		{Daily(EveryDay(), 0, Day), ""},
		{[]Span{{time.Monday, 0, 5 * Day}}, "mon-fri 00:00-24:00"},
		{[]Span{{time.Friday, 17 * Hour, 64 * Hour}}, "fri 17:00-24:00, sat-sun 00:00-24:00, mon 00:00-09:00"},
		{[]Span{{time.Sunday, 12 * Hour, Day}}, "sun 12:00-24:00, mon 00:00-12:00"},
		{[]Span{{time.Sunday, 12 * Hour, Week}}, ""},
		{[]Span{{time.Monday, 30, Hour}}, "wrong"},
	}
	for _, tt := range tests {
		all, ok := Windows(tt.spans)
		var texts []string
		for _, w := range all {
			texts = append(texts, w.String())
		}
		got := strings.Join(texts, ", ")
		if !ok {
			got = "wrong"
		}
		if strings.ReplaceAll(got, "sat,sun", "sat-sun") != tt.want {
			t.Errorf("%v: %s, want %s", tt.spans, got, tt.want)
		}
	}
}
