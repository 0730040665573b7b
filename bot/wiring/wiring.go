// Package wiring looks, before the first alarm, whether what pages go through is as it should be: the token and its scopes,
// the channel of the cards, the people, the clock. What it finds is a [Finding], with what to do about it.
//
// It knows by doing: a message to the channel and the direct message with each person are what a page needs, and Slack's
// lists of who may do what do not always say so. It changes nothing that stays. It stops at a token that is not taken,
// since all else would fail for that.
package wiring

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/text"
)

// Levels of findings.
const (
	Error = "error" // somebody is not paged, or nobody is
	Warn  = "warn"  // something is not as it should be
	Info  = "info"  // something is missing that can be done without
)

// A Finding is what is wrong, and what to do about it. Check names the kind, for programs that read the list; all else is
// for people.
type Finding struct {
	Check string `json:"check"`
	Level string `json:"level"`
	What  string `json:"what"`
	Mend  string `json:"mend"`
}

// Options is what is looked at.
type Options struct {
	Out     *slack.Sender
	Witness *clocks.Witness // hears what time Slack says it is, by what Out calls
	Channel string
	People  map[string]string // their ids in Slack, by name; empty for who has none
	Needs   []manifest.Need
}

// Look asks Slack about all of it. It posts a line to the channel and takes it away again, and opens the direct messages with each
// person, which they do not notice. An error is that of ctx. It takes some calls for each person, which Slack limits by the
// minute; with many people it takes minutes.
func Look(ctx context.Context, o Options) (found []Finding, err error) {
	_, _, scopes, err := slack.Granted(ctx, o.Out)
	if err != nil {
		found = append(found, unheard(err))
		return found, ctx.Err()
	}
	found = append(found, Lacking(o.Needs, scopes)...)
	found = append(found, channel(ctx, o)...)
	for _, person := range slices.Sorted(maps.Keys(o.People)) {
		if f, wrong := reached(ctx, o, person); wrong {
			found = append(found, f)
		}
	}
	if f, wrong := clock(o.Witness); wrong {
		found = append(found, f)
	}
	return found, ctx.Err()
}

// unheard is what is wrong if Slack does not say who we are.
func unheard(err error) Finding {
	f := Finding{Check: "slack-token", Level: Error, What: "Slack does not accept slack.bot_token: " + slack.CodeOf(err),
		Mend: "install the app again, and set slack.bot_token to the token that is under OAuth & Permissions"}
	if slack.TroubleOf(err) != slack.Barred {
		f = Finding{Check: "slack-reachable", Level: Error, What: "Slack does not answer: " + err.Error(),
			Mend: "let this machine reach https://slack.com; see slack.api_url"}
	}
	return f
}

// Lacking are the scopes that the token lacks. Where Slack does not tell which it has, nothing is lacking. Slack tells them
// in a header of each reply, which a proxy may leave out.
func Lacking(needs []manifest.Need, granted []string) (found []Finding) {
	if len(granted) == 0 {
		return nil
	}
	const mend = "add it to the Slack app, under OAuth & Permissions or with oncalm manifest, and install the app again"
	for _, n := range needs {
		if slices.Contains(granted, n.Scope) {
			continue
		}
		f := Finding{Check: "slack-scope", Level: Warn, Mend: mend,
			What: "the bot's token lacks the scope " + n.Scope + ": " + n.For}
		if Pages(n.Scope) {
			f.Level, f.What = Error, "nobody can be paged: "+f.What
		}
		if n.Optional {
			f.Level, f.Mend = Info, "if you want that: "+mend
		}
		found = append(found, f)
	}
	return found
}

// Pages reports whether no page goes out without a scope.
func Pages(scope string) bool { return scope == "chat:write" || scope == "im:write" }

