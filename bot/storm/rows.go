package storm

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/store"
)

const (
	prefix       = "storm/"
	nowKey       = prefix + "now"
	cardPrefix   = prefix + "card/"
	memberPrefix = prefix + "in/"
)

// Keys are all keys of storms, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

func memberKey(id string) string { return memberPrefix + store.Key(id) }

// A record is what is kept of a storm.
type record struct {
	slack.Ref           // of its card
	Began     time.Time `json:"began"`
	Since     time.Time `json:"since"`           // when the first of its incidents opened
	Over      time.Time `json:"over,omitzero"`   // zero while it lasts
	Drawn     string    `json:"drawn,omitempty"` // what the card says, as a sum
	All       int       `json:"all,omitempty"`   // how many incidents it told of last
	More      bool      `json:"more,omitempty"`  // others have joined while it was drawn
}

// lasts reports whether what opens joins the storm.
func (r *record) lasts() bool { return r != nil && r.Over.IsZero() }

// rest is how long the card waits for what else opens: the longer, the more incidents a look at it is one at.
func (r *record) rest() time.Duration {
	return min(settling+time.Duration(r.All)*time.Millisecond, pause)
}

func cardKey(n int) string { return cardPrefix + strconv.Itoa(n) }

// readCard reads a storm; nil if there is none of that number.
func readCard(tx store.Tx, n int) (*record, error) {
	val := tx.Get(cardKey(n))
	if val == nil {
		return nil, nil
	}
	var r record
	if err := json.Unmarshal(val, &r); err != nil {
		return nil, fmt.Errorf("card of storm %d: %w", n, err)
	}
	return &r, nil
}

func saveCard(tx store.Tx, n int, r record) error {
	val, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.Put(cardKey(n), val)
	return nil
}

// newest is the last storm that began. What cannot be read is none: another begins.
func newest(tx store.Tx) (n int, r *record) {
	n, err := strconv.Atoi(string(tx.Get(nowKey)))
	if err != nil {
		return 0, nil
	}
	r, _ = readCard(tx, n)
	return n, r
}

// stormOf is the storm that an incident belongs to.
func stormOf(tx store.Tx, id string) (n int, ok bool) {
	n, err := strconv.Atoi(string(tx.Get(memberKey(id))))
	return n, err == nil
}

// members lists the incidents of a storm.
func members(tx store.Tx, n int) (ids []string) {
	for k, val := range tx.Range(memberPrefix, store.After(memberPrefix)) {
		if string(val) == strconv.Itoa(n) {
			ids = append(ids, k[len(memberPrefix):])
		}
	}
	return ids
}
