package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
)

// cardsByKey counts the messages in the channel by what they are the card of. What says that it may be a repeat counts not.
func cardsByKey(s *slackfake.Slack) (cards map[string]int, storm string) {
	cards = map[string]int{}
	for _, m := range s.Messages("C0INCIDENTS") {
		if m.Metadata == nil || strings.HasPrefix(m.Text, "(perhaps a repeat) ") {
			continue
		}
		cards[fmt.Sprint(m.Metadata.EventPayload["key"])]++
		if m.Metadata.EventType == "oncalm_storm" {
			storm = m.Text
		}
	}
	return cards, storm
}

// TestKillNineCards kills the program in the midst of a storm, around the times at which its card is posted and edited. In the end
// there is one card of the storm, which counts every alarm that got its 200, and none stands twice.
func TestKillNineCards(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	s := newStorm()
	for range rounds {
		r.start()
		life := time.Duration(50+rand.IntN(900)) * time.Millisecond
		timer := time.AfterFunc(life, func() { _ = r.cmd.Process.Kill() })
		s.blow(r, 2, 30*time.Millisecond)
		time.Sleep(life)
		timer.Stop()
		r.kill()
	}
	r.start()
	s.settle(r)
	want := fmt.Sprintf("Storm · %d incidents are open", len(s.acked))
	var cards map[string]int
	var said string
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && !strings.Contains(said, want); {
		time.Sleep(100 * time.Millisecond)
		cards, said = cardsByKey(slack)
	}
	if !strings.Contains(said, want) {
		t.Errorf("the card says %q, want %q in it", said, want)
	}
	for key, n := range cards {
		if n > 1 {
			t.Errorf("%s stands %d times", key, n)
		}
	}
	if len(cards) > 10 {
		t.Errorf("%d cards for %d alarms: %v", len(cards), len(s.acked), cards)
	}
	t.Logf("%d rounds, %d alarms, cards: %v", rounds, len(s.acked), cards)
}
