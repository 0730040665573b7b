package news

import (
	"slices"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Subject names people to a reader: "ana and you". Without a reader it is for everybody.
func Subject(people []string, reader string) string {
	if len(people) == 0 {
		return "nobody"
	}
	return text.List(asRead(people, reader), "and")
}

func asRead(people []string, reader string) []string {
	out := slices.Clone(people)
	for i, p := range out {
		if p == reader {
			out[i] = "you"
		}
	}
	return out
}

// Verb is the verb behind people.
func Verb(people []string, reader string) string {
	if several(people, reader) {
		return " are "
	}
	return " is "
}

// several reports whether the verb behind people is in the plural, as it is behind "you".
func several(people []string, reader string) bool {
	return len(people) > 1 || len(people) == 1 && people[0] == reader
}

// HowCame says how an override came about. It begins with an article, to go behind "That is" and "It is".
func HowCame(o overrides.Override, reader string) string {
	by := Subject([]string{o.By}, reader)
	switch o.How {
	case overrides.HowMe:
		return "an override by " + by + ", who took over"
	case overrides.HowCover:
		return "a cover that " + by + " asked for and " + Subject([]string{o.Person}, reader) + " accepted"
	case overrides.HowSwap:
		return "a swap between " + Subject([]string{o.Person, o.For}, reader)
	}
	return "an override by " + by
}

// Voided says of an override that it does not count, and why.
func Voided(o rotations.Override) blocks.Line {
	return blocks.Say(blocks.Strong(o.Schedule), ": an override for ", blocks.Strong(o.Person), " from ", o.From,
		" until ", o.To, " is ignored: ", o.Void)
}

// BeforeThat is what stands behind the rest of an override that was taken back when it had begun.
func BeforeThat(o overrides.Override) string {
	if o.CancelledBy == "" || !o.From.Before(o.Ends()) {
		return ""
	}
	return "; before that it stays as it was"
}

// WasOnCall says who was on call in an override that is over: not always the one who was put there, as a later override counts
// more.
//
// It asks the book, since the override itself cannot tell.
func WasOnCall(tx store.Tx, book *overrides.Book, o overrides.Override, reader string) blocks.Line {
	people := book.During(tx, o.Schedule, o.From, o.Ends())
	was := " was "
	if several(people, reader) {
		was = " were "
	}
	return blocks.Say(blocks.Strong(Subject(people, reader)), was, "on call for ", blocks.Strong(o.Schedule))
}

// WhatFor says to a reader what is asked for.
func WhatFor(a overrides.Ask, reader string) blocks.Line {
	if a.How == overrides.HowSwap {
		by, other := Subject([]string{a.By}, reader), Subject([]string{a.Person}, reader)
		return blocks.Say("a swap of shifts of ", blocks.Strong(a.Schedule), ": ", other, takes(a.Person, reader),
			a.Span.Begin(), " until ", a.Span.End(), ", and ", by, takes(a.By, reader), a.Theirs.Begin(), " until ",
			a.Theirs.End())
	}
	return blocks.Say("a cover for ", blocks.Strong(a.Schedule), " from ", a.Span.Begin(), " until ", a.Span.End())
}

// takes is "take" with its person.
func takes(person, reader string) string {
	if person == reader {
		return " take "
	}
	return " takes "
}
