package alarms

import (
	"errors"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/incidents"
)

func TestServices(t *testing.T) {
	services := Services{Default: "rest", All: []Service{
		{Name: "everything", Matches: []Match{{Alarm: "*"}}},
		{Name: "checkout", Matches: []Match{{Alarm: "checkout-*"}, {Alarm: "checkout-special*"}, {Dimension: "Service=checkout*"}}},
		{Name: "payments", Matches: []Match{{Alarm: "checkout-pay?"}, {Alarm: "checkout-special"}}},
		{Name: "twin", Matches: []Match{{Alarm: "checkout-*"}}},
		{Name: "staging", Matches: []Match{{Account: "111122223333"}, {Account: "111122223333", Region: "us-*"}}},
		{Name: "database", Matches: []Match{{Topic: "database-alarms"}}},
		{Name: "rest"},
	}}
	if err := services.Check(); err != nil {
		t.Fatal(err)
	}
	signal := func(name string) *Signal {
		s := &Signal{Topic: testARN}
		s.Name, s.Account, s.Region = name, "123456789012", "eu-central-1"
		return s
	}
	with := func(name string, change func(*Signal)) *Signal {
		s := signal(name)
		change(s)
		return s
	}
	tests := []struct {
		what string
		sig  *Signal
		want string
	}{
		{"the more specific pattern, though it stands later", signal("checkout-5xx"), "checkout"},
		{"a longer pattern", signal("checkout-pay1"), "payments"},
		{"a question mark is one character", signal("checkout-pay12"), "checkout"},
		{"the whole name", signal("checkout-special"), "payments"},
		{"nothing but the star", signal("Checkout-5xx"), "everything"},
		{"a dimension", with("x", func(s *Signal) {
			s.Metric = &incidents.Metric{Dimensions: []incidents.Dimension{{Name: "A", Value: "b"}, {Name: "Service", Value: "checkout-eu"}}}
		}), "checkout"},
		{"an attribute of a contributor", with("x", func(s *Signal) { s.Contributor = map[string]string{"Service": "checkout"} }), "checkout"},
		{"an account", with("x", func(s *Signal) { s.Account = "111122223333" }), "staging"},
		{"the name tells more than the account", with("checkout-5xx", func(s *Signal) { s.Account = "111122223333" }), "checkout"},
		{"a topic by its name", with("x", func(s *Signal) { s.Topic = "arn:aws:sns:eu-central-1:123456789012:database-alarms" }), "database"},
	}
	for _, tt := range tests {
		if got := services.For(tt.sig).Name; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
	services.All = services.All[1:]
	if got := services.For(signal("unclaimed")).Name; got != "rest" {
		t.Errorf("unclaimed goes to %s", got)
	}
	if got := (Services{Default: "gone"}).For(signal("x")).Name; got != "gone" {
		t.Errorf("without any service it goes to %q", got)
	}
}

func TestServicesCheck(t *testing.T) {
	err := Services{Default: "x", All: []Service{{Name: "a", Matches: []Match{{Alarm: "b"}, {}}}}}.Check()
	if !errors.Is(err, ErrMatch) || !strings.Contains(err.Error(), "service a: alarms, entry 2") || !strings.Contains(err.Error(), `"x"`) {
		t.Error(err)
	}
}