// channel looks whether the channel is there, joined, and takes messages. A bot may post without being a member
// (chat:write.public), but hears nothing then, and so cannot capture what is said.
func channel(ctx context.Context, o Options) (found []Finding) {
	const check = "slack-channel"
	err := patiently(ctx, func() error {
		return slack.Try(ctx, o.Out, o.Channel, "Oncalm looks whether this channel takes messages.")
	})
	if err != nil {
		return []Finding{{check, Error, fmt.Sprintf("channel %s takes no cards: %v", o.Channel, err), mendOf(err, o.Channel)}}
	}
	err = patiently(ctx, func() error { return o.Out.ReadChannel(ctx, o.Channel) })
	switch code := slack.CodeOf(err); code {
	case "":
		return nil
	case "not_in_channel", "channel_not_found":
		return []Finding{{check, Warn, "the bot is not in channel " + o.Channel + ", so it hears nothing that is said there",
			"type /invite @oncalm in that channel"}}
	case "missing_scope":
		return []Finding{{check, Info, fmt.Sprintf("channel %s cannot be read: %v", o.Channel, err),
			"add the scope and install the app again"}}
	}
	return []Finding{{check, Warn, fmt.Sprintf("channel %s cannot be read: %v", o.Channel, err), "try again"}}
}

// mendOf is what to do about a channel that takes no messages.
func mendOf(err error, channel string) string {
	code := slack.CodeOf(err)
	if code == "missing_scope" {
		return "add the scope and install the app again"
	}
	if slack.OfChannel(code) {
		_, mend, _ := strings.Cut(slack.Complaint(channel, code), "; ")
		return mend
	}
	return "try again; see what Slack says about this error"
}

// reached looks whether a person is there, is one, and can be messaged. To open the direct message is what a page does
// first, so it shows more than the profile does.
func reached(ctx context.Context, o Options, person string) (f Finding, wrong bool) {
	id := o.People[person]
	if id == "" {
		return Finding{"person", Warn, person + " has no Slack id, and cannot be paged", "set people." + person + ".slack"}, true
	}
	bad := func(what, mend string) (Finding, bool) {
		return Finding{"person", Error, person + " (" + id + ") cannot be paged: " + what, mend}, true
	}
	const correct = "correct the id, which is in their profile under Copy member ID, or take them out of the configuration"
	var deleted, isBot bool
	err := patiently(ctx, func() error {
		u, err := o.Out.UserInfo(ctx, id)
		deleted, isBot = u.Deleted, u.Bot
		return err
	})
	switch code := slack.CodeOf(err); {
	case code == "user_not_found":
		return bad("there is no such user in this workspace", correct)
	case deleted:
		return bad("the account is deactivated", correct)
	case isBot:
		return bad("it is a bot", correct)
	}
	err = patiently(ctx, func() error { return slack.Reach(ctx, o.Out, id) })
	switch code := slack.CodeOf(err); code {
	case "":
		return Finding{}, false
	case "missing_scope":
		return bad(err.Error(), "add the scope and install the app again")
	}
	return bad(err.Error(), correct)
}

// clock looks whether ours says what Slack's does. By more than that, deadlines and times on the timeline are not to be
// trusted. Slack refuses nothing for it; but signatures of requests are valid for 5 minutes by our clock.
func clock(w *clocks.Witness) (f Finding, wrong bool) {
	const most = time.Minute
	by, known := w.Ahead()
	if !known || by.Abs() < most {
		return f, false
	}
	way := "ahead of"
	if by < 0 {
		way = "behind"
	}
	what := "the clock of this machine is " + text.Lasting(by.Abs().Round(time.Second)) + " " + way + " Slack's"
	return Finding{"clock", Error, what, "set the clock, and keep it with NTP"}, true
}

// patiently calls Slack again when it asks for patience.
func patiently(ctx context.Context, call func() error) (err error) {
	const tries = 5
	for range tries {
		if err = call(); slack.TroubleOf(err) != slack.Limited {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(max(slack.WaitOf(err), time.Second)):
		}
	}
	return err
}
