package api

import (
	"testing"

	"github.com/oncalm/oncalm/bot/slackfake/limits"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestEveryMethodIsLimited holds that no method was forgotten in the table of Slack's tiers.
func TestEveryMethodIsLimited(t *testing.T) {
	l := limits.New(workspace.New(workspace.App{}, workspace.Content{}))
	methods := methodsOf(nil, nil, nil)
	for name := range methods {
		if _, ok := l.RateOf(name); !ok {
			t.Errorf("%s has no rate", name)
		}
	}
	if _, ok := l.RateOf("chat.noSuchMethod"); ok || len(methods) < 40 {
		t.Errorf("%d methods; one that does not exist has a rate: %v", len(methods), ok)
	}
}
