package ops

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
)

// queryOf reads what [values] wrote.
func queryOf(v url.Values) (q history.Query, err error) {
	q = history.Query{
		Open: v.Has("open"), Status: incidents.Status(v.Get("status")), Service: v.Get("service"), Severity: v.Get("severity"),
	}
	if text := v.Get("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 0 {
			return q, errors.New("limit is not a number")
		}
	}
	for name, at := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if text := v.Get(name); text != "" {
			if *at, err = time.Parse(time.RFC3339, text); err != nil {
				return q, errors.New(name + " is not a time")
			}
		}
	}
	return q, nil
}

// values are a query as parameters of a route.
func values(q history.Query) url.Values {
	v := url.Values{}
	if q.Open {
		v.Set("open", "")
	}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("status", string(q.Status))
	set("service", q.Service)
	set("severity", q.Severity)
	if q.Limit != 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	for name, at := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !at.IsZero() {
			set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}
