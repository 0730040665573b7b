package nearest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/nearest"
)

func TestOf(t *testing.T) {
	words := []string{"ack", "acknowledge", "resolve", "close", "escalate", "note", "list", "info", "show", "postmortem", "pm", "retro", "help"}
	zones := []string{"Europe/Berlin", "Europe/Paris", "America/New_York", "America/Noronha"}
	tests := []struct {
		said  string
		names []string
		want  string
	}{
		{"akc", words, "ack"},
		{"ak", words, "ack"},
		{"resolv", words, "resolve"},
		{"reslove", words, "resolve"},
		{"colse", words, "close"},
		{"lst", words, "list"},
		{"hlep", words, "help"},
		{"esc", words, "escalate"},
		{"ACKN", words, "acknowledge"},
		{"re", words, ""}, // resolve or retro?
		{"frobnicate", words, ""},
		{"", words, ""},
		{"x", words, ""},
		{"🚒", words, ""},
		{"日", words, ""},
		{"Europe/Pari", zones, "Europe/Paris"},
		{"europe/berlin", zones, "Europe/Berlin"},
		{"Europe", zones, ""},
		{"America/New", zones, "America/New_York"},
		{"ack", nil, ""},
		{"chekout", []string{"checkout", "checkout"}, "checkout"},
		{"check", []string{"checkout", "checkout"}, "checkout"},
	}
	for _, tt := range tests {
		if got := nearest.Of(tt.said, tt.names); got != tt.want {
			t.Errorf("Of(%q) = %q, want %q", tt.said, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"ack", "ack", 0},
		{"ack", "akc", 1},
		{"ack", "back", 1},
		{"übung", "ubung", 1},
		{"kitten", "sitting", 3},
		{"abcdef", "uvwxyz", 4},
		{strings.Repeat("a", 10_000), "a", 4},
	}
	for _, tt := range tests {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := nearest.Distance(pair[0], pair[1], 4); got != tt.want {
				t.Errorf("Distance(%.10q, %.10q) = %d, want %d", pair[0], pair[1], got, tt.want)
			}
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("akc", "ack", "note")
	f.Fuzz(func(t *testing.T, said, a, b string) {
		if got := nearest.Of(said, []string{a, b}); got != "" && !slices.Contains([]string{a, b}, got) {
			t.Errorf("%q is near %q", said, got)
		}
	})
}
