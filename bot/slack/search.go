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
	// clockSkew is how far Slack's clock and ours may be apart when we search for a message by its time.
	clockSkew = 5 * time.Minute
	// searchTimeout is how long a search for an earlier attempt may take in all.
	searchTimeout = 2 * time.Second
	// searchPause is how long nobody searches after Slack has refused it.
	searchPause = time.Minute
	// awaited is how long a message that tells much waits at most for a search that Slack has put off.
	awaited = 15 * time.Second
	// kept bounds how many conversations are remembered that were looked through.
	maxSearches = 500
)

// searches are the results by conversation, so that one search serves all messages to it. The zero value
// is ready.
type searches struct {
	mu     sync.Mutex
	found  map[string]*search // by the channel or user
	paused time.Time          // until then nobody searches
}

// search is which of our messages one conversation was found to hold. Whoever holds turn may search and write.
type search struct {
	turn  chan struct{}
	since time.Time // older messages were not read
	begun time.Time // when the search began: attempts made later are unknown to it; zero: it failed
	tried time.Time // when a failed search ended
	refs  map[Tag]Ref
}

func (l *searches) of(to string) *search {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found == nil || len(l.found) >= maxSearches {
		l.found = map[string]*search{}
	}
	if l.found[to] == nil {
		l.found[to] = &search{turn: make(chan struct{}, 1)}
	}
	return l.found[to]
}

// pausedFor is how long nobody searches yet.
func (l *searches) pausedFor(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.paused.Sub(now)
}

func (l *searches) pause(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paused = until
}

// search finds the message of an earlier attempt at a post, and reports whether the search worked.
// It ends within searchTimeout, whatever Slack does.
func (s *Sender) search(ctx context.Context, p Post) (r Ref, ok bool) {
	now := time.Now()
	if s.searches.pausedFor(now) > 0 {
		return Ref{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	l, since := s.searches.of(p.To), p.Since.Add(-clockSkew)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Ref{}, false
	}
	if l.begun.After(s.tried(p.Name)) && !since.Before(l.since) {
		return l.refs[p.Tag], true
	}
	if time.Since(l.tried) < searchTimeout {
		return Ref{}, false // a search has just failed
	}
	begun := time.Now()
	refs, err := s.ourMessages(ctx, p, since)
	if err != nil {
		l.tried = time.Now()
		s.log.Warn("cannot check whether this message was sent before; sending it", "key", p.Tag.Key, "err", err)
		if until, wait := s.pauseAfter(err), time.Now(); until > 0 {
			s.searches.pause(wait.Add(until))
		}
		return Ref{}, false
	}
	l.begun, l.since, l.refs = begun, since, refs
	return refs[p.Tag], true
}

// pauseAfter is how long to make no further search after one failed.
func (s *Sender) pauseAfter(err error) time.Duration {
	switch TroubleOf(err) {
	case Limited:
		return min(max(WaitOf(err), time.Second), 2*searchPause)
	case Barred:
		return searchPause
	}
	return 0
}

// ourMessages reads the conversation of a post and returns our messages in it.
func (s *Sender) ourMessages(ctx context.Context, p Post, since time.Time) (refs map[Tag]Ref, err error) {
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
func (c *client) history(ctx context.Context, channel string, since time.Time, cursor string,
	refs map[Tag]Ref) (next string, err error) {
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
