package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

func TestKey(t *testing.T) {
	tests := []struct {
		parts []string
		want  string
	}{
		{[]string{"schema"}, "schema"},
		{[]string{"incident", "00000042", "event", "00000001"}, "incident/00000042/event/00000001"},
		{[]string{"seen", "a/../b", "100%"}, "seen/a%2F..%2Fb/100%25"},
		{[]string{"alarm", "a b\n\x00\x7f"}, "alarm/a%20b%0A%00%7F"},
		{[]string{"é", ""}, "é/"},
		{[]string{"", "a"}, "/a"},
		{[]string{""}, ""},
	}
	for _, tt := range tests {
		if got := store.Key(tt.parts...); got != tt.want {
			t.Errorf("Key(%q) = %q, want %q", tt.parts, got, tt.want)
		}
		if diff := cmp.Diff(tt.parts, store.Parts(tt.want)); diff != "" {
			t.Errorf("Parts(%q) (-want +got):\n%s", tt.want, diff)
		}
	}
	if got := store.Key(); got != "" {
		t.Errorf("Key() = %q, want the empty key", got)
	}
	for _, odd := range []string{"%", "a%2", "%zz", "%2f"} { // no key is like this
		if diff := cmp.Diff([]string{odd}, store.Parts(odd)); diff != "" {
			t.Errorf("Parts(%q) (-want +got):\n%s", odd, diff)
		}
	}
}

// inside says whether a Range from from to to yields key.
func inside(key, from, to string) bool { return key >= from && (to == "" || key < to) }

func TestUnder(t *testing.T) {
	tests := []struct {
		parts    []string
		from, to string
	}{
		{nil, "", ""},
		{[]string{"open"}, "open/", "open0"},
		{[]string{"incident", "1/2"}, "incident/1%2F2/", "incident/1%2F20"},
		{[]string{""}, "/", "0"},
	}
	for _, tt := range tests {
		if from, to := store.Under(tt.parts...); from != tt.from || to != tt.to {
			t.Errorf("Under(%q) = %q, %q, want %q, %q", tt.parts, from, to, tt.from, tt.to)
		}
	}
}

func TestAfter(t *testing.T) {
	for prefix, want := range map[string]string{"": "", "a": "b", "a/": "a0", "a\xff": "b", "\xff\xff": "", "a\xff\xff": "b"} {
		if got := store.After(prefix); got != want {
			t.Errorf("After(%q) = %q, want %q", prefix, got, want)
		}
	}
}

// FuzzKey holds that parts come back as they were, and that no part, whatever is in
// it, reaches into the place of another key.
func FuzzKey(f *testing.F) {
	f.Add("incident", "1", "head", "2")
	f.Add("alarm", "a/b", "", "a")
	f.Add("%2F", "/", "%", "%2F")
	f.Add("", "", "", "\xff")
	f.Add("seen", "a\x00b", "é\xf0\x9f\x93\x8c", " ")
	f.Fuzz(func(t *testing.T, a, b, c, other string) {
		for _, parts := range [][]string{{a}, {a, b}, {a, b, c}} {
			key := store.Key(parts...)
			if diff := cmp.Diff(parts, store.Parts(key)); diff != "" {
				t.Fatalf("Parts(Key(%q)) (-want +got):\n%s", parts, diff)
			}
			if strings.Count(key, "/") != len(parts)-1 {
				t.Fatalf("Key(%q) = %q has more parts than given", parts, key)
			}
			if from, to := store.Under(); !inside(key, from, to) {
				t.Fatalf("%q is not under all", key)
			}
			checkAfter(t, key, other)
		}
		checkUnder(t, []string{a, b, c}, other)
		if plain(b) && plain(other) && (store.Key(a, b) < store.Key(a, other)) != (b < other) {
			t.Fatalf("%q and %q are in another order as parts of keys", b, other)
		}
	})
}

// plain says whether Key leaves a part as it is.
func plain(part string) bool { return store.Key(part) == part }

// checkUnder holds that a key is under its own first parts, and under no others.
func checkUnder(t *testing.T, parts []string, other string) {
	t.Helper()
	key := store.Key(parts...)
	for n := 1; n < len(parts); n++ {
		if from, to := store.Under(parts[:n]...); !inside(key, from, to) {
			t.Fatalf("%q is not under %q", key, parts[:n])
		}
		foreign := slices.Clone(parts[:n])
		foreign[n-1] = other
		if from, to := store.Under(foreign...); other != parts[n-1] && inside(key, from, to) {
			t.Fatalf("%q is under %q", key, foreign)
		}
	}
	if from, to := store.Under(parts...); inside(key, from, to) {
		t.Fatalf("%q is under itself", key)
	}
}

// checkAfter holds that the keys before After are those that begin with the prefix.
func checkAfter(t *testing.T, prefix, other string) {
	t.Helper()
	if !inside(prefix+other, prefix, store.After(prefix)) {
		t.Fatalf("%q is not between %q and what comes after it", prefix+other, prefix)
	}
	if inside(other, prefix, store.After(prefix)) != strings.HasPrefix(other, prefix) {
		t.Fatalf("%q is between %q and what comes after it, or is not", other, prefix)
	}
}
