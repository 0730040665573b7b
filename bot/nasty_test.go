package bot

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestNastyTexts: what outsiders might write, behind every word and in every field of every form, as the name of who writes it and of
// the service and the alarm that it is about, does nothing in any message that anybody gets, in no form, no home tab and no topic.
func TestNastyTexts(t *testing.T) {
	for n, nasty := range bottest.Nasty() {
		synctest.Test(t, func(t *testing.T) {
			w := everything(t)
			w.begun()
			w.slack.SetUser(workspace.User{ID: ana, Name: nasty, RealName: nasty, Zone: "Europe/Berlin"})
			w.alarm(nasty)
			w.wait(2 * time.Second)
			fields := 0
			for _, d := range w.deeds() {
				switch {
				case d.kind == "form":
					fields += w.fillsIn(d, nasty)
					continue
				case d.kind != "typed" || d.waits:
					continue
				}
				for _, front := range []string{"", "1 ", d.said + " "} {
					d.said = front + nasty
					body := w.done(d, w.by(ana)).Body
					w.harmless(d, body)
				}
			}
			w.wait(20 * time.Second)
			w.judge()
			if fields == 0 {
				t.Error("no form has a field")
			}
		})
		if t.Failed() {
			t.Fatalf("with %.40q (%d)", nasty, n)
		}
	}
}

// fillsIn fills a text into each field of a form, and returns how many there are.
func (w *world) fillsIn(d deed, text string) int {
	w.t.Helper()
	fields := w.fields(d)
	values := map[string]any{}
	for name, v := range filled()[d.callback].fields {
		values[name] = map[string]any{name: v}
	}
	for _, name := range fields {
		values[name] = map[string]any{name: map[string]any{"type": "plain_text_input", "value": text}}
	}
	by := w.by(ana)
	payload := map[string]any{
		"type": "view_submission", "api_app_id": by.app, "trigger_id": by.trigger, "team": map[string]any{"id": by.team},
		"user": map[string]any{"id": by.user, "team_id": by.team},
		"view": map[string]any{"id": "V1", "type": "modal", "callback_id": d.callback,
			"private_metadata": filled()[d.callback].carries, "state": map[string]any{"values": values}},
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	w.harmless(d, w.slack.Bot.Send(w.sent("/slack/interactions", formType, url.Values{"payload": {string(raw)}}.Encode())).Body)
	return len(fields)
}

// fields are the text fields of the form of a word, as it is opened.
func (w *world) fields(d deed) (names []string) {
	w.t.Helper()
	d.kind, d.said = "typed", ""
	if room := w.root(d.room); room == "" || !w.hasForm(d) {
		return nil
	}
	w.done(d, w.by(ana))
	form, open := w.slack.View(ana)
	if !open {
		return nil
	}
	defer w.slack.Hands.CloseView(context.Background(), ana)
	var all []struct {
		ID      string `json:"block_id"`
		Element struct {
			Type string `json:"type"`
		} `json:"element"`
	}
	if err := json.Unmarshal(form.Blocks, &all); err != nil {
		w.t.Fatal(err)
	}
	for _, b := range all {
		if b.Element.Type == "plain_text_input" {
			names = append(names, b.ID)
		}
	}
	return names
}

// hasForm reports whether a word that is typed opens a form.
func (w *world) hasForm(d deed) bool {
	return slices.ContainsFunc(roomsOf(w.bot), func(room chat.Room) bool {
		return room.Name == d.room && slices.ContainsFunc(room.Words, func(word chat.Word) bool {
			return word.Name == d.word && word.Form != nil
		})
	})
}

// harmless judges an answer.
func (w *world) harmless(d deed, body []byte) {
	w.t.Helper()
	var said struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
		View   struct {
			Blocks json.RawMessage `json:"blocks"`
		} `json:"view"`
	}
	if len(body) == 0 {
		return
	}
	if err := json.Unmarshal(body, &said); err != nil {
		w.t.Errorf("%s: %v", d, err)
	}
	switch {
	case len(said.Blocks) > 0:
		bottest.JudgeSent(w.t, said.Text, said.Blocks)
	case len(said.View.Blocks) > 0:
		w.judgeView(said.View.Blocks)
	}
}

// judgeView judges what stands in a form or a home tab.
func (w *world) judgeView(raw json.RawMessage) {
	w.t.Helper()
	if problems := blockkit.ValidateBlocks(raw); len(problems) > 0 {
		w.t.Errorf("Slack would say: %v\n%s", problems, raw)
	}
}

// judge judges all that stands in Slack and is the bot's.
func (w *world) judge() {
	w.t.Helper()
	judgedOnes := 0
	for _, user := range []string{ana, bo, cy} {
		for _, in := range []string{"C0INC", "C0GEN", user} {
			for _, m := range slices.Concat(w.slack.Messages(in), w.slack.Ephemerals(in, user)) {
				if m.Bot && len(m.Blocks) > 0 {
					bottest.JudgeSent(w.t, m.Text, m.Blocks)
					judgedOnes++
				}
			}
		}
		if tab, there := w.slack.Home(user); there {
			w.judgeView(tab.Blocks)
		}
	}
	if judgedOnes < 50 {
		w.t.Errorf("only %d messages", judgedOnes)
	}
	for _, c := range w.slack.Channels() {
		if strings.ContainsAny(c.Topic, "<>") {
			w.t.Errorf("the topic of %s: %s", c.Name, c.Topic)
		}
	}
}
