package respond

import (
	"strings"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// severity is /incident severity: a raise pages anew, a lowering pages nobody.
//
// The policy begins anew even if somebody has acknowledged: what they took on was milder. A lowering to a severity that
// pages nobody makes the incident quiet, as one that opens with it is.
func (room *Room) severity(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	word, reason := firstWord(said)
	if number, rest := firstWord(reason); strings.EqualFold(word, "sev") && len(number) == 1 { // as it is spoken: sev 2
		word, reason = word+number, rest
	}
	_, sev, ok := room.names().Find(word, argument.Severity)
	switch {
	case !ok && word != "":
		return room.names().None(word, "nothing changed", argument.Severity), nil
	case !ok:
		return how(c, i, "How bad is it? sev1, sev2, sev3 or sev4.", "sev1 all customers are hit"), nil
	case sev == i.Severity:
		return did(blocks.Strong(i.ID), " is ", sev, " already; nothing changed."), nil
	}
	reason, cut := kept(reason, maxReason)
	body := incidents.Rated{Severity: sev, Reason: reason, Again: i.Open() && members.Worse(sev, i.Severity)}
	if !body.Again && i.Open() && !i.Quiet && room.o.PagesNobody != nil && room.o.PagesNobody(sev) {
		body.Quiet = sev + " pages nobody"
	}
	after, err := room.Hand.Append(c, tx, i.ID, body)
	if err != nil {
		return blocks.Message{}, err
	}
	said = "Nobody is paged for that."
	switch {
	case body.Again:
		said = "It pages anew, from the first step of its policy on."
	case body.Quiet != "":
		said = "Nobody is paged for it any more."
	}
	return did(named(after), " is ", blocks.Strong(sev), " now; it was ", i.Severity, ". ", said, cut), nil
}

// rename is /incident rename.
func (room *Room) rename(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	title, cut := kept(text.Line(said), maxTitle)
	if title == "" {
		return how(c, i, "Which title?", "Checkout fails for everybody"), nil
	}
	if _, err := room.Hand.Append(c, tx, i.ID, incidents.Renamed{Title: title}); err != nil {
		return blocks.Message{}, err
	}
	return did(blocks.Strong(i.ID), " is called “", title, "” now; it was “", text.Line(i.Title), "”.", cut), nil
}
