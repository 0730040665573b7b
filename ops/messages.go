package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/oncalm/oncalm/fates"
)

func (a admin) messages(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	from, badFrom := time.Parse(time.RFC3339, v.Get("from"))
	to, badTo := time.Parse(time.RFC3339, v.Get("to"))
	if badFrom != nil || badTo != nil {
		http.Error(w, "from or to is not a time", http.StatusBadRequest)
		return
	}
	q := fates.Query{From: from, To: to, Text: v.Has("text")}
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
	v := url.Values{"from": {q.From.UTC().Format(time.RFC3339Nano)}, "to": {q.To.UTC().Format(time.RFC3339Nano)}}
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
