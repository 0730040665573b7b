package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/store"
)

// identityKey holds who we were to Slack when it told last, so that somebody who acknowledges is heard after a restart also
// while Slack does not answer.
const identityKey = "bot/identity"

// knownIdentity is what is stored. It counts for the token that it was told for, which is not stored itself.
type knownIdentity struct {
	Token string `json:"token"` // a digest
	slack.Identity
}

func digestOf(token string) string {
	sum := sha256.Sum256([]byte("oncalm identity\x00" + token))
	return hex.EncodeToString(sum[:16])
}

const (
	// confirmEvery is how often we ask Slack whether it still accepts our token.
	confirmEvery = 5 * time.Minute
	// retryEvery is how often we ask while something is wrong.
	retryEvery = 30 * time.Second
	// identifyEvery is how often we ask while our identity is not known: until then no request is carried out.
	identifyEvery = 3 * time.Second
)

// An identifier asks Slack who the bot is, and stores it for the next start.
type identifier struct {
	o            Options
	log          *slog.Logger
	out          *slack.Sender
	watch        *slack.Watch
	checkChannel func(context.Context) // of the channel
}

// run asks who we are, and again from time to time, until ctx ends.
func (g *identifier) run(ctx context.Context) {
	g.recall(ctx)
	for sleep(ctx, g.check(ctx)) {
	}
}

// check asks Slack who we are and returns when to ask again.
func (g *identifier) check(ctx context.Context) time.Duration {
	id, err := g.out.Identify(ctx)
	if err != nil && !g.watch.Identity().Known() {
		return identifyEvery
	}
	if err != nil {
		return retryEvery
	}
	if g.o.Team != "" && id.Team != "" && g.o.Team != id.Team {
		g.watch.Problem(fmt.Sprintf("the bot's token belongs to workspace %s, but slack.team says %s; correct one of them",
			id.Team, g.o.Team), true)
	}
	g.watch.SetIdentity(g.configured(id))
	g.keep(ctx, id)
	g.checkChannel(ctx)
	return confirmEvery
}

// recall takes up who we were before the start. The configuration overrules it.
func (g *identifier) recall(ctx context.Context) {
	var k knownIdentity
	err := g.o.Book.Store.View(ctx, func(tx store.Tx) error {
		if val := tx.Get(identityKey); val == nil || json.Unmarshal(val, &k) != nil {
			k = knownIdentity{} // Slack tells it again
		}
		return nil
	})
	if err != nil || !k.Known() || k.Token != digestOf(g.o.Token) || g.watch.Identity().User != "" {
		return
	}
	g.watch.SetIdentity(g.configured(k.Identity))
}

// keep stores who we are, if that has changed. A store in trouble only means that it is asked again at the next start.
func (g *identifier) keep(ctx context.Context, id slack.Identity) {
	val, err := json.Marshal(knownIdentity{digestOf(g.o.Token), id})
	if err != nil {
		return // unreachable: it is all text
	}
	same := false
	err = g.o.Book.Store.View(ctx, func(tx store.Tx) error {
		same = string(tx.Get(identityKey)) == string(val)
		return nil
	})
	if same || err != nil {
		return
	}
	err = g.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put(identityKey, val)
		return nil
	})
	if err != nil {
		g.log.Info("could not store the bot's Slack identity for the next start", "err", err)
	}
}

// configured is an identity with what the configuration says of it.
func (g *identifier) configured(id slack.Identity) slack.Identity {
	if g.o.Team != "" {
		id.Team = g.o.Team
	}
	if g.o.App != "" {
		id.App = g.o.App
	}
	return id
}
