package storm

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

const (
	prefix       = "storm/"
	nowKey       = prefix + "now"
	cardPrefix   = prefix + "card/"
	memberPrefix = prefix + "in/"
	none         = 0 // in a row: the incident belongs to no storm
)

// Keys are all keys of storms, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

// memberKey is where the storm of an incident is kept, if it does not follow from its number.
func memberKey(id string) string { return memberPrefix + store.Key(id) }

// A state is what is kept of a storm.
type state struct {
	slack.Ref           // of its card
	Began     time.Time `json:"began"`
	Since     time.Time `json:"since"`           // when the first of its incidents opened
	Over      time.Time `json:"over,omitzero"`   // zero while it lasts
	Drawn     string    `json:"drawn,omitempty"` // what the card says, as a sum
	All       int       `json:"all,omitempty"`   // how many incidents it told of last
	More      bool      `json:"more,omitempty"`  // others have joined while it was drawn
	// From and To are the numbers of the incidents that opened while it lasted, To being 0 until it is over. They belong to it
	// without a row of their own. Both are 0 if a version before began it.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
}

func (r *state) fields(o *record.Object) {
	o.Text("channel", &r.Channel)
	o.Text("ts", &r.TS)
	o.Time("began", &r.Began)
	o.Time("since", &r.Since)
	o.OptTime("over", &r.Over)
	o.OptText("drawn", &r.Drawn)
	o.OptInt("all", &r.All)
	o.OptTrue("more", &r.More)
	o.OptInt("from", &r.From)
	o.OptInt("to", &r.To)
}

// spans reports whether the storm lasted when the incident of that number opened.
func (r *state) spans(number int) bool {
	return r != nil && r.From > 0 && number >= r.From && (r.To == 0 || number <= r.To)
}

// lasts reports whether what opens joins the storm.
func (r *state) lasts() bool { return r != nil && r.Over.IsZero() }

// rest is how long the card waits for what else opens: the longer, the more incidents a look at it is one at.
func (r *state) rest() time.Duration {
	return min(settling+time.Duration(r.All)*time.Millisecond, pause)
}

func cardKey(n int) string { return cardPrefix + strconv.Itoa(n) }

// readCard reads a storm; nil if there is none of that number.
func readCard(tx store.Tx, n int) (*state, error) {
	val := tx.Get(cardKey(n))
	if val == nil {
		return nil, nil
	}
	r, err := record.Unmarshal(val, (*state).fields)
	if err != nil {
		return nil, fmt.Errorf("card of storm %d: %w", n, err)
	}
	return &r, nil
}

func saveCard(tx store.Tx, n int, r state) error {
	val, err := record.Marshal(256, &r, (*state).fields)
	if err != nil {
		return err
	}
	tx.Put(cardKey(n), val)
	return nil
}

// newest is the last storm that began. What cannot be read is none: another begins.
func newest(tx store.Tx) (n int, r *state) {
	n, err := strconv.Atoi(string(tx.Get(nowKey)))
	if err != nil {
		return 0, nil
	}
	r, _ = readCard(tx, n)
	return n, r
}

// stormOf is the storm that an incident belongs to: as a row says, or by its number.
func stormOf(tx store.Tx, id string) (n int, ok bool) {
	if val := tx.Get(memberKey(id)); val != nil {
		n, err := strconv.Atoi(string(val))
		return n, err == nil && n != none
	}
	number, err := strconv.Atoi(id)
	if err != nil {
		return 0, false
	}
	n, last := newest(tx)
	if last.spans(number) {
		return n, true
	}
	if last != nil && last.From > 0 && number > last.From {
		return 0, false
	}
	for key := range tx.Range(cardPrefix, store.After(cardPrefix)) { // few: those that have something open
		n, err := strconv.Atoi(key[len(cardPrefix):])
		if r, bad := readCard(tx, n); err == nil && bad == nil && r.spans(number) {
			return n, true
		}
	}
	return 0, false
}

// rows are the storms that incidents belong to by a row, by the ids of the incidents.
func rows(tx store.Tx) map[string]int {
	all := map[string]int{}
	for k, val := range tx.Range(memberPrefix, store.After(memberPrefix)) {
		if n, err := strconv.Atoi(string(val)); err == nil {
			all[k[len(memberPrefix):]] = n
		}
	}
	return all
}

// members lists the incidents of a storm. Ids are numbers that grow, so a storm is a range of them and a few rows: an
// incident of a storm of thousands costs no write.
func members(tx store.Tx, n int, r state) (ids []string) {
	byRow := rows(tx)
	for id, of := range byRow {
		if of == n {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	to := r.To
	if _, last := numbering.Kept(tx); to == 0 {
		to = int(last)
	}
	for number := r.From; r.From > 0 && number <= to; number++ {
		id := strconv.Itoa(number)
		if _, has := byRow[id]; !has {
			ids = append(ids, id)
		}
	}
	return ids
}
