package slackfake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// team is a small workspace with a channel for incidents.
func team() *slackfake.Slack {
	return slackfake.New(slackfake.Options{
		Users: []workspace.User{
			{ID: "U0ANA", Name: "ana", RealName: "Ana Lima", Email: "ana@example.com", Zone: "Europe/Berlin"},
			{ID: "U0BO", Name: "bo", RealName: "Bo Chen", Email: "bo@example.com"},
			{ID: "U0GONE", Name: "gone", Email: "gone@example.com", Deleted: true},
		},
		Channels: []workspace.Channel{
			{ID: "C0INC", Name: "incidents"},
			{ID: "C0OTHER", Name: "other", Members: []string{"U0ANA"}},
			{ID: "C0OLD", Name: "old", Archived: true},
			{ID: "G0SECRET", Name: "secret", Private: true, Members: []string{"U0BO"}},
		},
		Groups: []workspace.UserGroup{{ID: "S0ONCALL", Handle: "oncall", Users: []string{"U0ANA"}}},
	})
}

// client is slack-go on top of the fake, without a socket.
func client(s *slackfake.Slack) *slack.Client {
	hc := &http.Client{Transport: s.API.RoundTripper(), Timeout: 10 * time.Second}
	return slack.New(s.Token(), slack.OptionAPIURL(s.APIURL()), slack.OptionHTTPClient(hc))
}

func say(text string) slack.MsgOption { return slack.MsgOptionText(text, false) }

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, text, false, false), nil, nil)
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("ж", 40_001)
	cases := []struct {
		name string
		call func(context.Context, *slack.Client) error
		want string // "" means none
	}{
		{"post to a channel", post("C0INC", say("hi")), ""},
		{"post by name", post("#incidents", say("hi")), ""},
		{"post to a person", post("U0ANA", say("hi")), ""},
		{"longest text", post("C0INC", say(long[2:])), ""},
		{"text too long", post("C0INC", say(long)), "msg_too_long"},
		{"unknown channel", post("C404", say("hi")), "channel_not_found"},
		{"private channel of others", post("G0SECRET", say("hi")), "channel_not_found"},
		{"not a member", post("C0OTHER", say("hi")), "not_in_channel"},
		{"archived", post("C0OLD", say("hi")), "is_archived"},
		{"deactivated person", post("U0GONE", say("hi")), "user_disabled"},
		{"nothing to say", post("C0INC", say("")), "no_text"},
		{"only blocks", post("C0INC", slack.MsgOptionBlocks(section("hi"))), ""},
		{"bad blocks", post("C0INC", slack.MsgOptionBlocks(section(""))), "invalid_blocks"},
		{"no such thread", post("C0INC", say("hi"), slack.MsgOptionTS("1.000001")), "thread_not_found"},
		{"update of nothing", func(ctx context.Context, c *slack.Client) error {
			_, _, _, err := c.UpdateMessageContext(ctx, "C0INC", "1.000001", say("x"))
			return err
		}, "message_not_found"},
		{"delete of nothing", func(ctx context.Context, c *slack.Client) error {
			_, _, err := c.DeleteMessageContext(ctx, "C0INC", "1.000001")
			return err
		}, "message_not_found"},
		{"ephemeral to a stranger", func(ctx context.Context, c *slack.Client) error {
			_, err := c.PostEphemeralContext(ctx, "C0INC", "U404", say("x"))
			return err
		}, "user_not_found"},
		{"history of an unknown channel", func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: "C404"})
			return err
		}, "channel_not_found"},
		{"history as a stranger", func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: "C0OTHER"})
			return err
		}, "not_in_channel"},
		{"create with a bad name", create("Incidents"), "invalid_name_specials"},
		{"create with a taken name", create("old"), "name_taken"},
		{"create with a long name", create(strings.Repeat("a", 81)), "invalid_name_maxlength"},
		{"create with no name", create(""), "invalid_name_required"},
		{"create", create(strings.Repeat("a", 80)), ""},
		{"invite a stranger", invite("C0INC", "U404"), "user_not_found"},
		{"invite a member", invite("C0INC", "U0BO"), "already_in_channel"},
		{"invite nobody", invite("C0INC"), "no_user"},
		{"invite where it is not", invite("C0OTHER", "U0BO"), "not_in_channel"},
		{"unknown person", func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetUserInfoContext(ctx, "U404")
			return err
		}, "user_not_found"},
		{"unknown mail", func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetUserByEmailContext(ctx, "gone@example.com")
			return err
		}, "users_not_found"},
		{"empty user group", group(), "no_users_provided"},
		{"user group with a gone person", group("U0ANA", "U0GONE"), "invalid_users"},
		{"user group", group("U0BO"), ""},
		{"unknown trigger", func(ctx context.Context, c *slack.Client) error {
			_, err := c.OpenViewContext(ctx, "1.2.3", modal("Hello"))
			return err
		}, "invalid_trigger_id"},
		{"update of no view", func(ctx context.Context, c *slack.Client) error {
			_, err := c.UpdateViewContext(ctx, modal("Hello"), "", "", "V404")
			return err
		}, "not_found"},
		{"method nobody knows", func(ctx context.Context, c *slack.Client) error {
			_, err := c.GetTeamProfileContext(ctx)
			return err
		}, "unknown_method"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := code(c.call(t.Context(), client(team()))); got != c.want {
					t.Errorf("got error %q, want %q", got, c.want)
				}
			})
		})
	}
}

