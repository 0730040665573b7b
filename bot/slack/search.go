package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"sync"
	"time"
)

const (
	// skew is how far Slack's clock and ours may be apart when we look for a message by its time.
	skew = 5 * time.Minute
	// glance is how long a look for an earlier attempt may take, with all that it needs.
	glance = 2 * time.Second
	// blindness is how long nobody looks after Slack has refused to let us.
	blindness = time.Minute
	// kept bounds how many conversations are remembered that were looked through.
	keptLooks = 500
)

// looks are what was found in conversations, so that one search serves all messages that were to go there. The zero value
// is ready.
type looks struct {
	mu    sync.Mutex
	found map[string]*looked // by the channel or user
	blind time.Time          // until then Slack lets nobody look
}

// looked is what one conversation was found to hold of ours. Whoever holds turn may look and write.
type looked struct {
	turn  chan struct{}
	since time.Time // what is older was not looked at
	begun time.Time // when the search began: of what was tried later it knows nothing; zero: it came to nothing
	tried time.Time // when a search in vain ended
	refs  map[Tag]Ref
}

func (l *looks) of(to string) *looked {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found == nil || len(l.found) >= keptLooks {
		l.found = map[string]*looked{}
	}
	if l.found[to] == nil {
		l.found[to] = &looked{turn: make(chan struct{}, 1)}
	}
	return l.found[to]
}

func (l *looks) blindUntil() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blind
}

func (l *looks) close(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blind = until
}

// look says where a post stands that an earlier attempt may have brought through, and whether it could be looked for at all.
// It takes a moment at the most, whatever Slack does.
func (s *Sender) look(ctx context.Context, p Post) (r Ref, ok bool) {
	now := time.Now()
	if now.Before(s.looks.blindUntil()) {
		return Ref{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	l, since := s.looks.of(p.To), p.Since.Add(-skew)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Ref{}, false
	}
	if l.begun.After(s.tried(p.Name)) && !since.Before(l.since) {
		return l.refs[p.Tag], true
	}
	if time.Since(l.tried) < glance {
		return Ref{}, false // somebody has just looked in vain
	}
	begun := time.Now()
	refs, err := s.through(ctx, p, since)
	if err != nil {
		l.tried = time.Now()
		s.log.Warn("it cannot be looked whether a message came before; it is sent", "key", p.Tag.Key, "err", err)
		if until, wait := s.holdsLooks(err), time.Now(); until > 0 {
			s.looks.close(wait.Add(until))
		}
		return Ref{}, false
	}
	l.begun, l.since, l.refs = begun, since, refs
	return refs[p.Tag], true
}

// holdsLooks is how long nobody needs to look any more after a search that failed.
func (s *Sender) holdsLooks(err error) time.Duration {
	switch TroubleOf(err) {
	case Limited:
		return min(max(WaitOf(err), time.Second), 2*blindness)
	case Barred:
		return blindness
	}
	return 0
}

// through goes through the conversation of a post and returns what is there of ours.
func (s *Sender) through(ctx context.Context, p Post, since time.Time) (refs map[Tag]Ref, err error) {
	channel := p.To
	if p.Direct {
		if channel, err = s.dm(ctx, p.To); err != nil {
			return nil, err
		}
	}
	refs = map[Tag]Ref{}
	for cursor := ""; ; {
		if cursor, err = s.history(ctx, channel, since, cursor, refs); err != nil || cursor == "" {
			return refs, err
		}
	}
}

// history reads one page of what a channel holds since a time, notes in refs what is ours, and returns where the next page
// begins, "" after the last. What it does not need of a message it does not read: others write there too, and in forms that
// are newer than we are.
func (c *client) history(ctx context.Context, channel string, since time.Time, cursor string, refs map[Tag]Ref) (next string, err error) {
	var in struct {
		Messages []json.RawMessage `json:"messages"`
		More     struct {
			Cursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	with := url.Values{
		"channel": {channel}, "limit": {"200"}, "include_all_metadata": {"1"},
		"oldest": {strconv.FormatInt(since.Unix(), 10) + ".000000"},
	}
	if cursor != "" {
		with.Set("cursor", cursor)
	}
	if err := c.ask(ctx, "conversations.history", with, &in); err != nil {
		return "", err
	}
	for _, raw := range in.Messages {
		var m struct {
			TS       string `json:"ts"`
			Metadata struct {
				Type    string `json:"event_type"`
				Payload struct {
					Key any `json:"key"`
				} `json:"event_payload"`
			} `json:"metadata"`
		}
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		if key, ok := m.Metadata.Payload.Key.(string); ok && m.Metadata.Type != "" {
			refs[Tag{m.Metadata.Type, key}] = Ref{channel, m.TS}
		}
	}
	return in.More.Cursor, nil
}
