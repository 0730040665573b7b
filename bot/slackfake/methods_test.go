package slackfake_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

func TestAuthTest(t *testing.T) {
	got, err := client(team()).AuthTestContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.TeamID != "T0ONCALM" || got.UserID != "U0ONCALM" || got.BotID != "B0ONCALM" || got.URL != "https://oncalm.slack.com/" {
		t.Errorf("%+v", got)
	}
	if scopes := got.Header.Get("X-OAuth-Scopes"); !strings.Contains(scopes, "chat:write") || !strings.Contains(scopes, "im:write") {
		t.Errorf("scopes %q", scopes)
	}
}

func TestPeople(t *testing.T) {
	c := client(team())
	u, err := c.GetUserByEmailContext(t.Context(), "ANA@example.com")
	if err != nil || u.ID != "U0ANA" || u.RealName != "Ana Lima" || u.TZ != "Europe/Berlin" || u.TZOffset%3600 != 0 {
		t.Errorf("%v %+v", err, u)
	}
	if u, err = c.GetUserInfoContext(t.Context(), "U0GONE"); err != nil || !u.Deleted {
		t.Errorf("%v %+v", err, u)
	}
	all, err := c.GetUsersContext(t.Context(), slack.GetUsersOptionLimit(2))
	if err != nil || len(all) != 4 || !all[3].IsBot {
		t.Errorf("%v %d", err, len(all))
	}
	b, err := c.GetBotInfoContext(t.Context(), slack.GetBotInfoParameters{Bot: "B0ONCALM"})
	if err != nil || b.UserID != "U0ONCALM" {
		t.Errorf("%v %+v", err, b)
	}
}

func TestOpenConversation(t *testing.T) {
	s := team()
	c := client(s)
	open := func(user string) (string, bool, error) {
		ch, _, already, err := c.OpenConversationContext(t.Context(),
			&slack.OpenConversationParameters{Users: []string{user}})
		if err != nil {
			return "", false, err
		}
		return ch.ID, already, nil
	}
	for _, want := range []bool{false, true} {
		if id, already, err := open("U0ANA"); err != nil || id != "D0ANA" || already != want {
			t.Errorf("%s %v %v", id, already, err)
		}
	}
	for user, want := range map[string]string{"U404": "user_not_found", "U0GONE": "user_disabled", "U0ONCALM": "user_not_found"} {
		if _, _, err := open(user); code(err) != want {
			t.Errorf("%s: %v", user, err)
		}
	}
}

func TestIncidentChannel(t *testing.T) {
	s := team()
	c := client(s)
	ch, err := c.CreateConversationContext(t.Context(), slack.CreateConversationParams{ChannelName: "inc-42-checkout"})
	if err != nil {
		t.Fatal(err)
	}
	_, e1 := c.InviteUsersToConversationContext(t.Context(), ch.ID, "U0ANA", "U0BO")
	_, e2 := c.SetTopicOfConversationContext(t.Context(), ch.ID, "checkout is down")
	_, e3 := c.SetPurposeOfConversationContext(t.Context(), ch.ID, "to fix it")
	_, ts, e4 := c.PostMessageContext(t.Context(), ch.ID, say("card"))
	ref := slack.NewRefToMessage(ch.ID, ts)
	e5 := c.AddPinContext(t.Context(), ch.ID, ref)
	_, e6 := c.AddBookmarkContext(t.Context(), ch.ID, slack.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "https://wiki.example.com"})
	e7 := c.AddReactionContext(t.Context(), "eyes", ref)
	if err := errors.Join(e1, e2, e3, e4, e5, e6, e7); err != nil {
		t.Fatal(err)
	}
	got, ok := s.ChannelByName("inc-42-checkout")
	want := workspace.Channel{
		ID: ch.ID, Name: "inc-42-checkout", Topic: "checkout is down", Purpose: "to fix it",
		Members: []string{"U0ONCALM", "U0ANA", "U0BO"},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
	}
	for name, err := range map[string]error{
		"already_pinned":  c.AddPinContext(t.Context(), ch.ID, ref),
		"already_reacted": c.AddReactionContext(t.Context(), "eyes", ref),
		"no_reaction":     c.RemoveReactionContext(t.Context(), "tada", ref),
		"invalid_name":    c.AddReactionContext(t.Context(), "Not A Name", ref),
	} {
		if got := codeText(err); got != name {
			t.Errorf("got %q, want %q", got, name)
		}
	}
	item, err := c.GetReactionsContext(t.Context(), ref, slack.NewGetReactionsParameters())
	if err != nil || len(item.Reactions) != 1 || item.Reactions[0].Users[0] != "U0ONCALM" {
		t.Errorf("%v %+v", err, item.Reactions)
	}
	if err := c.ArchiveConversationContext(t.Context(), ch.ID); err != nil {
		t.Fatal(err)
	}
	if err := post(ch.ID, say("late"))(t.Context(), c); code(err) != "is_archived" {
		t.Errorf("post after archive: %v", err)
	}
	info, err := c.GetConversationInfoContext(t.Context(),
		&slack.GetConversationInfoInput{ChannelID: ch.ID, IncludeNumMembers: true})
	if err != nil || !info.IsArchived || info.NumMembers != 3 || info.Topic.Value != "checkout is down" {
		t.Errorf("%v %+v", err, info)
	}
}

