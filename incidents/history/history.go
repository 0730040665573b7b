// Package history lists incidents, however many there are.
//
// The head of an incident has all that a list shows, and stands among its events: to list a hundred thousand of them is to read
// the whole store. So an incident that is resolved has a [Row] as well, written in the transaction that resolves it and taken
// away in the one that opens it again. Rows lie side by side, and an alarm that comes in writes none. What is open is few, and is
// read from its heads.
//
//	history/<id>    Row of an incident that is resolved
//
// A row is a memo: where there is none the head is read, and [Complete] makes up for what is not there, as in a store of a
// version that had no rows.
package history

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

const prefix = "history/"

// rowSize is about how many bytes a row is.
const rowSize = 256

// A Row is an incident in a list.
type Row struct {
	ID           string           `json:"id"`
	Status       incidents.Status `json:"status"`
	Severity     string           `json:"severity"`
	Service      string           `json:"service"`
	Title        string           `json:"title"`
	Opened       time.Time        `json:"opened"`
	Alarms       int              `json:"alarms,omitempty"`      // that are part of it, or were
	Quiet        bool             `json:"quiet,omitempty"`       // nobody is paged for it
	Silenced     string           `json:"silenced,omitempty"`    // by whom, until when and why; empty if it is not
	Held         string           `json:"held,omitempty"`        // until when nobody is paged; of a resolved one: nobody was
	Acknowledged time.Time        `json:"acknowledged,omitzero"` // zero if nobody has
	Resolved     time.Time        `json:"resolved,omitzero"`     // zero if it is open
}

func (r *Row) fields(o *record.Object) {
	o.Text("id", &r.ID)
	record.Word(o, "status", &r.Status)
	o.Text("severity", &r.Severity)
	o.Text("service", &r.Service)
	o.Text("title", &r.Title)
	o.Time("opened", &r.Opened)
	o.OptInt("alarms", &r.Alarms)
	o.OptTrue("quiet", &r.Quiet)
	o.OptText("silenced", &r.Silenced)
	o.OptText("held", &r.Held)
	o.OptTime("acknowledged", &r.Acknowledged)
	o.OptTime("resolved", &r.Resolved)
}

// Record is a row as it is stored and sent: JSON on one line.
func (r *Row) Record() ([]byte, error) { return record.Marshal(rowSize, r, (*Row).fields) }

// Read reads what [Row.Record] wrote.
func Read(val []byte) (Row, error) { return record.Unmarshal(val, (*Row).fields) }

// Of is an incident as a row.
func Of(i *incidents.Incident) Row {
	return Row{
		ID: i.ID, Status: i.Status, Severity: i.Severity, Service: i.Service, Title: i.Title, Alarms: i.Alarms(),
		Quiet: i.Quiet, Silenced: i.Silence.String(), Held: i.Held.Hushes(),
		Opened: i.Opened.UTC(), Acknowledged: i.Acknowledged.UTC(), Resolved: i.Resolved.UTC(),
	}
}

func keyOf(n uint64) string { return fmt.Sprintf("%s%08d", prefix, n) }

// numberOf is the number of the incident that a key ends with; 0 if it is none.
func numberOf(key string) uint64 {
	n, _ := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 10, 32)
	return n
}

// Follow keeps the rows, as an [incidents.Follower].
func Follow(tx store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	n, err := strconv.ParseUint(i.ID, 10, 32)
	if err != nil || e.Seq == 1 { // what was opened just now has none
		return nil
	}
	key, row := keyOf(n), Of(i)
	has := tx.Get(key)
	if i.Open() {
		if has != nil {
			tx.Delete(key)
		}
		return nil
	}
	if val, err := row.Record(); err == nil && !bytes.Equal(val, has) {
		tx.Put(key, val)
	}
	return nil
}

// Forget takes the row of an incident away that is not kept any more.
func Forget(tx store.Tx, n uint64) { tx.Delete(keyOf(n)) }

// looks is how many rows [Over] reads in one View.
const looks = 4096

// Over lists at most so many incidents, from that number on, that were resolved before a time, and where to go on; 0 if these
// are all. The newest incident is never among them.
func Over(ctx context.Context, s store.Store, from uint64, before time.Time, most int) (numbers []uint64, next uint64,
	err error) {
	for next = from; next > 0 && len(numbers) == 0; {
		begin := next
		err := s.View(ctx, func(tx store.Tx) error {
			numbers, next = nil, 0
			_, last := numbering.Kept(tx)
			looked := 0
			for key, val := range tx.Range(keyOf(begin), store.After(prefix)) {
				n := numberOf(key)
				if looked == looks || len(numbers) == most {
					next = n
					return nil
				}
				looked++
				if row, err := Read(val); err == nil && row.Resolved.Before(before) && n < last {
					numbers = append(numbers, n)
				}
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return numbers, next, nil
}

// Complete writes the rows that are not there of incidents that are resolved, in small transactions, and returns how many.
func Complete(ctx context.Context, s store.Store) (written int, err error) {
	w := walk{store: s, keys: true}
	for !w.done() {
		p, err := w.next(ctx)
		if err != nil {
			return written, err
		}
		if len(p.rowless) == 0 {
			continue
		}
		n := 0
		err = s.Update(ctx, func(tx store.Tx) (err error) {
			n, err = complete(tx, p.rowless)
			return err
		})
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// complete writes the rows of those incidents.
func complete(tx store.Tx, numbers []uint64) (written int, err error) {
	for _, n := range numbers {
		i, err := incidents.Head(tx, number(n))
		if err != nil || i.Open() {
			continue // it is kept no more, or is named by fsck, or was opened again meanwhile
		}
		row := Of(i)
		val, err := row.Record()
		if err != nil {
			return written, err
		}
		tx.Put(keyOf(n), val)
		written++
	}
	return written, nil
}
