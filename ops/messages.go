package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/store"
)

// spanIn is a span of time as a query has it.
func spanIn(from, to time.Time) url.Values {
	return url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)}}
}

// spanOf is the span of time that a request is about. If there is none it is answered.
func spanOf(w http.ResponseWriter, r *http.Request) (from, to time.Time, ok bool) {
	v := r.URL.Query()
	from, badFrom := time.Parse(time.RFC3339, v.Get("from"))
	to, badTo := time.Parse(time.RFC3339, v.Get("to"))
	if ok = badFrom == nil && badTo == nil; !ok {
		http.Error(w, "from or to is not a time", http.StatusBadRequest)
	}
	return from, to, ok
}

func (a admin) changes(w http.ResponseWriter, r *http.Request) {
	from, to, ok := spanOf(w, r)
	if !ok {
		return
	}
	var list []changes.Change
	err := a.store.View(r.Context(), func(tx store.Tx) (err error) {
		list, err = changes.Between(tx, from, to)
		return err
	})
	a.answer(w, r, append([]changes.Change{}, list...), err)
}

// Changes lists what was changed in a span of time; see [changes.Between].
func (c *Client) Changes(ctx context.Context, from, to time.Time) (list []changes.Change, err error) {
	err = c.get(ctx, RouteChanges+"?"+spanIn(from, to).Encode(), func(body io.Reader) error {
		return json.NewDecoder(body).Decode(&list)
	})
	return list, err
}

// messages sends the messages of a span. They come one at a time, so they are sent when 64 KiB have come together.
func (a admin) messages(w http.ResponseWriter, r *http.Request) {
	from, to, ok := spanOf(w, r)
	if !ok {
		return
	}
	q := fates.Query{From: from, To: to, Text: r.URL.Query().Has("text")}
	a.list(w, r, func(s *sending) error {
		err := fates.List(r.Context(), a.store, q, func(m fates.Message) error {
			val, err := json.Marshal(m)
			if err != nil {
				return err
			}
			if s.add(val); len(s.buf) < 64<<10 {
				return nil
			}
			return s.flush()
		})
		return err
	})
}

// Messages hands messages to each, as they come; see [fates.List].
func (c *Client) Messages(ctx context.Context, q fates.Query, each func(fates.Message) error) error {
	v := spanIn(q.From, q.To)
	if q.Text {
		v.Set("text", "")
	}
	return c.get(ctx, RouteMessages+"?"+v.Encode(), func(body io.Reader) error {
		return readList(body, func(element []byte) error {
			var m fates.Message
			if err := json.Unmarshal(element, &m); err != nil {
				return errors.Join(errOther, err)
			}
			return each(m)
		})
	})
}

func (a admin) actions(w http.ResponseWriter, r *http.Request) {
	list, err := Actions(r.Context(), a.store)
	a.answer(w, r, list, err)
}

// Actions lists the action items that are open; see [actions.List].
func Actions(ctx context.Context, s store.Store) (list []actions.Row, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		list = actions.List(tx)
		return nil
	})
	return list, err
}

// Actions is the same, of the server.
func (c *Client) Actions(ctx context.Context) (list []actions.Row, err error) {
	err = c.get(ctx, RouteActions, func(body io.Reader) error { return json.NewDecoder(body).Decode(&list) })
	return list, err
}

// cases sends the cases of the incidents that were opened in a span.
func (a admin) cases(w http.ResponseWriter, r *http.Request) {
	from, to, ok := spanOf(w, r)
	if !ok {
		return
	}
	a.list(w, r, func(s *sending) error {
		return learning.Source{Store: a.store}.Cases(r.Context(), from, to, func(cases []past.Case) error {
			for n := range cases {
				val, err := cases[n].Record()
				if err != nil {
					return err
				}
				s.add(val)
			}
			return s.flush()
		})
	})
}

// Cases hands cases to each, as they come; see [past.List].
func (c *Client) Cases(ctx context.Context, from, to time.Time, each func([]past.Case) error) error {
	return c.get(ctx, RouteCases+"?"+spanIn(from, to).Encode(), func(body io.Reader) error {
		return readList(body, func(element []byte) error {
			one, err := past.Read(element)
			if err != nil {
				return errors.Join(errOther, err)
			}
			return each([]past.Case{one})
		})
	})
}

func (a admin) before(w http.ResponseWriter, r *http.Request) {
	list, err := postmortems.BeforeOf(r.Context(), a.store, r.PathValue("id"))
	a.answer(w, r, list, err)
}

// Before lists the incidents of before that may be related to one; see [postmortems.Before].
func (c *Client) Before(ctx context.Context, id string) (list []evidence.Earlier, err error) {
	return list, c.get(ctx, RouteBefore+url.PathEscape(id), decodeInto(&list))
}
