package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/silences"
)

// A deed is one thing that people can do in Slack. All of them are made of the tables: of the words of the rooms, and of the shortcuts and
// events of package bottest, which are those of the manifest. What is added there is done by the tests of all deeds without a line of theirs.
type deed struct {
	kind       string // typed, plain, button, form, shortcut, event
	room, word string // in the table of rights
	said       string // what stands behind the word, for who types
	event      string
	callback   string // of a form or shortcut
	waits      bool   // it may open a form, for which it waits a little
	changes    bool   // it is sure to change something where everything is there to be changed
}

func (d deed) String() string {
	return strings.TrimSpace(d.kind + " " + cmp.Or(d.event, d.callback, d.room+"/"+d.word) + " " + d.said)
}

// A slip is what Slack hands out along with something that somebody does: the right to open a form, and an address for answers.
type slip struct{ trigger, reply string }

// A doer is who does something, and where Slack says that they do it.
type doer struct {
	user, team, app, enterprise string
	slip
}

func (w *world) by(user string) doer {
	return doer{user: user, team: w.slack.TeamID(), app: w.slack.AppID(), slip: w.slip(user)}
}

// slip gets a slip of Slack's for somebody of the workspace.
func (w *world) slip(user string) (s slip) {
	w.t.Helper()
	w.slack.Bot.ConnectHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s = slip{r.PostFormValue("trigger_id"), r.PostFormValue("response_url")}
	}))
	defer w.connected()
	if r := w.slack.Hands.Command(context.Background(), user, channel, "/incident", ""); r.Err != nil || s.trigger == "" {
		w.t.Fatalf("no slip for %s: %v", user, r.Err)
	}
	return s
}

// connected has Slack send what people do to the bot again.
func (w *world) connected() {
	if w.connect == nil {
		w.slack.Bot.ConnectHandler(w.bot.Handler())
		return
	}
	w.connect()
}

// behind is what stands behind words, so that they change something in the world of [everything]. What has none is said all the same.
func behind() map[string]string {
	return map[string]string{
		"incident/ack": "1", "incident/resolve": "1 anyway", "incident/reopen": "4", "incident/escalate": "1",
		"incident/snooze": "1 30m", "incident/note": "1 it began at noon", "incident/undo": "2", "incident/merge": "2 into 1",
		"incident/severity": "1 sev1 worse", "incident/update": "1 identified the pool is full",
		"incident/lead": "1", "incident/role": "1 comms @bo", "incident/summary": "1 the pool is full",
		"incident/impact": "1 nobody can pay", "incident/rename": "1 Nobody can pay", "incident/action": "1 @bo enlarge the pool",
		"incident/strike": "1 LINE", "incident/edit": "1 LINE it began at ten", "incident/declare": "sev1 nobody can pay",
		"incident/page": "1 @cy come",
		"oncall/me":     "2h payments", "oncall/undo": "", "oncall/silence": "disk-* 2h noisy", "oncall/unsilence": "noisy-*",
	}
}

// deeds are all that can be done.
func (w *world) deeds() (all []deed) {
	for _, room := range roomsOf(w.bot) {
		if len(room.Words) > 0 {
			all = append(all, deed{kind: "typed", room: room.Name}, deed{kind: "plain", room: room.Name})
		}
		for _, word := range room.Words {
			said, known := behind()[room.Name+"/"+word.Name]
			if !known {
				said = "1 @bo fri 9-17"
			}
			said = strings.ReplaceAll(said, "LINE", w.noted())
			d := deed{kind: "typed", room: room.Name, word: word.Name, said: said, changes: known}
			plain := d
			plain.kind = "plain"
			all = append(all, d, plain)
			if word.Form != nil {
				all = append(all, deed{kind: "typed", room: room.Name, word: word.Name, waits: true})
			}
		}
		for _, word := range slices.Concat(room.Words, room.Unheard) {
			all = append(all, deed{kind: "button", room: room.Name, word: word.Name, waits: word.Form != nil})
			if word.Filled != nil {
				callback := room.Name + "/" + word.Name
				_, sure := filled()[callback]
				all = append(all, deed{kind: "form", room: room.Name, word: word.Name, callback: callback, changes: sure})
			}
		}
	}
	for _, callback := range bottest.Shortcuts() {
		room, word, _ := strings.Cut(callback, "/")
		word, _, _ = strings.Cut(word, "/")
		all = append(all, deed{kind: "shortcut", room: room, word: word, callback: callback, waits: true})
	}
	for _, event := range slices.Sorted(maps.Keys(bottest.Happenings(ana))) {
		all = append(all, deed{kind: "event", event: event})
	}
	return all
}

