package rollback

import (
	"errors"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// freezing are the words that hold pipelines and let them go.
func (r *Room) freezing() []chat.Word {
	return []chat.Word{
		{Name: "freeze", Args: argument.List{argument.May("id", argument.Incident)}, Change: r.freeze,
			Help: "Freezes the pipelines of the service while the incident is open.",
			More: "Nothing new gets into the stages that are its [targets](rollbacks.md#freezing) of kind `codepipeline`. " +
				"What somebody else has stopped is left to them."},
		{Name: "unfreeze", Also: []string{"thaw"}, Args: argument.List{argument.May("id", argument.Incident)}, Change: r.thaw,
			Help: "Thaws them before the incident has ended."},
	}
}

// freeze has pipelines held.
func (r *Room) freeze(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, m := r.frozen(c, tx)
	if i == nil {
		return m, nil
	}
	i, err := r.o.Freezes.Freeze(tx, c.Now, c.Person, i.ID)
	if err != nil {
		return r.unfrozen(i, err)
	}
	c.Acted = true
	return blocks.Sentence("You asked to freeze the pipelines of ", blocks.Strong(i.Service), " while ",
		blocks.Strong(i.ID), " (", text.Line(i.Title), ") is open; its card says what is frozen. ",
		blocks.Code(r.o.Root+" unfreeze "+i.ID), " thaws them before it has ended."), nil
}

// thaw has them let go.
func (r *Room) thaw(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, m := r.frozen(c, tx)
	if i == nil {
		return m, nil
	}
	i, err := r.o.Freezes.Thaw(tx, c.Now, c.Person, i.ID)
	if err != nil {
		return r.unfrozen(i, err)
	}
	c.Acted = true
	return blocks.Sentence("You asked to thaw the pipelines of ", blocks.Strong(i.Service), ", which were frozen for ",
		blocks.Strong(i.ID), " (", text.Line(i.Title), "). What another incident or somebody else holds stays as it is."), nil
}

// frozen is the incident that is meant; nil if it is not clear, or if nothing can be frozen.
func (r *Room) frozen(c *chat.Call, tx store.Tx) (*incidents.Incident, blocks.Message) {
	i, said, m := r.Hand.Pick(c, tx)
	switch {
	case i == nil:
		return nil, m
	case said != "":
		return nil, blocks.Sentence("I do not understand “", text.Clip(text.Line(said), 40), "”; nothing was done. Write ",
			blocks.Code(c.Root+" "+c.Word+" "+i.ID), ".")
	case r.o.Freezes == nil:
		return nil, nothing(i)
	}
	return i, m
}

// nothing says that a service has nothing to freeze.
func nothing(i *incidents.Incident) blocks.Message {
	return blocks.Sentence("Nothing of ", blocks.Strong(i.Service), " can be frozen: its service has no target of kind ",
		blocks.Code("codepipeline"), " under ", blocks.Code("rollback"), " in the configuration.")
}

// unfrozen says why something was not done. What is in no table is our fault, or that of the incident.
func (r *Room) unfrozen(i *incidents.Incident, err error) (blocks.Message, error) {
	switch {
	case errors.Is(err, freeze.ErrNothing):
		return nothing(i), nil
	case errors.Is(err, freeze.ErrRights):
		return blocks.Sentence("You may not do that; nothing was done."), nil
	case errors.Is(err, freeze.ErrAlready):
		return blocks.Sentence("The pipelines of ", blocks.Strong(i.Service), " are frozen for ", blocks.Strong(i.ID),
			" already, or about to be; its timeline says which. ", blocks.Code(r.o.Root+" unfreeze "+i.ID), " thaws them."), nil
	case errors.Is(err, freeze.ErrThawed):
		return blocks.Sentence("Nothing is frozen for ", blocks.Strong(i.ID), " (", text.Line(i.Title), "). ",
			blocks.Code(r.o.Root+" freeze "+i.ID), " freezes the pipelines of its service."), nil
	}
	return blocks.Message{}, err
}
