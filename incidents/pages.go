package incidents

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/text"
)

// pageKinds are of reaching people.
func pageKinds() []Kind {
	return []Kind{kindOf[Paged](), kindOf[Delivered](), kindOf[Undelivered](), kindOf[Withheld](), kindOf[Delayed]()}
}

// Paged is the decision to page one person. The page itself is then enqueued.
type Paged struct {
	Key      string   `json:"key"` // the page's name, in the outbox and in Slack
	Person   string   `json:"person"`
	Via      string   `json:"via"` // the channel
	Position Position `json:"position"`
	// After is how long after the decision the page is due, unless the person is to be reached at once: the
	// channels before it come first.
	After time.Duration `json:"after,omitempty"`
	// Why tells the person why it is them.
	Why string `json:"why"`
	// Reminder is set on a page to somebody who had acknowledged.
	Reminder bool `json:"reminder,omitempty"`
	// ByHand is set on a page that a person asked for, beside the run. An older version takes it for one of the last step.
	ByHand bool `json:"by_hand,omitempty"`
	// Fallback says why the page went to the policy's fallback; empty if it did not, and
	// in pages that older versions recorded.
	Fallback string `json:"fallback,omitempty"`
	// Then is the key of the outbox entry that decides the step after this one.
	Then string `json:"then,omitempty"`
	// ThenAfter is how long after the decision that is due; 0 if it is said elsewhere.
	ThenAfter time.Duration `json:"then_after,omitempty"`
	// Acks is how many different people have to acknowledge, if that is more than one.
	Acks int `json:"acks,omitempty"`
}

func (Paged) kind() string { return "paged" }

func (b Paged) apply(i *Incident, e Event) error {
	maps.DeleteFunc(i.Pages, func(_ string, p PageState) bool { return p.Person == b.Person && p.Via == b.Via })
	if i.Pages == nil {
		i.Pages = map[string]PageState{}
	}
	page := PageState{Person: b.Person, Via: b.Via, At: e.At}
	if b.After > 0 {
		page.Due = e.At.Add(b.After)
	}
	i.Pages[b.Key] = page
	i.Response.Acks = i.Response.Acks.Needing(b.Acks)
	if !b.Reminder && !b.ByHand {
		switch {
		case b.ThenAfter > 0:
			i.ThenDue = e.At.Add(b.ThenAfter)
		case b.Then != i.Then:
			i.ThenDue = time.Time{}
		}
		i.Step, i.Then, i.Held = b.Position, b.Then, nil
	}
	return nil
}

func (b Paged) words(Event) Words {
	verb := "paged "
	if b.Reminder {
		verb = "reminded "
	}
	say := Sentence{plain(verb), someone(b.Person), plain(" through "), term(ChannelName(b.Via))}
	shown := OnTimeline | InPostmortem
	if b.After > 0 {
		say, shown = append(say, plain(" after "+text.Lasting(b.After))), InPostmortem // until it goes out, it is but a plan
	}
	return Words{Say: append(say, because(b.Why)...), Shown: shown, Source: SourcePage}
}

// ViaSlack is the channel that everybody has. Others are named by those who reach people through them.
const ViaSlack = "slack"

// ChannelName is how people know a way to reach somebody.
func ChannelName(via string) string { return wording.ChannelName(via) }

// Why a page went to the fallback of its policy.
const (
	// FallbackNobody: the step found nobody. Position is that of the step.
	FallbackNobody = "nobody on call"
	// FallbackAfter: the last round was over. Position is no step of the policy then.
	FallbackAfter = "after the last round"
)

// Delivered says that the channel took the page.
type Delivered struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Via    string `json:"via"`
	// Channel and Message name the message that was sent, as far as Via has names.
	Channel string `json:"channel,omitempty"`
	Message string `json:"message,omitempty"`
	Link    string `json:"link,omitempty"`
	// Adopted says that an earlier attempt, whose outcome was unknown, had sent it.
	Adopted bool `json:"adopted,omitempty"`
	// Joint names the joint message that told this page, and With is of how many others.
	Joint string `json:"joint,omitempty"`
	With  int    `json:"with,omitempty"`
}

func (Delivered) kind() string { return "delivered" }

func (b Delivered) apply(i *Incident, e Event) error {
	i.settlePage(b.Key, func(p *PageState) { p.Delivered, p.Failed = e.At, false })
	return nil
}

func (b Delivered) words(Event) Words {
	say := append(Sentence{plain("delivered the page to "), someone(b.Person)}, wording.Beside(b.Via)...)
	if b.Adopted {
		say = Sentence{plain("found the page to "), someone(b.Person), plain(": an earlier attempt had delivered it")}
	}
	if b.With > 0 {
		say = append(say, plain(", in one message with "+text.Count(b.With, "other", "others")))
	}
	return Words{Say: say, Shown: OnTimeline | InPostmortem, Source: SourcePage, Link: b.Link}
}

// Undelivered says that the page cannot be delivered this way, or was not for so long that another begins.
type Undelivered struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Via    string `json:"via"`
	Error  string `json:"error"`
}

func (Undelivered) kind() string { return "undelivered" }

func (b Undelivered) apply(i *Incident, _ Event) error {
	i.settlePage(b.Key, func(p *PageState) { p.Failed = true })
	return nil
}

func (b Undelivered) words(Event) Words {
	say := append(Sentence{plain("could not deliver the page to "), someone(b.Person)}, wording.Beside(b.Via)...)
	return Words{Say: append(say, because(b.Error)...), Shown: OnCard | OnTimeline | InPostmortem, Source: SourcePage}
}

// Withheld says that a page was not sent, since it had become pointless.
type Withheld struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Why    string `json:"why"`
}

func (Withheld) kind() string { return "withheld" }

func (Withheld) apply(*Incident, Event) error { return nil }

func (b Withheld) words(Event) Words {
	say := Sentence{plain("withheld the page to "), someone(b.Person)}
	return Words{Say: append(say, because(b.Why)...), Shown: OnTimeline | InPostmortem, Source: SourcePage}
}

// Delayed says that a channel was away, and pages therefore late.
type Delayed struct {
	Via   string    `json:"via"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Barred says that it was there and did not accept us.
	Barred bool `json:"barred,omitempty"`
}

func (Delayed) kind() string { return "delayed" }

func (Delayed) apply(*Incident, Event) error { return nil }

func (b Delayed) words(Event) Words {
	did := " did not answer from "
	if b.Barred {
		did = " did not accept Oncalm's token from "
	}
	say := Sentence{term(ChannelName(b.Via)), plain(did), {Form: Moment, At: b.Since}, plain(" until "),
		{Form: Moment, At: b.Until}, plain(", so pages were late")}
	return Words{Say: say, Shown: OnCard | OnTimeline | InPostmortem, Source: SourcePage}
}

func (i *Incident) settlePage(key string, set func(*PageState)) {
	if p, ok := i.Pages[key]; ok {
		set(&p)
		i.Pages[key] = p
	}
}

// DueAt is when the page goes out.
func (p PageState) DueAt() time.Time {
	if p.Due.IsZero() {
		return p.At
	}
	return p.Due
}

// PagesTo are the newest pages to a person in this run, in the order in which they are due: one by each channel.
func (i *Incident) PagesTo(person string) []PageState {
	var all []PageState
	for _, p := range i.Pages {
		if p.Person == person {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b PageState) int {
		return cmp.Or(a.At.Compare(b.At), a.Due.Compare(b.Due), cmp.Compare(a.Via, b.Via))
	})
	return all
}