// codeText is code for methods of slack-go that lose the error's type.
func codeText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestListAndJoinChannels(t *testing.T) {
	c := client(team())
	list := func(archived bool, types ...string) []string {
		t.Helper()
		chs, err := c.GetAllConversationsContext(t.Context(), slack.GetConversationsOptionLimit(1),
			slack.GetConversationsOptionTypes(types), slack.GetConversationsOptionExcludeArchived(!archived))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, ch := range chs {
			names = append(names, ch.Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"incidents", "other", "old"}, list(true, "public_channel")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"incidents", "other"}, list(false, "public_channel", "private_channel")); diff != "" {
		t.Error(diff)
	}
	if _, _, _, err := c.JoinConversationContext(t.Context(), "C0OTHER"); err != nil {
		t.Fatal(err)
	}
	if _, warning, _, err := c.JoinConversationContext(t.Context(), "C0OTHER"); err != nil || warning != "already_in_channel" {
		t.Errorf("%v %q", err, warning)
	}
	if err := post("C0OTHER", say("hi"))(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestUserGroups(t *testing.T) {
	s := team()
	c := client(s)
	if _, err := c.UpdateUserGroupMembersListContext(t.Context(), "S0ONCALL", []string{"U0BO", "U0ANA"}); err != nil {
		t.Fatal(err)
	}
	members, err := c.GetUserGroupMembersContext(t.Context(), "S0ONCALL")
	if diff := cmp.Diff([]string{"U0BO", "U0ANA"}, members); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := c.DisableUserGroupContext(t.Context(), "S0ONCALL"); err != nil {
		t.Fatal(err)
	}
	if gs, err := c.GetUserGroupsContext(t.Context()); err != nil || len(gs) != 0 {
		t.Errorf("%v %v", err, gs)
	}
	if g, ok := s.Group("@oncall"); !ok || !g.Disabled || len(g.Users) != 2 {
		t.Errorf("%+v", g)
	}
}

func TestUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		doc := []byte("# Postmortem\n")
		f, err := client(s).UploadFileContext(t.Context(), slack.UploadFileParameters{
			Reader: bytes.NewReader(doc), FileSize: len(doc), Filename: "42.md", Title: "Postmortem of 42",
			Channel: "C0INC", InitialComment: "Here it is.",
		})
		if err != nil {
			t.Fatal(err)
		}
		name, content, ok := s.File(f.ID)
		if !ok || name != "42.md" || string(content) != string(doc) {
			t.Errorf("%q %q", name, content)
		}
		m := s.Messages("incidents")
		if len(m) != 1 || m[0].Text != "Here it is." || m[0].Files[0].Title != "Postmortem of 42" {
			t.Errorf("%+v", m)
		}
		if got := []string{s.API.Calls()[0].Method, s.API.Calls()[1].Method, s.API.Calls()[2].Method}; cmp.Diff(
			[]string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal"}, got) != "" {
			t.Errorf("calls %v", got)
		}
		_, err = client(s).UploadFileContext(t.Context(), slack.UploadFileParameters{
			Reader: bytes.NewReader(doc), FileSize: 5, Filename: "42.md", Channel: "C0INC",
		})
		if err == nil {
			t.Error("a wrong length should be refused")
		}
	})
}

func TestThreads(t *testing.T) {
	s := team()
	c := client(s)
	_, root, err := c.PostMessageContext(t.Context(), "C0INC", say("card"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two"} {
		if err := post("C0INC", say(text), slack.MsgOptionTS(root))(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Hands.Reply(t.Context(), "U0ANA", s.Messages("incidents")[1], "three"); err != nil {
		t.Fatal(err)
	}
	msgs, more, _, err := c.GetConversationRepliesContext(t.Context(),
		&slack.GetConversationRepliesParameters{ChannelID: "C0INC", Timestamp: root})
	var texts []string
	for _, m := range msgs {
		texts = append(texts, m.Text)
	}
	if diff := cmp.Diff([]string{"card", "one", "two", "three"}, texts); diff != "" || more || err != nil {
		t.Error(err, diff)
	}
	page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: "C0INC"})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].ReplyCount != 3 {
		t.Errorf("%v %+v", err, page)
	}
}

func TestDeleteAndPermalink(t *testing.T) {
	s := team()
	c := client(s)
	said, err := s.Hands.Say(t.Context(), "U0ANA", "incidents", "mine")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.DeleteMessageContext(t.Context(), "C0INC", said.TS); code(err) != "cant_delete_message" {
		t.Errorf("deleting what others wrote: %v", err)
	}
	if _, _, _, err := c.UpdateMessageContext(t.Context(), "C0INC", said.TS, say("x")); code(err) != "cant_update_message" {
		t.Errorf("changing what others wrote: %v", err)
	}
	link, err := c.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: "C0INC", Ts: said.TS})
	if err != nil || link != s.Permalink(said) || !strings.HasSuffix(link, "/C0INC/p"+strings.Replace(said.TS, ".", "", 1)) {
		t.Errorf("%v %q", err, link)
	}
}

func TestHome(t *testing.T) {
	s := team()
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{section("quiet")}}}
	if _, err := client(s).PublishViewContext(t.Context(),
		slack.PublishViewContextRequest{UserID: "U0ANA", View: view}); err != nil {
		t.Fatal(err)
	}
	if v, ok := s.Home("U0ANA"); !ok || !strings.Contains(string(v.Blocks), "quiet") {
		t.Errorf("%+v", v)
	}
}
