// Package spoken is a message as Slack tells of it: in events, in what it answers, and with what people do to a message. What it
// holds was written by others; whoever shows it makes it harmless.
package spoken

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Message is one that stands in a conversation, as far as we read it.
type Message struct {
	Channel string `json:"-"`         // where it stands
	TS      string `json:"ts"`        // which it is there
	Thread  string `json:"thread_ts"` // the first message of its thread; "" outside of threads

	User    string `json:"user"`     // who wrote it
	Bot     string `json:"bot_id"`   // the bot that did; "" of people
	App     string `json:"app_id"`   // whose bot that is
	Name    string `json:"username"` // that a bot gave itself
	Profile struct {
		Name string `json:"name"`
	} `json:"bot_profile"`

	Subtype  string     `json:"subtype"`
	Text     string     `json:"text"` // in Slack's markup
	Files    []File     `json:"files"`
	Attached []Attached `json:"attachments"`

	Reactions []Reaction `json:"reactions"`
	PinnedTo  []string   `json:"pinned_to"`
	Replies   int        `json:"reply_count"`
	Metadata  Metadata   `json:"metadata"`
}

// A File is one that is shared with a message.
type File struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Link  string `json:"permalink"`
	Form  string `json:"mimetype"`
}

// Attached is what bots add to a message, or say instead of a text.
type Attached struct {
	Fallback string `json:"fallback"`
	Text     string `json:"text"`
}

// A Reaction is a sign under a message, and who has put it there; of many not all are named.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
}

// Metadata is what an app hides in a message.
type Metadata struct {
	Type    string `json:"event_type"`
	Payload struct {
		Key any `json:"key"`
	} `json:"event_payload"`
}

// Read reads a message of a channel. What is not of the type that it should be is left out.
func Read(channel string, raw json.RawMessage) Message {
	var m Message
	_ = json.Unmarshal(raw, &m) // what could be read counts: others write in forms that are newer than we are
	m.Channel = channel
	return m
}

// Pinned reports whether it is pinned where it stands.
func (m *Message) Pinned() bool { return slices.Contains(m.PinnedTo, m.Channel) }

// Said is what it says: its text or, of a bot's, what stands in place of one.
func (m *Message) Said() string {
	if strings.TrimSpace(m.Text) != "" {
		return m.Text
	}
	var all []string
	for _, a := range m.Attached {
		if said := cmp.Or(a.Text, a.Fallback); said != "" {
			all = append(all, said)
		}
	}
	return strings.Join(all, "\n")
}

// Says reports whether somebody says something with it: it is no notice of Slack's, such as that somebody has joined.
func (m *Message) Says() bool {
	return slices.Contains([]string{"", "file_share", "thread_broadcast", "me_message", "bot_message"}, m.Subtype) && m.TS != ""
}

// BotName is how a bot calls itself.
func (m *Message) BotName() string { return cmp.Or(m.Name, m.Profile.Name, "a bot") }

// At is when it was written; zero if its time stamp is none.
func (m *Message) At() time.Time { return Time(m.TS) }

// Time is what a time stamp of Slack's says; zero of what is none.
func Time(ts string) time.Time {
	whole, part, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	micros, err2 := strconv.ParseInt((part + "000000")[:6], 10, 64)
	if err != nil || err2 != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(seconds, micros*1000).UTC()
}

// Stamp is a time as Slack writes it in time stamps.
func Stamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// Link is the address of a message in the workspace at home, which ends with a slash; "" if home is not known.
func (m *Message) Link(home string) string {
	if home == "" || m.TS == "" {
		return ""
	}
	link := home + "archives/" + m.Channel + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.Thread != "" && m.Thread != m.TS {
		link += "?thread_ts=" + m.Thread + "&cid=" + m.Channel
	}
	return link
}