func post(channel string, options ...slack.MsgOption) func(context.Context, *slack.Client) error {
	return func(ctx context.Context, c *slack.Client) error {
		_, _, err := c.PostMessageContext(ctx, channel, options...)
		return err
	}
}

func create(name string) func(context.Context, *slack.Client) error {
	return func(ctx context.Context, c *slack.Client) error {
		_, err := c.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name})
		return err
	}
}

func invite(channel string, users ...string) func(context.Context, *slack.Client) error {
	return func(ctx context.Context, c *slack.Client) error {
		_, err := c.InviteUsersToConversationContext(ctx, channel, users...)
		return err
	}
}

func group(users ...string) func(context.Context, *slack.Client) error {
	return func(ctx context.Context, c *slack.Client) error {
		_, err := c.UpdateUserGroupMembersListContext(ctx, "S0ONCALL", users)
		return err
	}
}

func modal(title string) slack.ModalViewRequest {
	plain := func(t string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", t, false, false) }
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Submit: plain("Go"), CallbackID: "note",
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("text", plain("What happened"), nil, slack.NewPlainTextInputBlockElement(nil, "what")),
		}},
	}
}

// code is the error's name that Slack gave.
func code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return e.Err
	}
	return err.Error()
}

func TestTokens(t *testing.T) {
	for token, want := range map[string]string{"": "not_authed", "xoxb-other": "invalid_auth", "xoxb-fake": ""} {
		hc := &http.Client{Transport: team().API.RoundTripper()}
		_, err := slack.New(token, slack.OptionHTTPClient(hc)).AuthTestContext(t.Context())
		if got := code(err); got != want {
			t.Errorf("token %q: got %q, want %q", token, got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	s := slackfake.New(slackfake.Options{
		Users:    []workspace.User{{ID: "U0ANA", Name: "ana"}},
		Channels: []workspace.Channel{{ID: "C0OTHER", Name: "other", Members: []string{"U0ANA"}}},
		Scopes:   []string{"chat:write", "chat:write.public"},
	})
	auth, err := client(s).AuthTestContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := auth.Header.Get("X-OAuth-Scopes"); got != "chat:write,chat:write.public" {
		t.Errorf("scopes %q", got)
	}
	if err := post("C0OTHER", say("hi"))(t.Context(), client(s)); err != nil {
		t.Errorf("posting without joining: %v", err)
	}
	_, err = client(s).GetUserInfoContext(t.Context(), "U0ANA")
	e, _ := errors.AsType[slack.SlackErrorResponse](err)
	if e.Err != "missing_scope" || e.Needed != "users:read" || e.Provided != "chat:write,chat:write.public" {
		t.Errorf("got %+v", e)
	}
}

func TestMessagesHaveUniqueIncreasingTimestamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		c := client(s)
		last := ""
		for i := range 50 {
			_, ts, err := c.PostMessageContext(t.Context(), "C0INC", say(fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
			if ts <= last {
				t.Fatalf("%s after %s", ts, last)
			}
			last = ts
		}
		if want := fmt.Sprint(time.Now().Unix()) + ".000049"; last != want {
			t.Errorf("got %s, want %s", last, want)
		}
	})
}

func TestHistoryPagesAndMetadata(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := team()
		c := client(s)
		for i := range 5 {
			meta := slack.SlackMetadata{EventType: "page", EventPayload: map[string]any{"key": fmt.Sprint(i)}}
			if _, _, err := c.PostMessageContext(t.Context(), "U0ANA", say("x"), slack.MsgOptionMetadata(meta)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		msgs := s.DM("U0ANA")
		q := slack.GetConversationHistoryParameters{
			ChannelID: workspace.DMID("U0ANA"), Oldest: msgs[0].TS, Limit: 3, IncludeAllMetadata: true,
		}
		var keys []string
		for {
			page, err := c.GetConversationHistoryContext(t.Context(), &q)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Messages {
				keys = append(keys, m.Metadata.EventPayload["key"].(string))
			}
			if !page.HasMore {
				break
			}
			q.Cursor = page.ResponseMetaData.NextCursor
		}
		if diff := cmp.Diff([]string{"4", "3", "2", "1"}, keys); diff != "" {
			t.Error(diff)
		}
		q.Cursor, q.IncludeAllMetadata, q.Inclusive = "", false, true
		page, err := c.GetConversationHistoryContext(t.Context(), &q)
		if err != nil || len(page.Messages) != 3 || page.Messages[0].Metadata.EventType != "" {
			t.Errorf("without metadata: %v %+v", err, page)
		}
	})
}
