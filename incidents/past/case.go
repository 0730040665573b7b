// Package past tells of an incident what was before: how often its alarm has fired, how that ended, and what was to be done since.
//
// Of an incident that is resolved there is a [Case]: what it amounts to for whoever learns from it, in a few hundred bytes, so that
// neither a page nor a report has to read timelines. Index rows lead to it from its alarms, its service and what had been changed
// before it, the newest first. An alarm that comes in writes none of that, and whoever is paged costs one short walk along the rows
// of one alarm.
//
//	case/<id>                                             Case of an incident that is resolved
//	past/alarm/<account>/<region>/<name>/<when>/<id>      a letter for each thing that is so, without reading the case
//	past/service/<name>/<when>/<id>                       the same
//	past/change/<account>/<region>/<thing>/<when>/<id>    the same
//
// <when> counts down, so that rows are in the order of the newest first. Package learning makes cases and keeps them.
package past

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Case is an incident for whoever learns from it. It names nobody. Lengths are in seconds, and nil if they are not recorded; what
// they measure is said where documents measure it (package evidence).
type Case struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Service  string    `json:"service"`
	Severity string    `json:"severity"`
	Opened   time.Time `json:"opened"`
	Resolved time.Time `json:"resolved,omitzero"` // zero of one that is open, which is never stored
	Run      int       `json:"run,omitempty"`     // how often it was triggered again
	// Merged says that it went on as another incident, and Quiet that it paged nobody.
	Merged bool `json:"merged,omitempty"`
	Quiet  bool `json:"quiet,omitempty"`
	// Declared says that a person opened it. Itself says that alarms alone resolved it, and Acted that a person did more about it than
	// to acknowledge and to resolve it.
	Declared bool   `json:"declared,omitempty"`
	Itself   bool   `json:"itself,omitempty"`
	Acted    bool   `json:"acted,omitempty"`
	Reason   string `json:"reason,omitempty"` // that a person gave for resolving it

	// Alarms are those that fired in it, the one that opened it first; Things are what had been changed before.
	Alarms []Alarm `json:"alarms,omitempty"`
	Things []Thing `json:"things,omitempty"`
	// Value is what its alarm had measured when it fired.
	Value *float64 `json:"value,omitempty"`

	Detect      *float64 `json:"detect,omitempty"`
	Acknowledge *float64 `json:"acknowledge,omitempty"`
	Mitigate    *float64 `json:"mitigate,omitempty"`
	Resolve     *float64 `json:"resolve,omitempty"`

	// Pages are the first of its pages, and MorePages counts the others.
	Pages     []Page `json:"pages,omitempty"`
	MorePages int    `json:"more_pages,omitempty"`
	// Helped is the rollback that helped; nil if none did.
	Helped *Helped `json:"helped,omitempty"`

	// Actions counts its action items, of which OpenActions are open, the first of them due at Due. Closed is when the last one was
	// closed; zero while one is open.
	Actions     int       `json:"actions,omitempty"`
	OpenActions int       `json:"open_actions,omitempty"`
	Due         time.Time `json:"due,omitzero"`
	Closed      time.Time `json:"closed,omitzero"`
}

// An Alarm names an alarm; in another account or region it is another one.
type Alarm struct {
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	Name    string `json:"name"`
}

// A Thing is what was changed (see package changes).
type Thing struct {
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	Name    string `json:"name"`
}

// A Page is one call of one person that was delivered. Who it was is not kept.
type Page struct {
	At       time.Time `json:"at"`
	Schedule string    `json:"schedule,omitempty"` // by which it was them; empty if by none
}

// Helped is a rollback after which the alarms were OK.
type Helped struct {
	Target string   `json:"target"`
	Took   *float64 `json:"took,omitempty"` // seconds from its start until they were
}

// AlarmOf is the name of what said something.
func AlarmOf(a *incidents.Alarm) Alarm { return Alarm{a.Account, a.Region, a.Name} }

// ThingOf is a thing of package changes.
func ThingOf(t changes.Thing) Thing { return Thing{t.Account, t.Region, t.Name} }

// caseSize is about how many bytes a case is.
const caseSize = 512

func (c *Case) fields(o *record.Object) {
	o.Text("id", &c.ID)
	o.Text("title", &c.Title)
	o.Text("service", &c.Service)
	o.Text("severity", &c.Severity)
	o.Time("opened", &c.Opened)
	o.OptTime("resolved", &c.Resolved)
	o.OptInt("run", &c.Run)
	o.OptTrue("merged", &c.Merged)
	o.OptTrue("quiet", &c.Quiet)
	o.OptTrue("declared", &c.Declared)
	o.OptTrue("itself", &c.Itself)
	o.OptTrue("acted", &c.Acted)
	o.OptText("reason", &c.Reason)
	record.OptList(o, "alarms", &c.Alarms, (*Alarm).fields)
	record.OptList(o, "things", &c.Things, (*Thing).fields)
	o.OptFloat("value", &c.Value)
	o.OptFloat("detect", &c.Detect)
	o.OptFloat("acknowledge", &c.Acknowledge)
	o.OptFloat("mitigate", &c.Mitigate)
	o.OptFloat("resolve", &c.Resolve)
	record.OptList(o, "pages", &c.Pages, (*Page).fields)
	o.OptInt("more_pages", &c.MorePages)
	record.OptRef(o, "helped", &c.Helped, (*Helped).fields)
	o.OptInt("actions", &c.Actions)
	o.OptInt("open_actions", &c.OpenActions)
	o.OptTime("due", &c.Due)
	o.OptTime("closed", &c.Closed)
}

