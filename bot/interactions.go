package bot

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/store"
)

// interactive is what we read of an interaction.
type interactive struct {
	Type string `json:"type"`
	Team struct {
		ID   string `json:"id"`
		Grid string `json:"enterprise_id"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	App  string `json:"api_app_id"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Trigger     string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Container   struct {
		MessageTS string `json:"message_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View submitted `json:"view"`
}

// interaction is POST /slack/interactions: always 200, without a body. Whoever pressed is answered later, or by the message
// itself.
func (b *Bot) interaction(w http.ResponseWriter, r *http.Request) {
	var in interactive
	if err := payloadForm(readBody(r), &in); err != nil {
		http.Error(w, errForm.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := hurried(r)
	defer cancel()
	if in.Type == "view_submission" {
		b.submission(ctx, w, &in, in.id(r))
		return
	}
	if in.Type != "block_actions" || len(in.Actions) == 0 {
		return // forms and shortcuts that we do not offer
	}
	c := &call{id: in.id(r), now: b.o.Clock.Now(), root: b.o.Roots.Incident, private: in.Container.Ephemeral}
	if b.out.Ours(in.ResponseURL) {
		c.url = in.ResponseURL
	} else if in.ResponseURL != "" {
		b.log.Warn("an interaction wants its answer at an address that is not Slack's; it gets none")
	}
	said, _, _ := strings.Cut(in.Actions[0].ID, "/")
	if said == "open" {
		return // a link: the browser has opened it already
	}
	m, admitted := b.admit(ctx, c, in.origin(), in.User.ID)
	if !admitted {
		if c.url != "" { // nothing is written down for strangers, nor while it is not known who is one
			b.answerLoosely(c.url, encode(m, time.UTC, false), uses)
		}
		return
	}
	if said == acceptAction {
		c.root, c.word = b.o.Roots.OnCall, said
		b.carryOut(ctx, c, b.accepting(in.Actions[0].Value))
		return
	}
	if verb, ok := strings.CutPrefix(said, oncallAction); ok {
		c.root, c.word = b.o.Roots.OnCall, verb
		b.learnZone(ctx, c)
		b.carryOut(ctx, c, b.pressedOnCall(c, verb, in.Actions[0].Value))
		return
	}
	word, known := find(b.incidentWords(), said)
	at, text, readable := parseTarget(in.Actions[0].Value)
	if !known || !readable {
		b.carryOut(ctx, c, b.telling(blocks.Sentence("I do not know that button any more; nothing was changed. ", blocks.Code(c.root+" help"), " lists what I know.")))
		return
	}
	c.word, c.rest, c.pressed = word.name, text, &at
	b.carryOut(ctx, c, word)
}

// telling is a word that only says something to whoever pressed a button.
func (b *Bot) telling(m blocks.Message) word {
	return word{change: func(*call, store.Tx) (blocks.Message, error) { return m, nil }}
}

// origin is where the interaction comes from. Its team is null where it belongs to a whole organisation, which Slack names
// beside the team or in it.
func (in *interactive) origin() slack.Origin {
	return slack.Origin{Team: cmp.Or(in.Team.ID, in.User.Team), Enterprise: cmp.Or(in.Enterprise.ID, in.Team.Grid), App: in.App}
}

// id names the interaction, the same each time that it arrives.
func (in *interactive) id(r *http.Request) string {
	switch {
	case in.Trigger != "":
		return "slack:" + in.Trigger
	case len(in.Actions) > 0 && in.Actions[0].TS != "":
		return "slack:" + in.Container.MessageTS + "/" + in.Actions[0].TS + "/" + in.User.ID
	}
	return "slack:" + digest(r)
}
