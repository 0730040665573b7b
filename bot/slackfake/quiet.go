package slackfake

import (
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// Quiet is when a person is not to be disturbed. The zero value is never.
type Quiet struct {
	// From and To are times of day in the person's zone, as "22:00". If To is not after From it is on the next day.
	From, To string
	// Snoozed is until when they turned notifications off by hand.
	Snoozed time.Time
}

// dndInfo tells of the span that holds now, or else of the next one.
func (s *Slack) dndInfo(a wire.Args) (wire.Answer, error) {
	u := s.user(a["user"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	out := wire.Answer{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": false}
	now := time.Now()
	if from, to, ok := u.quiet(now); ok {
		out["dnd_enabled"], out["next_dnd_start_ts"], out["next_dnd_end_ts"] = true, from.Unix(), to.Unix()
	}
	if u.Quiet.Snoozed.After(now) {
		out["snooze_enabled"], out["snooze_endtime"] = true, u.Quiet.Snoozed.Unix()
	}
	return out, nil
}

// quiet returns the first quiet span that is not over.
func (u *User) quiet(now time.Time) (from, to time.Time, ok bool) {
	begin, err := time.Parse("15:04", u.Quiet.From)
	end, err2 := time.Parse("15:04", u.Quiet.To)
	if err != nil || err2 != nil {
		return from, to, false
	}
	local := now.In(u.location())
	for day := -1; ; day++ {
		on := func(clock time.Time, later int) time.Time {
			return time.Date(local.Year(), local.Month(), local.Day()+day+later, clock.Hour(), clock.Minute(), 0, 0, local.Location())
		}
		from, to = on(begin, 0), on(end, 0)
		if !to.After(from) {
			to = on(end, 1)
		}
		if to.After(now) {
			return from, to, true
		}
	}
}
