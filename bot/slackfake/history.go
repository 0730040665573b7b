package slackfake

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPage = 100
	maxPage     = 999
)

// readable finds a conversation that the bot may read.
func (s *Slack) readable(a args) (*conversation, error) {
	c := s.conv(a["channel"])
	switch {
	case c == nil, c.Private && !c.has(s.opts.BotUserID):
		return nil, refuse("channel_not_found")
	case !c.has(s.opts.BotUserID):
		return nil, refuse("not_in_channel")
	}
	scope := map[string]string{"channel": "channels:history", "group": "groups:history", "im": "im:history"}[c.kind()]
	if !s.scoped(scope) {
		return nil, s.missing(scope)
	}
	return c, nil
}

func (s *Slack) history(a args) (answer, error) {
	c, err := s.readable(a)
	if err != nil {
		return nil, err
	}
	var found []*Message
	for _, m := range slices.Backward(c.messages) {
		if v := a["oldest"]; v != "" && compareTS(m.TS, v) < 0 {
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
	out["pin_count"] = len(c.pins)
	return out, nil
}

func (s *Slack) threadReplies(a args) (answer, error) {
	c, err := s.readable(a)
	if err != nil {
		return nil, err
	}
	root := c.message(a["ts"])
	if root != nil && root.ThreadTS != "" {
		root = c.message(root.ThreadTS)
	}
	if root == nil || root.Ephemeral != "" {
		return nil, refuse("thread_not_found")
	}
	found := []*Message{root}
	for _, m := range c.replies(root.TS) {
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

func (s *Slack) page(c *conversation, page []*Message, next string, a args) answer {
	shown := make([]answer, len(page))
	for i, m := range page {
		shown[i] = s.shape(c, m, a.bool("include_all_metadata"))
	}
	return answer{
		"messages": shown, "has_more": next != "",
		"response_metadata": answer{"next_cursor": next},
	}
}

// within tells whether a ts lies between oldest and latest.
func within(ts string, a args) bool {
	after, before := 1, -1
	if a.bool("inclusive") {
		after, before = 0, 0
	}
	if v := a["oldest"]; v != "" && v != "0" && compareTS(ts, v) < after {
		return false
	}
	v := a["latest"]
	return v == "" || compareTS(ts, v) <= before
}

// cut takes one page out of a list. The cursor, opaque to callers, names the first
// element of the next page by its key, so that it holds while others are added.
func cut[T any](all []T, a args, key func(T) string) (page []T, next string, err error) {
	limit := defaultPage
	if v := a["limit"]; v != "" && v != "0" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 0 {
			return nil, "", refuse("invalid_limit")
		}
	}
	from := 0
	if v := a["cursor"]; v != "" {
		raw, err := base64.StdEncoding.DecodeString(v)
		name, ours := strings.CutPrefix(string(raw), "next:")
		from = slices.IndexFunc(all, func(t T) bool { return key(t) == name })
		if err != nil || !ours || from < 0 {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to := min(from+min(limit, maxPage), len(all))
	if to < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + key(all[to])))
	}
	return all[from:to], next, nil
}

func tsOf(m *Message) string { return m.TS }
