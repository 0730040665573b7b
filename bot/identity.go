package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

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

// recall takes up who we were before the start. The configuration overrules it.
func (b *Bot) recall(ctx context.Context) {
	var k knownIdentity
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		if val := tx.Get(identityKey); val == nil || json.Unmarshal(val, &k) != nil {
			k = knownIdentity{} // Slack tells it anew
		}
		return nil
	})
	if err != nil || !k.Known() || k.Token != digestOf(b.o.Token) || b.watch.Identity().User != "" {
		return
	}
	b.watch.Met(b.configured(k.Identity))
}

// keep stores who we are, if that has changed. A store in trouble only means that it is asked again at the next start.
func (b *Bot) keep(ctx context.Context, id slack.Identity) {
	val, err := json.Marshal(knownIdentity{digestOf(b.o.Token), id})
	if err != nil {
		return // unreachable: it is all text
	}
	same := false
	err = b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		same = string(tx.Get(identityKey)) == string(val)
		return nil
	})
	if same || err != nil {
		return
	}
	err = b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put(identityKey, val)
		return nil
	})
	if err != nil {
		b.log.Info("who we are to Slack could not be stored for the next start", "err", err)
	}
}

// configured is an identity with what the configuration says of it.
func (b *Bot) configured(id slack.Identity) slack.Identity {
	if b.o.Team != "" {
		id.Team = b.o.Team
	}
	if b.o.App != "" {
		id.App = b.o.App
	}
	return id
}