func (a *Alarm) fields(o *record.Object) {
	o.OptText("account", &a.Account)
	o.OptText("region", &a.Region)
	o.Text("name", &a.Name)
}

func (t *Thing) fields(o *record.Object) { (*Alarm)(t).fields(o) }

func (p *Page) fields(o *record.Object) {
	o.Time("at", &p.At)
	o.OptText("schedule", &p.Schedule)
}

func (h *Helped) fields(o *record.Object) {
	o.Text("target", &h.Target)
	o.OptFloat("took", &h.Took)
}

// Record is a case as it is stored and sent: JSON on one line.
func (c *Case) Record() ([]byte, error) { return record.Marshal(caseSize, c, (*Case).fields) }

// Read reads what [Case.Record] wrote.
func Read(val []byte) (Case, error) { return record.Unmarshal(val, (*Case).fields) }

// Soon is how fast an alarm is over that needed nobody.
const Soon = 5 * time.Minute

// Passing reports whether it was over by itself, and soon.
func (c *Case) Passing() bool { return c.Itself && c.Resolved.Sub(c.Opened) < Soon }

// The first parts of keys.
const (
	prefix     = "case/"
	indexPart  = "past"
	alarmPart  = "alarm"
	servePart  = "service"
	changePart = "change"
)

func keyOf(n uint64) string { return fmt.Sprintf("%s%08d", prefix, n) }

// numberOf is the number of the incident that a key ends with; 0 if it is none.
func numberOf(key string) uint64 {
	n, _ := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 10, 32)
	return n
}

// whenOf is a time as it is in keys: the later, the smaller.
func whenOf(t time.Time) string { return fmt.Sprintf("%016x", uint64(1<<62)-uint64(t.Unix())) }

// mark is the value of an index row: a letter for each thing that is true of the case.
func (c *Case) mark() []byte {
	var m []byte
	for _, is := range []struct {
		so     bool
		letter byte
	}{{c.Passing(), passing}, {c.Helped != nil, helped}, {c.Actions > 0, planned}} {
		if is.so {
			m = append(m, is.letter)
		}
	}
	return m
}

// The letters of marks.
const (
	passing = 'p' // see [Case.Passing]
	helped  = 'h' // a rollback helped
	planned = 'a' // it has action items
)

// rows are the index rows of a case, and what stands in them. What was merged into another incident is told of there.
func (c *Case) rows(n uint64) map[string][]byte {
	all := map[string][]byte{}
	if c.Merged {
		return all
	}
	mark := append([]byte{}, c.mark()...)
	at, id := whenOf(c.Opened), fmt.Sprintf("%08d", n)
	for _, a := range c.Alarms {
		all[store.Key(indexPart, alarmPart, a.Account, a.Region, a.Name, at, id)] = mark
	}
	for _, t := range c.Things {
		all[store.Key(indexPart, changePart, t.Account, t.Region, t.Name, at, id)] = mark
	}
	if c.Service != "" {
		all[store.Key(indexPart, servePart, c.Service, at, id)] = mark
	}
	return all
}

// Get reads the case of an incident; false if there is none.
func Get(tx store.Tx, id string) (Case, bool) {
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return Case{}, false
	}
	return stored(tx, n)
}

func stored(tx store.Tx, n uint64) (Case, bool) {
	val := tx.Get(keyOf(n))
	if val == nil {
		return Case{}, false
	}
	c, err := Read(val)
	return c, err == nil // fsck names one that cannot be read
}

// Put keeps a case, in the place of the one of before.
func Put(tx store.Tx, c *Case) error {
	n, err := strconv.ParseUint(c.ID, 10, 32)
	if err != nil {
		return err
	}
	val, err := c.Record()
	if err != nil {
		return err
	}
	rows := c.rows(n)
	if old := tx.Get(keyOf(n)); old != nil {
		if slices.Equal(old, val) {
			return nil
		}
		before, _ := stored(tx, n)
		for key := range before.rows(n) {
			if _, stays := rows[key]; !stays {
				tx.Delete(key)
			}
		}
	}
	tx.Put(keyOf(n), val)
	for key, mark := range rows {
		if old := tx.Get(key); old == nil || !slices.Equal(old, mark) {
			tx.Put(key, mark)
		}
	}
	return nil
}

// Forget takes the case of an incident away: it goes on, or is not kept any more.
func Forget(tx store.Tx, n uint64) {
	c, ok := stored(tx, n)
	if tx.Get(keyOf(n)) != nil {
		tx.Delete(keyOf(n))
	}
	if ok {
		for key := range c.rows(n) {
			tx.Delete(key)
		}
	}
}
