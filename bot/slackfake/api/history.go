package api

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Sizes of pages: without a limit, and at most.
const (
	defaultPage = 100
	maxPage     = 999
)

// history answers what reads conversations.
type history struct {
	ws  *workspace.Workspace
	may *access
}

// read answers conversations.history, the newest first. Answers in threads are left out unless they were also sent to the
// channel.
func (s history) read(a wire.Args) (wire.Answer, error) {
	c, err := s.may.readable(a)
	if err != nil {
		return nil, err
	}
	var found []*workspace.Message
	for _, m := range slices.Backward(c.Messages) {
		if v := a["oldest"]; v != "" && workspace.CompareTS(m.TS, v) < 0 {
			break
		}
		if m.Ephemeral == "" && (m.ThreadTS == "" || m.Broadcast) && within(m.TS, a) {
			found = append(found, m)
		}
	}
	page, next, err := cut(found, a, tsOf)
	if err != nil {
		return nil, err
	}
	out := s.page(c, page, next, a)
	out["pin_count"] = len(c.Pins)
	return out, nil
}

// replies answers conversations.replies, the oldest first. The first message of the thread is always there, whatever the
// bounds say.
func (s history) replies(a wire.Args) (wire.Answer, error) {
	c, err := s.may.readable(a)
	if err != nil {
		return nil, err
	}
	root := c.Message(a["ts"])
	if root != nil && root.ThreadTS != "" {
		root = c.Message(root.ThreadTS)
	}
	if root == nil || root.Ephemeral != "" {
		return nil, wire.Refuse("thread_not_found")
	}
	found := []*workspace.Message{root}
	for _, m := range c.Replies(root.TS) {
		if within(m.TS, a) {
			found = append(found, m)
		}
	}
	page, next, err := cut(found, a, tsOf)
	if err != nil {
		return nil, err
	}
	return s.page(c, page, next, a), nil
}

func (s history) page(c *workspace.Conversation, page []*workspace.Message, next string, a wire.Args) wire.Answer {
	shown := make([]wire.Answer, len(page))
	for i, m := range page {
		shown[i] = s.ws.App.ShapeMessage(c, m, a.Bool("include_all_metadata"))
	}
	return wire.Answer{
		"messages": shown, "has_more": next != "",
		"response_metadata": wire.Answer{"next_cursor": next},
	}
}

// within tells whether a ts lies between oldest and latest. Without inclusive, the bounds themselves are outside. An oldest
// of 0, which is Slack's default, is no bound.
func within(ts string, a wire.Args) bool {
	after, before := 1, -1
	if a.Bool("inclusive") {
		after, before = 0, 0
	}
	if v := a["oldest"]; v != "" && v != "0" && workspace.CompareTS(ts, v) < after {
		return false
	}
	v := a["latest"]
	return v == "" || workspace.CompareTS(ts, v) <= before
}

// cut takes one page out of a list. The cursor, opaque to callers, names the first
// element of the next page by its key, so that it holds while others are added.
func cut[T any](all []T, a wire.Args, key func(T) string) (page []T, next string, err error) {
	limit := defaultPage
	if v := a["limit"]; v != "" && v != "0" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 0 {
			return nil, "", wire.Refuse("invalid_limit")
		}
	}
	from := 0
	if v := a["cursor"]; v != "" {
		raw, err := base64.StdEncoding.DecodeString(v)
		name, ours := strings.CutPrefix(string(raw), "next:")
		from = slices.IndexFunc(all, func(t T) bool { return key(t) == name })
		if err != nil || !ours || from < 0 {
			return nil, "", wire.Refuse("invalid_cursor")
		}
	}
	to := min(from+min(limit, maxPage), len(all))
	if to < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + key(all[to])))
	}
	return all[from:to], next, nil
}

func tsOf(m *workspace.Message) string { return m.TS }
