package importing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/calendar"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/grafana"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/opsgenie"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/pagerduty"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// File is a file to read.
type File struct {
	Name string // for errors and notes
	Data []byte
}

const wanted = "expected a calendar (.ics), or as JSON the schedules of PagerDuty, Opsgenie or Grafana OnCall " +
	"as their API answers them"

// Read makes a plan of files, which may belong together: Grafana OnCall has schedules, shifts and users in three. now
// decides what is over. Errors wrap [plan.ErrForm], [plan.ErrNothing] or [plan.ErrOver].
func Read(files []File, now time.Time) (*plan.Plan, error) {
	r := &reading{plan: plan.New(now)}
	for _, f := range files {
		if err := r.file(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, missing := range r.pages.missing() {
		r.plan.Note("what these files have of %s is not all: %s", missing.of, missing.what)
	}
	r.grafana.Into(r.plan)
	if err := r.plan.Finish(); err != nil {
		return nil, err
	}
	return r.plan, nil
}

// A reading is what was read of the files so far.
type reading struct {
	plan    *plan.Plan
	grafana grafana.Export // is carried over when all files are read
	pages   pages
}

func (r *reading) file(f File) error {
	data := bytes.TrimPrefix(bytes.TrimSpace(f.Data), []byte("\uFEFF"))
	switch {
	case bytes.HasPrefix(data, []byte("BEGIN:VCALENDAR")):
		return calendar.Read(r.plan, f.Name, data)
	case bytes.HasPrefix(data, []byte("{")), bytes.HasPrefix(data, []byte("[")):
		return r.json(data)
	case len(data) == 0:
		return fmt.Errorf("%w: the file is empty", plan.ErrForm)
	}
	return fmt.Errorf("%w: %s", plan.ErrForm, wanted)
}

// envelope is what the APIs put around what they answer.
type envelope struct {
	Schedule     json.RawMessage   `json:"schedule"`  // PagerDuty, one
	Schedules    []json.RawMessage `json:"schedules"` // PagerDuty, or several answers of Grafana OnCall in one file
	Data         json.RawMessage   `json:"data"`      // Opsgenie, one or several
	Results      []json.RawMessage `json:"results"`   // Grafana OnCall, of any kind
	OnCallShifts []json.RawMessage `json:"on_call_shifts"`
	Users        []json.RawMessage `json:"users"`
	page
}

// kind tells by its fields what an element is.
type kind struct {
	Layers    *json.RawMessage `json:"schedule_layers"` // PagerDuty
	Rotations *json.RawMessage `json:"rotations"`       // Opsgenie
	Shifts    *json.RawMessage `json:"shifts"`          // Grafana OnCall
	Type      string           `json:"type"`
	Start     string           `json:"start"`
	Username  string           `json:"username"`
	Email     string           `json:"email"`
	TimeZone  string           `json:"time_zone"`
	Timezone  string           `json:"timezone"` // Opsgenie
}

// json reads a file of JSON.
func (r *reading) json(data []byte) error {
	all, err := r.elements(data, 0)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := r.element(one); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) element(data json.RawMessage) error {
	k, err := decode[kind](data)
	switch {
	case err != nil:
		return err
	case k.Layers != nil:
		return into[pagerduty.Schedule](r.plan, data)
	case k.Rotations != nil:
		return into[opsgenie.Schedule](r.plan, data)
	case k.Start != "" && k.Type != "":
		return add(&r.grafana.Shifts, data)
	case k.Shifts != nil || k.Type == "web" || k.Type == "ical" || k.Type == "calendar":
		return add(&r.grafana.Schedules, data)
	case k.Username != "" || k.Email != "":
		return add(&r.grafana.Users, data)
	case k.Timezone != "": // without its rotations
		return into[opsgenie.Schedule](r.plan, data)
	case k.TimeZone != "":
		return fmt.Errorf("%w: the list of schedules has no layers in it; ask the API for each schedule by itself",
			plan.ErrForm)
	}
	return fmt.Errorf("%w: %s", plan.ErrForm, wanted)
}

// maxEnvelopes is how many envelopes may be in each other. Each is read with all that is in it.
const maxEnvelopes = 3

// elements are what a file lists, out of their envelopes.
func (r *reading) elements(data []byte, depth int) ([]json.RawMessage, error) {
	if data[0] == '[' {
		return decode[[]json.RawMessage](data)
	}
	if depth > maxEnvelopes {
		return nil, fmt.Errorf("%w: there are more than %d envelopes in each other", plan.ErrForm, maxEnvelopes)
	}
	e, err := decode[envelope](data)
	if err != nil {
		return nil, err
	}
	r.pages.add(e.page)
	list := append(append(append(e.Schedules, e.Results...), e.OnCallShifts...), e.Users...)
	if e.Schedule != nil {
		list = append(list, e.Schedule)
	}
	if len(e.Data) > 0 {
		inner, err := r.elements(e.Data, depth+1)
		return append(list, inner...), err
	}
	if len(list) == 0 {
		list = append(list, data)
	}
	return list, nil
}

// into reads an element and carries it over.
func into[T interface{ Into(p *plan.Plan) }](p *plan.Plan, data json.RawMessage) error {
	v, err := decode[T](data)
	if err == nil {
		v.Into(p)
	}
	return err
}

// add reads an element and appends it.
func add[T any](list *[]T, data json.RawMessage) error {
	v, err := decode[T](data)
	if err == nil {
		*list = append(*list, v)
	}
	return err
}

// decode reads what is in JSON. The error is [plan.ErrForm].
func decode[T any](data []byte) (v T, err error) {
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("%w: %w", plan.ErrForm, err)
	}
	return v, nil
}
