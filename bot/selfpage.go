package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/paging"
)

// selfEvent marks a self-page in its metadata.
const selfEvent = "oncalm_self"

// A SelfPage is what Oncalm has to say about itself.
type SelfPage struct {
	Key   string    // names it: an attempt after one that may have got through looks for it first
	Since time.Time // when it was decided, before which it cannot have been sent
	Title string
	Text  string
}

// SelfPage tells a person, or the channel of the incidents if person is "". Nothing of it is written down, before or
// after: it is for when nothing can be. Errors are those of a page (see [paging.Channel]).
func (b *Bot) SelfPage(ctx context.Context, person string, p SelfPage) error {
	to := b.o.Channel
	if person != "" {
		to = b.o.People[person].Slack
	}
	if to == "" {
		return &paging.Undeliverable{Err: fmt.Errorf("there is no Slack id for %q", person)}
	}
	m := blocks.Message{Title: p.Title, Body: []blocks.Paragraph{blocks.Para(blocks.Say(p.Text))}}
	_, _, err := b.out.Put(ctx, slack.Post{
		To: to, Direct: person != "", Tag: slack.Tag{Event: selfEvent, Key: p.Key}, Name: p.Key + "/" + person,
		Drawn: blocks.Draw(m), Since: p.Since,
	})
	return pages.Failure(err)
}
