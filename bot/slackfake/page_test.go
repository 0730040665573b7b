package slackfake_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/chatpage"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

type obj = map[string]any

// stage is a workspace with a page and a bot, and a client for the page.
type stage struct {
	*slackfake.Slack
	t    *testing.T
	bot  *bot
	page http.Handler
}

func newStage(t *testing.T) *stage {
	s := slackfake.New(slackfake.Options{
		Users: []workspace.User{
			{ID: "U0ANA", Name: "ana", RealName: "Ana Lima"}, {ID: "U0BO", Name: "bo"}, {ID: "U0GONE", Name: "gone", Deleted: true},
		},
		Subscriptions: []string{"app_home_opened"},
		Channels:      []workspace.Channel{{ID: "C0INC", Name: "incidents"}, {ID: "C0BO", Name: "bos", Members: []string{"U0BO"}}},
		Page: chatpage.Options{
			Title: "Oncalm", Actor: "U0ANA", Beside: "C0INC", LocalTime: true, Welcome: "hello", Farewell: "bye",
			Commands: []chatpage.CommandHelp{{Command: "/incident", Word: "ack", Args: "[id]", Help: "take it"}},
			Controls: []chatpage.Control{{ID: "fire", Label: "Fire an alarm"}, {ID: "clear", Label: "Clear it"}},
			Steps:    []chatpage.Step{{ID: "fired", Title: "Fire an alarm"}, {ID: "acked", Title: "Acknowledge"}},
			Run: func(_ context.Context, id string) (string, error) {
				if id == "fire" {
					return "fired", nil
				}
				return "", errors.New("nothing burns")
			},
		},
	})
	return &stage{Slack: s, t: t, bot: connect(t, s), page: s.Page.Handler()}
}

// do posts to the page and returns its answer.
func (s *stage) do(what string, in obj) obj {
	s.t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/chat/"+what, strings.NewReader(string(raw)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	s.page.ServeHTTP(w, r)
	var out obj
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		s.t.Fatalf("%s: %d %s", what, w.Code, w.Body)
	}
	return out
}

// pageState is the part of the page's state that the tests look at.
type pageState struct {
	Me     string
	Zone   string
	People []struct {
		ID     string
		Unread int
	}
	Convs []struct {
		ID     string
		Unread int
		Last   string
	}
	Open struct {
		ID       string
		Messages []struct {
			TS, Text, User string
			Own            bool
			Asked          string
			Replies        int
			Reactions      []workspace.Reaction
		}
	}
	Home   *struct{ Hash string }
	Thread *struct{ Messages []struct{ Text string } }
	Beside *struct {
		ID       string
		Messages []struct{ Text string }
	}
	View *struct{ ID, Title string }
	Down struct {
		On   bool
		Left int
	}
	Stage struct {
		Steps []struct {
			ID   string
			Done bool
		}
		Controls []struct{ ID string }
		Commands []struct{ Word string }

		Welcome, Farewell string
	}
}

