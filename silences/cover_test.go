package silences

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/incidents"
)

func alarm(name string) *incidents.Alarm {
	return &incidents.Alarm{
		Name: name, Account: "123456789012", Region: "eu-central-1", Tags: map[string]string{"team": "shop"},
		Metric: &incidents.Metric{Dimensions: []incidents.Dimension{{Name: "ServiceName", Value: "checkout"}}},
	}
}

func TestCoverFits(t *testing.T) {
	of := Subject{Alarm: alarm("checkout-5xx"), Service: "checkout", Topic: "arn:aws:sns:eu-central-1:123456789012:alarms"}
	for _, tt := range []struct {
		c    Cover
		want bool
	}{
		{Cover{}, false},
		{Everything(), true},
		{Cover{Service: "checkout"}, true},
		{Cover{Service: "search"}, false},
		{Cover{Match: match.Match{Alarm: "checkout-*"}}, true},
		{Cover{Match: match.Match{Alarm: "checkout-?xx"}}, true},
		{Cover{Match: match.Match{Alarm: "Checkout-*"}}, false},
		{Cover{Service: "checkout", Match: match.Match{Alarm: "*-cpu"}}, false},
		{Cover{Service: "search", Match: match.Match{Alarm: "*-5xx"}}, false},
		{Cover{Match: match.Match{Tag: "team=shop"}}, true},
		{Cover{Match: match.Match{Tag: "team=pay*"}}, false},
		{Cover{Match: match.Match{Dimension: "ServiceName=check*"}}, true},
		{Cover{Match: match.Match{Account: "123456789012", Region: "eu-*"}}, true},
		{Cover{Match: match.Match{Account: "210987654321", Region: "eu-*"}}, false},
		{Cover{Match: match.Match{Topic: "alarms"}}, true},
		{Cover{Match: match.Match{Topic: "other"}}, false},
	} {
		if got := tt.c.Fits(of); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.c, got, tt.want)
		}
	}
}

// TestCoverCheck: whoever means everything has to say so, and a pattern is bounded.
func TestCoverCheck(t *testing.T) {
	of := func(m match.Match) Cover { return Cover{Match: m} }
	for _, tt := range []struct {
		c    Cover
		want error
	}{
		{Cover{}, ErrNothing},
		{Everything(), nil},
		{of(match.Match{Alarm: "**"}), ErrEverything},
		{of(match.Match{Alarm: "?*"}), ErrEverything},
		{of(match.Match{Tag: "*=*"}), ErrEverything},
		{of(match.Match{Topic: "*"}), ErrEverything},
		{of(match.Match{Alarm: "a*"}), nil},
		{Cover{Service: "search", Match: match.Match{Alarm: "*"}}, nil},
		{of(match.Match{Alarm: strings.Repeat("*a", LongestPattern)}), ErrTooLongPattern},
		{of(match.Match{Alarm: strings.Repeat("x", LongestPattern)}), nil},
	} {
		if err := tt.c.Check(); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", tt.c, err, tt.want)
		}
	}
}

// TestHostilePattern: what people write and what comes from outside are held against each other in bounded time.
func TestHostilePattern(t *testing.T) {
	c := Cover{Match: match.Match{Alarm: strings.Repeat("a*", LongestPattern/2) + "b"}}
	of := Subject{Alarm: alarm(strings.Repeat("a", 255))}
	begin := time.Now()
	for range 100 {
		if c.Fits(of) {
			t.Fatal("it fits")
		}
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("100 alarms took %s", took)
	}
}
