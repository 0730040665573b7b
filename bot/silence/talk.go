package silence

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Talk is the conversation. Its fields are set before it is used and not changed afterwards.
type Talk struct {
	Book     *silences.Book
	Pager    *paging.Pager
	Services alarms.Services
	// PagesNobody reports whether incidents of that severity are quiet.
	PagesNobody func(severity string) bool
	People      map[string]chat.Person
	Owe         Owe
	Clock       *clocks.Clock
	Router      *chat.Router
}

// services are the names of all services.
func (t *Talk) services() (names []string) {
	for _, s := range t.Services.All {
		names = append(names, s.Name)
	}
	return names
}

// Words are what people say.
func (t *Talk) Words() []chat.Word {
	return []chat.Word{
		{Name: "silence", Also: []string{"mute"},
			Args: argument.List{argument.May("checkout-*", argument.Service, argument.Tag, argument.Alarm),
				argument.May("2h", argument.Span), argument.May("reason", argument.Text)},
			Verbatim: true, Change: t.Silence,
			Form: t.Open, Filled: t.Filled,
			Help: "Pages nobody for an alarm, a service or a tag.",
			More: "A service is written as `checkout`, a tag as `team=shop`. Without arguments, a form opens. " +
				"Only commanders silence for more than 24 hours."},
		{Name: "silences", Show: t.Silences,
			Help: "What is silenced, by whom, until when and why.",
			More: "Each has a button that ends it."},
		{Name: "unsilence", Also: []string{"unmute"},
			Args:     argument.List{argument.May("checkout-*", argument.Silence)},
			Verbatim: true, Change: t.Unsilence,
			Help: "Ends a silence or a maintenance. What still fires pages.",
			More: "It may be somebody else's."},
		{Name: "simulate",
			Args: argument.List{argument.Needs("service or alarm", argument.Service, argument.Alarm),
				argument.May("at fri 18:00", argument.Time)},
			Show: t.Simulate,
			Help: "Whom an incident would page, and when.",
			More: "Or by what it is silenced."},
	}
}

// Silences is /oncall silences.
func (t *Talk) Silences(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	err = t.Book.Incidents.Store.View(ctx, func(tx store.Tx) error {
		m = t.list(c, tx)
		return nil
	})
	return m, err
}

// Silence is /oncall silence. A service has to be one that there is. Alarms need not: one may be silenced before it has
// ever fired.
func (t *Talk) Silence(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) == 0 || len(c.Args) == 1 && c.Args[0].Text == "list" {
		return t.list(c, tx), nil
	}
	is, m, ok := t.read(c)
	if !ok {
		return m, nil
	}
	return t.make(c, tx, is)
}

// anybodys is the longest silence that needs no commander. One until it is clear ends by itself.
const anybodys = 24 * time.Hour

// make makes the silence that was meant. The id comes from the request, so that a request that comes twice makes one
// silence.
func (t *Talk) make(c *chat.Call, tx store.Tx, is meant) (blocks.Message, error) {
	if !is.clear && is.span.To.Sub(is.span.From) > anybodys {
		if m, refused := chat.Forbidden(t.Router, c, rights.Hush); refused {
			return m, nil
		}
	}
	made, err := t.Book.Make(tx, c.Now, silences.Silence{
		ID: typed.ChangeID(c.ID), Covers: is.covers, By: c.Person, Why: is.why, From: is.span.From, To: is.span.To,
		Clear: is.clear, End: silences.EndPage,
	})
	if err != nil {
		return refused(err)
	}
	return t.madeMessage(c, tx, made, is.span.Notes), nil
}

// refused is what people read about a silence that cannot be made. Other errors are passed on. The errors of package
// silences are sentences for people.
func refused(err error) (blocks.Message, error) {
	for _, known := range []error{
		silences.ErrNothing, silences.ErrEverything, silences.ErrTooLongPattern, silences.ErrBackwards, silences.ErrOver,
		silences.ErrTooLong, silences.ErrTooFar, silences.ErrTooMany, silences.ErrClear,
	} {
		if errors.Is(err, known) {
			return blocks.Sentence("Nothing was silenced: ", err.Error(), "."), nil
		}
	}
	if errors.Is(err, silences.ErrMade) {
		return blocks.Sentence("That was already done."), nil
	}
	return blocks.Message{}, err
}

// madeMessage says what was silenced, and how much that is.
func (t *Talk) madeMessage(c *chat.Call, tx store.Tx, made silences.Change, notes []string) blocks.Message {
	s := made.Silence
	lines := []blocks.Line{blocks.Say("🔇 Silenced: ", view.Silence(s))}
	lines = append(lines, t.reach(tx, s)...)
	if n := len(made.Incidents); n > 0 {
		lines = append(lines, blocks.Say("Nobody is paged any more for ",
			text.Count(n, "incident that is", "incidents that are"), " open: ", some(made.Incidents), "."))
	}
	lines = append(lines, blocks.Say("When it is over, what still fires pages. ", blocks.Code(c.Root+" unsilence"),
		" ends it."))
	for _, n := range notes {
		lines = append(lines, blocks.Say("⚠️ ", n, "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}, Rows: [][]blocks.Button{{endButton(s, "")}}}
}

// reach says how much a silence covers. It goes by the alarms that are known. Tags are known only when an alarm fires, so
// of a tag nothing can be said.
func (t *Talk) reach(tx store.Tx, s silences.Silence) []blocks.Line {
	r := t.Services.ReachOf(tx, s)
	var lines []blocks.Line
	if s.Covers[0].Tag == "" {
		l := blocks.Say("That covers ", r.Alarms, " of ", text.Count(r.Known, "alarm that is known", "alarms that are known"))
		if n := len(r.Services); n > 0 {
			l = blocks.Say(l, ", of ", text.Count(n, "service", "services"), " (", some(r.Services), ")")
		}
		lines = append(lines, blocks.Say(l, "."))
	}
	if r.Worst == incidents.Sev1 {
		lines = append(lines, blocks.Say("⚠️ Among them are incidents of sev1: these page nobody, either."))
	}
	return lines
}

// some are the first of some names.
func some(names []string) string {
	const shown = 10
	if more := len(names) - shown; more > 0 {
		return strings.Join(names[:shown], ", ") + text.Count(more, " and one more", " and more")
	}
	return strings.Join(names, ", ")
}

// endButton ends a silence. which tells several in one message apart.
func endButton(s silences.Silence, which string) blocks.Button {
	said := typed.Said("unsilence", s.ID)
	if which == "" {
		return said.Button("End it")
	}
	return said.Numbered("End "+text.Clip(s.What(), 40), which)
}
