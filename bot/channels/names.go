package channels

import (
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

const (
	// maxName is the longest name of a channel, and maxSlug what is taken of a title for it, in characters.
	maxName = 80
	maxSlug = 40
	// maxTopic is the longest topic, in characters.
	maxTopic = 250
)

// nameOf is the name of the channel of an incident. Of several the later ones have a number. Slack keeps the name of an
// archived channel, so a second channel of one incident needs another.
func nameOf(form string, i *incidents.Incident, n int) string {
	title := slug(i.Title)
	if title == "" {
		title = slug(i.Service)
	}
	name := strings.NewReplacer("{id}", i.ID, "{slug}", title, "{service}", slug(i.Service), "{severity}", slug(i.Severity)).
		Replace(form)
	tail := ""
	if n > 0 {
		tail = "-" + strconv.Itoa(n+1)
	}
	name = tidy(name)
	return strings.TrimRight(name[:min(len(name), maxName-len(tail))], "-_") + tail
}

// slug is what of a text can stand in a name: what else there is becomes a dash.
func slug(s string) string {
	s = tidy(s)
	return strings.Trim(s[:min(len(s), maxSlug)], "-_")
}

// tidy makes of a text what Slack takes in a name, in ASCII. Slack takes some other letters as well, but not the same in
// all places where names are typed.
func tidy(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
			dash = false
		case !dash && b.Len() > 0:
			b.WriteByte('-')
			dash = true
		}
	}
	return strings.Trim(b.String(), "-")
}

// topicOf is the topic of the channel of an incident: how it stands. Slack reads it as markup, so it is escaped.
func topicOf(i *incidents.Incident) string {
	stands := view.Standing(i).Plain(nil)
	if stage := i.Response.Stage; stage != "" && i.Open() {
		stands += " · " + stage
	}
	if lead := i.Response.Lead; lead != "" && i.Open() {
		stands = "lead " + text.Clip(lead, 40) + " · " + stands
	}
	// escaping makes texts longer, by an amount that only the result shows
	for room := maxTopic / 2; ; room /= 2 {
		said := text.Slack(view.Sign(i.Severity) + " " + i.Severity + " · " + text.Clip(text.Line(i.Title), room) + " · " +
			text.Clip(text.Line(stands), min(room, maxTopic/3)) + " · incident " + i.ID)
		if text.Units(said) <= maxTopic || room == 0 {
			return said
		}
	}
}
