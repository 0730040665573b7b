package capture

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// A reader asks Slack what messages say, who wrote them and who marks them. No page needs its calls, so
// that we may not make one says nothing about our token.
type reader struct {
	out   *slack.Sender
	users map[string]string // names of people by their ids
	signs []string          // reactions that mark a message

	mu    sync.Mutex
	names map[string]string // of those who are not in the configuration, by their ids
}

// marks reports whether a reaction marks messages. Its name may say the colour of a skin.
func (r *reader) marks(reaction string) bool {
	name, _, _ := strings.Cut(reaction, "::")
	return slices.Contains(r.signs, name)
}

// message reads a message as it stands, and the first one of its thread. A message outside of threads is found under its
// own ts as the thread; one within needs that of its thread, which events of reactions do not tell.
func (r *reader) message(ctx context.Context, b body) (s seen, err error) {
	s.Channel, s.TS, s.Thread = b.Channel, b.TS, b.Thread
	for _, thread := range []string{b.TS, b.Thread} {
		if thread == "" {
			continue
		}
		all, _, err := r.conversation(ctx, "conversations.replies", url.Values{
			"channel": {b.Channel}, "ts": {thread}, "oldest": {b.TS}, "latest": {b.TS}, "inclusive": {"1"}, "limit": {"10"},
		})
		if err != nil && !missing(err) {
			return s, err
		}
		for _, m := range all {
			switch m.TS {
			case b.TS:
				s.Message = m
			case m.Thread:
				s.root = m
			}
		}
		if s.User != "" || s.Bot != "" {
			return s, nil
		}
	}
	s.gone = true
	return s, nil
}

// missing reports whether an error says that a message is not there any more.
func missing(err error) bool {
	switch slack.CodeOf(err) {
	case "thread_not_found", "message_not_found":
		return true
	}
	return false
}

// conversation reads a page of messages, and where the next page begins.
func (r *reader) conversation(ctx context.Context, method string, with url.Values) (all []spoken.Message, next string,
	err error) {
	var in struct {
		Messages []json.RawMessage `json:"messages"`
		More     struct {
			Cursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	with.Set("include_all_metadata", "1")
	if err := r.out.Aside(ctx, method, with, &in); err != nil {
		return nil, "", err
	}
	for _, raw := range in.Messages {
		all = append(all, spoken.Read(with.Get("channel"), raw))
	}
	return all, in.More.Cursor, nil
}

// complete finds out who has marked a message, and who wrote it. The error is that of a call that may succeed later.
func (r *reader) complete(ctx context.Context, s *seen) (err error) {
	if s.gone {
		return nil
	}
	for _, sign := range s.Reactions {
		for _, user := range sign.Users {
			if name := r.users[user]; name != "" && r.marks(sign.Name) && s.marker == "" {
				s.marker = name
			}
		}
	}
	if s.marker == "" && s.Pinned() {
		if s.marker, err = r.pinner(ctx, s); err != nil {
			return err
		}
	}
	s.author, err = r.author(ctx, &s.Message)
	return err
}

// pinner is who has pinned a message, if we know them. Slack says of a message that it is pinned, but not by whom.
func (r *reader) pinner(ctx context.Context, s *seen) (string, error) {
	var in struct {
		Items []struct {
			By      string          `json:"created_by"`
			Message json.RawMessage `json:"message"`
		} `json:"items"`
	}
	err := r.out.Aside(ctx, "pins.list", url.Values{"channel": {s.Channel}}, &in)
	if slack.TroubleOf(err) == slack.Refused {
		return s.actor, nil // whose pinning we heard of
	}
	for _, item := range in.Items {
		if m := spoken.Read(s.Channel, item.Message); m.TS == s.TS {
			return r.users[item.By], err
		}
	}
	return "", err
}

// maxNames bounds how many names are remembered.
const maxNames = 1000

// author is who wrote a message. Who is not in the configuration goes by the name that Slack shows.
func (r *reader) author(ctx context.Context, m *spoken.Message) (incidents.Actor, error) {
	if name := r.users[m.User]; name != "" {
		return incidents.Person(name), nil
	}
	if m.Bot != "" || m.User == "" {
		return other(m.BotName()), nil
	}
	r.mu.Lock()
	name := r.names[m.User]
	r.mu.Unlock()
	if name != "" {
		return other(name), nil
	}
	u, err := r.out.UserInfo(ctx, m.User)
	// with any other error the id has to do: a line without a nice name is better than none
	if t := slack.TroubleOf(err); t == slack.Limited || t == slack.Unreachable {
		return incidents.Actor{}, err
	}
	if name = u.Name; name == "" {
		name = m.User
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.names) >= maxNames {
		clear(r.names)
	}
	r.names[m.User] = name
	return other(name), nil
}

// other is somebody who is not in the configuration, by a name that they may have chosen as they liked.
func other(name string) incidents.Actor {
	return incidents.Actor{Kind: incidents.KindOther, Name: text.Clip(text.Line(name), 80)}
}
