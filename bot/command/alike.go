package command

import (
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// alike is how many incidents of before are named.
const alike = 3

// before names the incidents of before that are most like one, as its document does; nil if none is known. It compares words, which
// takes a moment, so pages and cards leave it out.
func before(tx store.Tx, i *incidents.Incident) []blocks.Paragraph {
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return nil // fsck names it; the rest is told
	}
	list, _ := evidence.Read(*i, timeline).Related(postmortems.Before(tx, i, timeline))
	if len(list) == 0 {
		return nil
	}
	var lines []blocks.Line
	for _, r := range list[:min(len(list), alike)] {
		l := blocks.Say(blocks.Strong(r.ID), " · ", text.Clip(text.Line(r.Title), 100), " · ", r.Opened, " · ",
			text.Line(r.Why))
		if r.Helped != "" {
			l = blocks.Say(l, " · helped: ", text.Clip(text.Line(r.Helped), 150))
		}
		lines = append(lines, l)
	}
	return []blocks.Paragraph{blocks.Para(blocks.Say(blocks.Strong("Like it before"))), blocks.Bullets(lines...)}
}