// request is what Slack posts when somebody does it: where, as what, and the body.
func (w *world) request(d deed, by doer) (path, contentType, body string) {
	w.t.Helper()
	switch d.kind {
	case "typed":
		return "/slack/commands", formType, w.typing(d, by).Encode()
	case "plain", "event":
		return "/slack/events", jsonType, w.telling(d, by)
	}
	payload := map[string]any{
		"token": "xyzz", "api_app_id": by.app, "trigger_id": by.trigger, "response_url": by.reply,
		"team": map[string]any{"id": by.team, "domain": "oncalm"}, "enterprise": nil,
		"user": map[string]any{"id": by.user, "username": "x", "name": "x", "team_id": by.team},
	}
	if by.enterprise != "" {
		payload["enterprise"] = map[string]any{"id": by.enterprise, "name": "x"}
	}
	maps.Copy(payload, w.interacting(d))
	text, err := json.Marshal(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	return "/slack/interactions", formType, url.Values{"payload": {string(text)}}.Encode()
}

// root is the slash command of a room.
func (w *world) root(name string) string {
	for _, room := range roomsOf(w.bot) {
		if room.Name == name {
			return room.Root
		}
	}
	w.t.Fatalf("there is no room %s", name)
	return ""
}

func (w *world) typing(d deed, by doer) url.Values {
	return url.Values{
		"token": {"xyzz"}, "team_id": {by.team}, "team_domain": {"oncalm"}, "enterprise_id": {by.enterprise}, "api_app_id": {by.app},
		"channel_id": {"C0INC"}, "channel_name": {channel}, "user_id": {by.user}, "user_name": {"x"}, "command": {w.root(d.room)},
		"text": {strings.TrimSpace(d.word + " " + d.said)}, "trigger_id": {by.trigger}, "response_url": {by.reply},
	}
}

// A drawn button is one that stands in a message.
type drawn struct{ user, action, value string }

// drawn are buttons that people see when they are first looked for, by room and word, with one of those who see them.
func (w *world) drawn() map[string]drawn {
	if w.buttons != nil {
		return w.buttons
	}
	all := map[string]drawn{}
	w.buttons = all
	for _, user := range []string{ana, bo, cy} {
		for _, in := range []string{"C0INC", "C0GEN", user} {
			for _, m := range slices.Concat(w.slack.Messages(in), w.slack.Ephemerals(in, user)) {
				for _, b := range m.Buttons() {
					name, rest, _ := strings.Cut(b.ActionID, "/")
					word, _, _ := strings.Cut(rest, "/")
					if _, seen := all[name+"/"+word]; !seen {
						all[name+"/"+word] = drawn{user, b.ActionID, b.Value}
					}
				}
			}
		}
	}
	return all
}

// lineOf finds the number of the line of a timeline on which somebody noted something.
var lineOf = regexp.MustCompile(`(\d+)  <!date[^>]*>  ana: hm`)

// noted is that number, in incident 1.
func (w *world) noted() string {
	w.t.Helper()
	if w.line == "" {
		m := lineOf.FindStringSubmatch(w.typed(cy, "/incident", "timeline 1"))
		if m == nil {
			return "1"
		}
		w.line = m[1]
	}
	return w.line
}

// A filling is what somebody fills into a form, by fields, and what the form carries.
type filling struct {
	carries string
	fields  map[string]map[string]any
}

// filled are forms of which something comes.
func filled() map[string]filling {
	text := func(s string) map[string]any { return map[string]any{"value": s} }
	option := func(s string) map[string]any { return map[string]any{"selected_option": map[string]any{"value": s}} }
	return map[string]filling{
		"incident/declare": {"", map[string]map[string]any{"title": text("nobody can pay")}},
		"oncall/silence": {"", map[string]map[string]any{
			"pattern": text("disk-*"), "length": option("2h"), "why": text("it is noisy")}},
		"timeline/add": {`{"c":"C0INC","t":"1700000000.000100","u":"U0BO","x":"rolled back"}`,
			map[string]map[string]any{"incident": option("1")}},
	}
}

// interacting are the fields of an interaction.
func (w *world) interacting(d deed) map[string]any {
	b, there := w.drawn()[d.room+"/"+d.word]
	if !there {
		said := strings.ReplaceAll(behind()[d.room+"/"+d.word], "LINE", w.noted())
		b.action = d.room + "/" + d.word
		b.value = "1." + strconv.Itoa(w.head("1").Run) + " " + strings.TrimPrefix(said, "1 ")
	}
	said := map[string]any{"type": "message", "user": bo, "text": "rolled back to 41", "ts": "1700000000.000100"}
	switch d.kind {
	case "form":
		f, values := filled()[d.callback], map[string]any{}
		for name, v := range f.fields {
			values[name] = map[string]any{name: v}
		}
		return map[string]any{"type": "view_submission", "view": map[string]any{"id": "V1", "type": "modal",
			"callback_id": d.callback, "private_metadata": f.carries, "state": map[string]any{"values": values}}}
	case "shortcut":
		f := map[string]any{"type": "shortcut", "callback_id": d.callback, "action_ts": "1700000001.0001"}
		if d.callback != declare.Callback {
			f["type"], f["message"], f["channel"] = "message_action", said, map[string]any{"id": "C0INC", "name": channel}
		}
		return f
	}
	return map[string]any{
		"type":      "block_actions",
		"container": map[string]any{"type": "message", "message_ts": "1700000000.0001", "channel_id": "C0INC", "is_ephemeral": false},
		"channel":   map[string]any{"id": "C0INC", "name": channel},
		"actions": []any{map[string]any{"type": "button", "action_id": b.action, "block_id": "b", "value": b.value,
			"action_ts": "1700000002.0001"}},
	}
}

// telling is the envelope of an event.
func (w *world) telling(d deed, by doer) string {
	w.t.Helper()
	inner := bottest.Happenings(by.user)[d.event]
	if d.kind == "plain" {
		inner = bottest.Happenings(by.user)["message.im"]
		inner["text"] = strings.TrimSpace(w.root(d.room) + " " + d.word + " " + d.said)
	}
	if ts, is := inner["ts"]; is {
		_, of, _ := strings.Cut(by.trigger, ".")
		inner["ts"] = fmt.Sprint(ts, "99.", of)[:17] // each doing is another message
	}
	text, err := json.Marshal(map[string]any{
		"token": "xyzz", "team_id": by.team, "enterprise_id": by.enterprise, "api_app_id": by.app, "type": "event_callback",
		"event_id": "Ev" + by.trigger, "event_time": 1700000000, "event": inner,
		"authorizations": []any{map[string]any{"team_id": by.team, "enterprise_id": by.enterprise, "user_id": w.slack.BotUserID(), "is_bot": true}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// sent is a request of Slack's, signed now.
func (w *world) sent(path, contentType, body string) *http.Request {
	w.t.Helper()
	r, err := w.slack.Bot.Request(context.Background(), path, contentType, []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// done does something as somebody.
func (w *world) done(d deed, by doer) hands.Response {
	w.t.Helper()
	return w.slack.Bot.Send(w.sent(w.request(d, by)))
}

// everything begins a world in which all words find something to be about.
func everything(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	later()
	w := (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil)}).begin(
		append([]func(*Options){everythingOf}, change...)...)
	w.wait(time.Second)
	for _, title := range []string{"checkout-5xx", "checkout-slow", "search-slow", "old", "more"} {
		w.alarm(title)
		w.wait(2 * time.Second)
	}
	return w
}

// everythingOf are the options of [everything].
func everythingOf(o *Options) {
	s := schedules()["payments"]
	s.Layers[0].People = rotations.Turns("ana", "bo", "cy")
	o.Overrides.Schedules = map[string]rotations.Schedule{"payments": s}
	o.Watched = alarms.Services{Default: "checkout", All: []alarms.Service{
		{Name: "checkout", Stakeholders: []string{"C0GEN"}}, {Name: "search"}}}
	o.PagesNobody = func(severity string) bool { return severity == incidents.Sev4 }
	o.PublicURL, o.Silences = "https://oncall.example.com", &silences.Book{Incidents: o.Book}
	o.Capture = capture.Rules{Signs: capture.DefaultSigns(), All: true}
}

// begun is what people have done before a deed is tried.
func (w *world) begun() {
	w.t.Helper()
	for _, said := range []string{"/incident ack 2", "/incident resolve 4 anyway", "/incident merge 5 into 3", "/incident note 1 hm",
		"/oncall silence noisy-* 2h since it is noisy"} {
		root, text, _ := strings.Cut(said, " ")
		w.typed(ana, root, text)
		w.wait(2 * time.Second)
	}
	w.press(w.said(ana, "cover me sun 18:00..mon 07:00"), "Ask the others", ana)
	w.wait(2 * time.Second)
}
