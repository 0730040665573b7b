package chat

import (
	"testing"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// TestSaid holds that what a button or a form says is found again, also if it is of before, and that nothing else is.
func TestSaid(t *testing.T) {
	r := New(Options{Rooms: []Room{
		{Name: "incident", Words: []Word{{Name: "ack", Also: []string{"acknowledge"}}}, Was: map[string]string{"ack": "ack"}},
		{Name: "oncall", Words: []Word{{Name: "undo"}}, Unheard: []Word{{Name: "accept"}}, Was: map[string]string{
			"oncall-accept": "accept",
		}},
	}}, nil)
	ack, accept := Said{Room: "incident", Word: "ack", Rest: "12.1"}, Said{Room: "oncall", Word: "accept"}
	for action, want := range map[string]string{
		ack.Button("Acknowledge").Action: "incident ack", ack.Numbered("12", "12").Action: "incident ack",
		accept.Button("Accept").Action: "oncall accept", accept.Form(blocks.Form{}).Action: "oncall accept",
		"incident/acknowledge": "incident ack", "oncall/undo": "oncall undo",
		"ack": "incident ack", "ack/3": "incident ack", "oncall-accept": "oncall accept",
		"undo": "", "oncall/ack": "", "incident/accept": "", "accept": "", "oncall-say": "", "open/ack": "", "": "", "/": "",
		"oncall": "", "incident/": "", "/ack": "", "incident//ack": "",
	} {
		got := ""
		if room, w, ok := r.said(action); ok {
			got = room.Name + " " + w.Name
		}
		if got != want {
			t.Errorf("%q says %q, want %q", action, got, want)
		}
	}
	if b := ack.Button("Acknowledge"); b.Value != "12.1" || b.Label != "Acknowledge" {
		t.Errorf("%+v", b)
	}
}
