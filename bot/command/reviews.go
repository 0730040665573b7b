package command

import (
	"context"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// reviews is what of a Room moves postmortems on. It is a type of its own, as back is.
type reviews struct{ *Room }

// move carries out what was typed. Whoever may look may not do that.
func (room reviews) move(ctx context.Context, c, rest *chat.Call, to string) (blocks.Message, error) {
	if m, refused := chat.Forbidden(room.Router, c, rights.Respond); refused {
		return m, nil
	}
	return room.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		i, m, err := room.pickAny(rest, tx)
		if i == nil {
			return m, err
		}
		return review.Move(room.o.Book, tx, c, i, to)
	}), nil
}

// press is the button.
func (room reviews) press(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	to, ok := review.Stage(c.Rest)
	if !ok || c.Target == nil {
		return chat.NoButton(c.Root), nil
	}
	i, m := room.incident(c, tx, c.Target.ID, incidents.OpenIDs(tx, maxListed))
	if i == nil {
		return m, nil
	}
	return review.Move(room.o.Book, tx, c, i, to)
}
