package lists

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Lists makes lists of incidents. It keeps nothing between two pages: each is read anew, so that a page shows what is so
// when it is turned.
type Lists struct {
	Store    store.Store
	Services []string // the names of all services
}

const (
	// perPage is how many incidents stand on a page.
	perPage = 15
	// most is how many incidents a list has; of more, the newest. It bounds the memory of one reply; the newest are read
	// first.
	most = 5000
	// recent is how many of the last ones are shown if nothing is open and nothing else was asked for.
	recent = 5
)

// Word is the word list.
func (l Lists) Word() chat.Word {
	return chat.Word{
		Name: "list",
		Args: argument.List{argument.May("open, all or mine", argument.Fixed), argument.May("sev1", argument.Severity),
			argument.May("service", argument.Service), argument.May("7d", argument.Span)},
		Show: l.show, Untargeted: true,
		Help: "What is open, worst first, then the oldest.",
		More: "`all` has what is resolved, too, of the last 30 days unless a number of days is given; `mine` is what you " +
			"acknowledged or were paged for. If nothing is open, `list` alone shows the last incidents.",
	}
}

// show lists.
func (l Lists) show(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	f, wrong := l.parse(c.Args)
	if wrong != "" {
		return l.unknown(c, wrong), nil
	}
	rows, full, err := l.rows(ctx, c, f)
	if err != nil {
		return blocks.Message{}, err
	}
	slices.SortFunc(rows, worstFirst)
	pages := max(1, (len(rows)+perPage-1)/perPage)
	// a button of before may name a page that is not there any more
	f.page = min(f.page, pages)
	from := (f.page - 1) * perPage
	shown, err := l.heads(ctx, rows[from:min(from+perPage, len(rows))])
	if err != nil {
		return blocks.Message{}, err
	}
	if len(rows) == 0 {
		return l.none(ctx, c, f)
	}
	m := blocks.Message{Body: []blocks.Paragraph{
		blocks.Para(f.heading(len(rows), from, len(shown), full)), bullets(shown),
		blocks.Para(blocks.Say("More about one: ", blocks.Code(c.Root+" info "+rows[from].ID))),
	}}
	var row []blocks.Button
	turn := func(label, which string, page int) {
		row = append(row, chat.Said{Room: view.Room, Word: "list", Rest: f.says(page)}.Numbered(label, which))
	}
	if f.page > 1 {
		turn("Back", "back", f.page-1)
	}
	if f.page < pages {
		turn("Show more", "more", f.page+1)
	}
	if len(row) > 0 {
		m.Rows = [][]blocks.Button{row}
	}
	return m, nil
}

// worstFirst compares rows by their severity, and then by their age; what is open stands before what is resolved.
func worstFirst(a, b history.Row) int {
	over := func(r history.Row) int {
		if r.Status == incidents.StatusResolved {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(over(a), over(b)), cmp.Compare(a.Severity, b.Severity), a.Opened.Compare(b.Opened),
		// ids are numbers without zeros in front: the shorter is the smaller
		cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
}

// rows are the incidents that are wanted, and whether there are more than are listed.
func (l Lists) rows(ctx context.Context, c *chat.Call, f filter) (rows []history.Row, full bool, err error) {
	errFull := errors.New("full")
	err = history.List(ctx, l.Store, f.query(c.Now), func(part []history.Row) error {
		for _, r := range part {
			if !f.wants(&r) {
				continue
			}
			if len(rows) == most {
				return errFull
			}
			rows = append(rows, r)
		}
		return nil
	})
	if full = errors.Is(err, errFull); full {
		err = nil
	}
	if err == nil && f.set == setMine {
		rows, err = l.mine(ctx, c.Person, rows)
	}
	return rows, full, err
}

// mine are those of somebody: who acknowledged them, or was paged for them. It reads the head of each row, since rows do
// not tell who was paged. A page of a run before does not make it theirs.
func (l Lists) mine(ctx context.Context, person string, rows []history.Row) (theirs []history.Row, err error) {
	err = l.Store.View(ctx, func(tx store.Tx) error {
		theirs = nil
		for _, r := range rows {
			i, err := incidents.Head(tx, r.ID)
			if errors.Is(err, incidents.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			paged := slices.ContainsFunc(slices.Collect(pagesOf(i)), func(who string) bool { return who == person })
			if paged || i.AcknowledgedBy == incidents.Person(person) {
				theirs = append(theirs, r)
			}
		}
		return nil
	})
	return theirs, err
}

// pagesOf are the people who were paged in the run that an incident is in.
func pagesOf(i *incidents.Incident) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, p := range i.Pages {
			if !yield(p.Person) {
				return
			}
		}
	}
}

// heads are the incidents of rows, as they stand.
func (l Lists) heads(ctx context.Context, rows []history.Row) (all []incidents.Incident, err error) {
	err = l.Store.View(ctx, func(tx store.Tx) error {
		all = nil
		for _, r := range rows {
			i, err := incidents.Head(tx, r.ID)
			if errors.Is(err, incidents.ErrNotFound) { // it is kept no more
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, *i)
		}
		return nil
	})
	return all, err
}

// heading says what is listed.
func (f filter) heading(all, from, shown int, full bool) blocks.Line {
	var l blocks.Line
	switch {
	case f.set == setAll:
		l = blocks.Say(text.Count(all, "incident", "incidents"))
	case all == 1:
		l = blocks.Say("One incident is open")
	default:
		l = blocks.Say(all, " incidents are open")
	}
	if by := f.by(); by != "" {
		l = blocks.Say(l, " (", by, ")")
	}
	if all > shown {
		l = blocks.Say(l, "; ", from+1, " to ", from+shown, ", worst first")
	}
	if full {
		l = blocks.Say(l, "; there are older ones, which are not counted")
	}
	return blocks.Say(l, ":")
}

// by is what it is listed by, besides whether it is open.
func (f filter) by() string {
	if f.set != setMine {
		f.set = ""
	}
	return strings.TrimSpace(text.Line(f.says(1)))
}

// none says that nothing is listed. Whoever asked for nothing in particular sees the last ones. Other filters are named, so
// that whoever has mistyped one sees it.
func (l Lists) none(ctx context.Context, c *chat.Call, f filter) (m blocks.Message, err error) {
	var last []incidents.Incident
	if f.says(1) == setOpen {
		err = l.Store.View(ctx, func(tx store.Tx) (err error) {
			last, err = history.Newest(tx, recent)
			return err
		})
	}
	switch {
	case err != nil:
		return m, err
	case f.says(1) != setOpen:
		return blocks.Sentence("There is nothing to list (", text.Line(f.says(1)), "). ", blocks.Code(c.Root+" list all"),
			" has what is resolved, too."), nil
	case len(last) == 0:
		return blocks.Sentence("Nothing is open, and there has been no incident yet."), nil
	}
	m = blocks.Sentence("Nothing is open. The last ones:")
	m.Body = append(m.Body, bullets(last))
	return m, nil
}

func bullets(all []incidents.Incident) blocks.Paragraph {
	var lines []blocks.Line
	for n := range all {
		lines = append(lines, Line(&all[n]))
	}
	return blocks.Bullets(lines...)
}
