package shapes_test

import (
	"strings"
	"testing"

	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/postmortems/storytest"
)

// TestChoices: the narrowest choice is taken, by the worst severity that an incident had.
func TestChoices(t *testing.T) {
	all := shapes.Choices{
		All: shapes.Choice{Name: "sre", Severity: map[string]string{"sev1": "coe"}},
		Services: map[string]shapes.Choice{
			"search":  {Name: "howie"},
			"billing": {Severity: map[string]string{"sev2": "pagerduty"}},
		},
	}
	for _, tt := range []struct {
		choices                        shapes.Choices
		service, severity, worst, want string
	}{
		{shapes.Choices{}, "checkout", "sev1", "", "oncalm"},
		{all, "checkout", "sev2", "", "sre"},
		{all, "checkout", "sev1", "", "coe"},
		{all, "checkout", "sev3", "sev1", "coe"},
		{all, "search", "sev1", "", "howie"},
		{all, "billing", "sev2", "", "pagerduty"},
		{all, "billing", "sev1", "", "coe"},
		{all, "billing", "sev4", "", "sre"},
	} {
		got := tt.choices.Of(document.Header{Service: tt.service, Severity: tt.severity, Worst: tt.worst})
		if got != tt.want {
			t.Errorf("%s %s (%s): %s, want %s", tt.service, tt.severity, tt.worst, got, tt.want)
		}
	}
}

// TestLayout: a document is in its shape in both forms, and in another if that is asked for.
func TestLayout(t *testing.T) {
	l, err := shapes.Load("", shapes.Choices{All: shapes.Choice{Name: "sre"}})
	if err != nil {
		t.Fatal(err)
	}
	d := postmortems.Build(storytest.Stories()["rolled-back"](t).Folded())
	for shape, want := range map[string]string{"": "Where we got lucky", "coe": "Five whys", "oncalm": "Where we were lucky"} {
		text, err := l.Markdown(d, shape)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%q has no %q (%v)", shape, want, err)
		}
		html, err := l.Page(d, page.Options{Shape: shape})
		if err != nil || !strings.Contains(string(html), want) {
			t.Errorf("the page of %q has no %q (%v)", shape, want, err)
		}
	}
}
