package aws

import (
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	f := Members(` { "a" : 1 , "b":"x,}\"]" , "c": {"d":[1,{"e":"}"}]} ,"a":true, "\u0041":null, "n":-1.5e3,"l":[ 1 , "2",[3]],"":"" } `)
	if got, want := strings.Join(namesOf(f), " "), " A a b c l n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
	if !f.Is("a") {
		t.Errorf("a is %s: of repeated names the last one counts", f.Get("a"))
	}
	if got := f.Text("b"); got != `x,}"]` {
		t.Errorf("b is %q", got)
	}
	if f.Has("A") {
		t.Error("null counts as absent")
	}
	if got := f.Object("c").List("d"); len(got) != 2 || got[1] != `{"e":"}"}` {
		t.Errorf("c.d is %s", got)
	}
	if n, ok := f.Number("n"); n != -1500 || !ok {
		t.Errorf("n is %v, %v", n, ok)
	}
	if got := f.List("l"); len(got) != 3 || got[0] != "1" {
		t.Errorf("l is %s", got)
	}
	if f.Object("l") != nil || f.List("c") != nil || f.Text("l") != "" {
		t.Error("a Member was taken for something else than it is")
	}
}

func namesOf(f Fields) []string {
	names := []string{}
	for _, m := range f.Distinct() {
		names = append(names, m.Name)
	}
	return names
}
