package slack

import "time"

// Slack takes several hundred messages a minute from an app in one workspace (docs.slack.dev, Rate limits, "Posting messages"): we
// count on 300. Cards have one a second of them. Of the others, what is most urgent has a share of its own, so that it never
// waits behind the rest.
func direct(urgent bool) Tempo {
	if urgent {
		return Tempo{Kind: "urgent", Every: time.Second, Burst: 8}
	}
	return Tempo{Kind: "direct", Every: 300 * time.Millisecond, Burst: 20}
}

// Admit reports whether a direct message to a user may go now, and else when it may: when Slack's wish to leave the user alone is over,
// and it is the user's turn among all in the workspace. Who was admitted is to send it.
func (s *Sender) Admit(user string, urgent bool, now time.Time) (next time.Time, ok bool) {
	if wait := s.Held(user, now); wait > 0 {
		return now.Add(wait), false
	}
	t := direct(urgent)
	return s.posts.Start(t.Kind+"/"+user, t, now)
}
