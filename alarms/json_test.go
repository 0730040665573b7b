package alarms

import (
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	f := members(` { "a" : 1 , "b":"x,}\"]" , "c": {"d":[1,{"e":"}"}]} ,"a":true, "\u0041":null, "n":-1.5e3,"l":[ 1 , "2",[3]],"":"" } `)
	if got, want := strings.Join(namesOf(f), " "), " A a b c l n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
	if !f.is("a") {
		t.Errorf("a is %s: of repeated names the last one counts", f.get("a"))
	}
	if got := f.text("b"); got != `x,}"]` {
		t.Errorf("b is %q", got)
	}
	if f.has("A") {
		t.Error("null counts as absent")
	}
	if got := f.object("c").list("d"); len(got) != 2 || got[1] != `{"e":"}"}` {
		t.Errorf("c.d is %s", got)
	}
	if n, ok := f.number("n"); n != -1500 || !ok {
		t.Errorf("n is %v, %v", n, ok)
	}
	if got := f.list("l"); len(got) != 3 || got[0] != "1" {
		t.Errorf("l is %s", got)
	}
	if f.object("l") != nil || f.list("c") != nil || f.text("l") != "" {
		t.Error("a member was taken for something else than it is")
	}
}

func namesOf(f fields) []string {
	names := []string{}
	for _, m := range f.distinct() {
		names = append(names, m.Name)
	}
	return names
}