func (s *stage) state(query string) pageState {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/chat/state?"+query, nil))
	var st pageState
	if err := json.Unmarshal(w.Body.Bytes(), &st); err != nil || w.Code != 200 {
		s.t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return st
}

func (p pageState) unread(id string) int {
	for _, c := range p.Convs {
		if c.ID == id {
			return c.Unread
		}
	}
	for _, u := range p.People {
		if u.ID == id {
			return u.Unread
		}
	}
	return -1
}

func TestPageConversation(t *testing.T) {
	s := newStage(t)
	s.bot.answer = func(w http.ResponseWriter, _ *http.Request, _ url.Values) { fmt.Fprint(w, "ok") }
	if out := s.do("send", obj{"as": "U0ANA", "channel": "C0INC", "text": "/incident ack 42"}); out["error"] != nil {
		t.Fatal(out)
	}
	form, _ := url.ParseQuery(string(s.bot.bodies[0]))
	if got := form.Get("command") + "|" + form.Get("text"); got != "/incident|ack 42" {
		t.Errorf("the bot got %q", got)
	}
	s.do("send", obj{"as": "U0BO", "channel": "C0INC", "text": "on it, @ana"})
	ana, bo := s.state("as=U0ANA&in=C0INC"), s.state("as=U0BO&in=C0INC")
	if len(ana.Open.Messages) != 2 || !ana.Open.Messages[0].Own || len(bo.Open.Messages) != 1 {
		t.Errorf("ana sees %+v, bo %+v", ana.Open.Messages, bo.Open.Messages)
	}
	if got := ana.Open.Messages[0].Asked + "|" + ana.Open.Messages[1].Asked; got != "/incident ack 42|" {
		t.Errorf("the messages answer %q", got)
	}
	if ana.unread("C0INC") != 2 || bo.unread("C0INC") != 0 {
		t.Errorf("unread: ana %d, bo %d", ana.unread("C0INC"), bo.unread("C0INC"))
	}
	said := ana.Open.Messages[1]
	s.do("read", obj{"as": "U0ANA", "channel": "C0INC", "ts": said.TS})
	s.do("react", obj{"as": "U0ANA", "channel": "C0INC", "ts": said.TS, "name": "eyes"})
	s.do("send", obj{"as": "U0ANA", "channel": "C0INC", "thread": said.TS, "text": "thanks"})
	ana = s.state("as=U0ANA&in=C0INC&thread=" + said.TS)
	if ana.unread("C0INC") != 0 || ana.Open.Messages[1].Replies != 1 || len(ana.Thread.Messages) != 2 {
		t.Errorf("%+v %+v", ana.Open.Messages, ana.Thread)
	}
	eyes := []workspace.Reaction{{Name: "eyes", Count: 1, Users: []string{"U0ANA"}}}
	if diff := cmp.Diff(eyes, ana.Open.Messages[1].Reactions); diff != "" {
		t.Error(diff)
	}
	s.do("react", obj{"as": "U0ANA", "channel": "C0INC", "ts": said.TS, "name": "eyes"})
	if got := s.state("as=U0ANA&in=C0INC").Open.Messages[1].Reactions; len(got) != 0 {
		t.Errorf("the reaction should be gone: %v", got)
	}
}

func TestPagePressAndModal(t *testing.T) {
	s := newStage(t)
	m := page(t, s.Slack)
	if st := s.state("as=U0ANA"); st.Open.ID != "D0ANA" || st.unread("U0ANA") != 1 {
		t.Errorf("ana starts at %q with %d unread", st.Open.ID, st.unread("U0ANA"))
	}
	if out := s.do("press", obj{"as": "U0ANA", "channel": "D0ANA", "ts": m.TS, "action": "snooze", "value": "1h"}); out["error"] != nil {
		t.Fatal(out)
	}
	id := opened(t, s.Slack, s.bot)
	if v := s.state("as=U0ANA").View; v == nil || v.ID != id || v.Title != "Note" {
		t.Fatalf("view %+v", v)
	}
	s.bot.answer = func(w http.ResponseWriter, _ *http.Request, _ url.Values) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"response_action":"errors","errors":{"text":"too vague"}}`)
	}
	out := s.do("view", obj{"as": "U0ANA", "id": id, "do": "submit", "inputs": obj{"text": "x"}})
	if diff := cmp.Diff(obj{"errors": obj{"text": "too vague"}}, out); diff != "" {
		t.Error(diff)
	}
	if out := s.do("view", obj{"as": "U0ANA", "id": id, "do": "close"}); out["error"] != nil || s.state("as=U0ANA").View != nil {
		t.Errorf("closing: %v", out)
	}
}

func TestPageRefuses(t *testing.T) {
	s := newStage(t)
	m := page(t, s.Slack)
	for name, c := range map[string]struct {
		what string
		in   obj
	}{
		"a channel of others":    {"send", obj{"as": "U0ANA", "channel": "C0BO", "text": "hi"}},
		"an unknown person":      {"send", obj{"as": "U404", "channel": "C0INC", "text": "hi"}},
		"a button of others":     {"press", obj{"as": "U0BO", "channel": "D0ANA", "ts": m.TS, "action": "ack"}},
		"an unknown message":     {"press", obj{"as": "U0ANA", "channel": "D0ANA", "ts": "1.0", "action": "ack"}},
		"a modal that is closed": {"view", obj{"as": "U0ANA", "id": "V1", "do": "submit"}},
		"an unknown control":     {"control", obj{"id": "explode"}},
		"acting as the gone":     {"act", obj{"as": "U0GONE"}},
	} {
		if out := s.do(c.what, c.in); out["error"] == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s.Faults.Down(true)
	if out := s.do("send", obj{"as": "U0ANA", "channel": "C0INC", "text": "hi"}); out["error"] != "Slack is down: nothing gets through." {
		t.Errorf("down: %v", out)
	}
}

func TestPageStage(t *testing.T) {
	s := newStage(t)
	if diff := cmp.Diff(obj{"message": "fired"}, s.do("control", obj{"id": "fire"})); diff != "" {
		t.Error(diff)
	}
	if out := s.do("control", obj{"id": "clear"}); out["error"] != "Nothing burns." {
		t.Errorf("error %v", out)
	}
	s.Page.Done("fired")
	s.Faults.Down(true)
	st := s.state("as=U0BO")
	if !st.Stage.Steps[0].Done || st.Stage.Steps[1].Done || !st.Down.On || len(st.Stage.Controls) != 2 ||
		st.Stage.Commands[0].Word != "ack" {
		t.Errorf("%+v", st.Stage)
	}
	if st.Me != "U0BO" || s.state("as=U0GONE").Me != "U0ANA" {
		t.Errorf("acting: %q, %q", st.Me, s.state("as=U0GONE").Me)
	}
}

// TestPageBeside holds that the channel stands beside direct messages, if there is room.
func TestPageBeside(t *testing.T) {
	s := newStage(t)
	s.do("send", obj{"as": "U0BO", "channel": "C0INC", "text": "on it"})
	for query, want := range map[string]string{
		"as=U0ANA&beside=yes":          "C0INC",
		"as=U0BO&in=D0BO&beside=yes":   "C0INC",
		"as=U0ANA":                     "",
		"as=U0ANA&in=C0INC&beside=yes": "",
		"as=U0BO&in=C0BO&beside=yes":   "",
	} {
		got := ""
		if beside := s.state(query).Beside; beside != nil {
			got = beside.ID
			if len(beside.Messages) != 1 || beside.Messages[0].Text != "on it" {
				t.Errorf("%s: beside stands %+v", query, beside.Messages)
			}
		}
		if got != want {
			t.Errorf("%s: beside stands %q, want %q", query, got, want)
		}
	}
}

// TestPageMenus holds what the menus and tabs of the page do: pins, shortcuts with and without a message, and the home tab, which the
// bot draws when it is opened.
func TestPageMenus(t *testing.T) {
	s := newStage(t)
	s.do("send", obj{"as": "U0BO", "channel": "C0INC", "text": "it is the pool"})
	ts := s.state("in=C0INC").Open.Messages[0].TS
	at := obj{"as": "U0ANA", "channel": "C0INC", "ts": ts}
	for _, want := range []int{1, 0} { // on, and off again
		if out := s.do("pin", at); out["error"] != nil {
			t.Error(out)
		}
		if pins, _ := s.Marks("C0INC"); len(pins) != want {
			t.Errorf("%d pins, want %d", len(pins), want)
		}
	}
	if out := s.do("pin", obj{"as": "U0ANA", "channel": "C0INC", "ts": "1.000000"}); out["error"] == nil {
		t.Error("nothing was pinned, and nobody was told")
	}
	for _, c := range []struct {
		in   obj
		kind string
	}{
		{obj{"as": "U0ANA", "id": "go"}, "shortcut"},
		{obj{"as": "U0ANA", "id": "go", "channel": "C0INC", "ts": ts}, "message_action"},
	} {
		if out := s.do("shortcut", c.in); out["error"] != nil {
			t.Error(out)
		}
		if got := s.bot.last(); !strings.Contains(got, `"`+c.kind+`"`) || !strings.Contains(got, `"callback_id":"go"`) {
			t.Errorf("the bot hears %s, want a %s", got, c.kind)
		}
	}
	if out := s.do("home", obj{"as": "U0ANA", "action": "x"}); out["error"] == nil {
		t.Error("there is no home tab to press anything in")
	}
	s.do("home", obj{"as": "U0ANA"})
	if got := s.bot.last(); !strings.Contains(got, `"app_home_opened"`) || !strings.Contains(got, `"tab":"home"`) {
		t.Errorf("the bot hears %s", got)
	}
	label := slack.NewTextBlockObject(slack.PlainTextType, "Acknowledge", false, false)
	row := slack.NewActionBlock("", slack.NewButtonBlockElement("ack", "", label))
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{row}}}
	req := slack.PublishViewContextRequest{UserID: "U0ANA", View: view}
	if _, err := client(s.Slack).PublishViewContext(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if home := s.state("").Home; home == nil || home.Hash == "" {
		t.Errorf("the page shows %+v", home)
	}
	if out := s.do("home", obj{"as": "U0ANA", "action": "ack"}); out["error"] != nil {
		t.Error(out)
	}
	if got := s.bot.last(); !strings.Contains(got, `"block_actions"`) || !strings.Contains(got, `"action_id":"ack"`) {
		t.Errorf("the bot hears %s", got)
	}
}

// TestPageZone holds that only who acts at first reads times in the browser's zone.
func TestPageZone(t *testing.T) {
	s := newStage(t)
	ana, bo := s.state("as=U0ANA"), s.state("as=U0BO")
	if ana.Zone != "" || bo.Zone != "UTC" {
		t.Errorf("zones: ana %q, bo %q", ana.Zone, bo.Zone)
	}
	if ana.Stage.Welcome != "hello" || ana.Stage.Farewell != "bye" {
		t.Errorf("the stage says %+v", ana.Stage)
	}
}

// TestPageDoor holds what keeps strangers out: other sites, other methods, other
// types, and scripts that are not ours.
func TestPageDoor(t *testing.T) {
	s := newStage(t)
	send := func(method, path, site, ctype, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", ctype)
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		s.page.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		method, path, site, ctype, body string
		want                            int
	}{
		{"POST", "/chat/control", "cross-site", "application/json", `{"id":"fire"}`, 403},
		{"POST", "/chat/control", "same-origin", "application/json", `{"id":"fire"}`, 200},
		{"POST", "/chat/control", "same-origin", "text/plain", `{"id":"fire"}`, 400},
		{"POST", "/chat/control", "same-origin", "application/json", `{`, 400},
		{"POST", "/chat/send", "same-origin", "application/json", `{"text":"` + strings.Repeat("x", 300_000) + `"}`, 413},
		{"GET", "/chat/control", "same-origin", "", "", 405},
		{"GET", "/", "none", "", "", 200},
		{"GET", "/favicon.ico", "none", "", "", 200},
		{"GET", "/chat/assets/main.js", "same-origin", "", "", 200},
		{"GET", "/chat/assets/nothing.js", "same-origin", "", "", 404},
		{"GET", "/chat/assets/..%2fpage.go", "same-origin", "", "", 404},
		{"GET", "/chat/file/F404", "same-origin", "", "", 404},
	} {
		resp := send(c.method, c.path, c.site, c.ctype, c.body)
		if resp.Code != c.want {
			t.Errorf("%s %s from %s: %d, want %d", c.method, c.path, c.site, resp.Code, c.want)
		}
		policy := resp.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", c.path, policy)
		}
	}
}

// TestPageAssets holds that nothing is inline and that no text becomes markup.
func TestPageAssets(t *testing.T) {
	entries, err := os.ReadDir("chatpage/assets")
	if err != nil {
		t.Fatal(err)
	}
	banned := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser`)
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:[^>]*[^>])?>[^<]`)
	imports := regexp.MustCompile(`from "\./([a-z]+\.js)"`)
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for name := range names {
		raw, err := os.ReadFile("chatpage/assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if found := banned.Find(raw); found != nil {
			t.Errorf("%s: %s", name, found)
		}
		if found := inline.Find(raw); strings.HasSuffix(name, ".html") && found != nil {
			t.Errorf("%s: inline %s", name, found)
		}
		for _, m := range imports.FindAllSubmatch(raw, -1) {
			if !names[string(m[1])] {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
	}
}

func TestPageStream(t *testing.T) {
	s := newStage(t)
	srv := httptest.NewServer(s.page)
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/chat/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				return lines.Text()
			}
		}
		return "ended"
	}
	first := next()
	s.do("send", obj{"as": "U0ANA", "channel": "C0INC", "text": "hi"})
	if second := next(); first == second || second == "ended" {
		t.Errorf("%q, then %q", first, second)
	}
	s.Page.EndStreams()
	if _, err := io.ReadAll(resp.Body); err != nil || lines.Err() != nil {
		t.Errorf("the stream should end in peace: %v %v", err, lines.Err())
	}
}
