package importing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// File is a file to read.
type File struct {
	Name string // for errors and notes
	Data []byte
}

var (
	// ErrForm says that a file is none of those that can be read.
	ErrForm = errors.New("not an export that can be read")
	// ErrNothing says that the files have no schedules in them.
	ErrNothing = errors.New("there are no schedules in it")
	// ErrOver says that nothing of the schedules can be carried over.
	ErrOver = errors.New("nothing is left to import")
)

const wanted = "expected a calendar (.ics), or as JSON the schedules of PagerDuty, Opsgenie or Grafana OnCall as their API answers them"

// Read makes a plan of files, which may belong together: Grafana OnCall has schedules, shifts and users in three. now decides
// what is over. Errors wrap [ErrForm], [ErrNothing] or [ErrOver].
func Read(files []File, now time.Time) (*Plan, error) {
	p := newPlan(now)
	var g grafana
	for _, f := range files {
		data := bytes.TrimPrefix(bytes.TrimSpace(f.Data), []byte("\uFEFF"))
		var err error
		switch {
		case bytes.HasPrefix(data, []byte("BEGIN:VCALENDAR")):
			err = p.calendar(f.Name, data)
		case bytes.HasPrefix(data, []byte("{")), bytes.HasPrefix(data, []byte("[")):
			err = p.json(&g, data)
		case len(data) == 0:
			err = fmt.Errorf("%w: the file is empty", ErrForm)
		default:
			err = fmt.Errorf("%w: %s", ErrForm, wanted)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, missing := range p.pages.missing() {
		p.note("what these files have of %s is not all: %s", missing.of, missing.what)
	}
	p.grafana(&g)
	p.compare()
	for _, s := range p.schedules {
		p.hidden(s)
	}
	left := len(p.schedules)
	p.schedules = slices.DeleteFunc(p.schedules, func(s *schedule) bool { return len(s.Layers) == 0 && len(s.overrides) == 0 })
	if len(p.schedules) == 0 {
		why := ErrNothing
		if left > 0 {
			why = ErrOver
		}
		return nil, fmt.Errorf("%w%s", why, more(p.Notes))
	}
	return p, nil
}

// more puts notes behind an error, as far as one line has space for them.
func more(notes []string) string {
	const most = 10
	text := strings.Join(notes[:min(len(notes), most)], "; ")
	switch {
	case len(notes) == 0:
		return ""
	case len(notes) > most:
		text += fmt.Sprintf("; and %d more", len(notes)-most)
	}
	return ": " + text
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
func (p *Plan) json(g *grafana, data []byte) error {
	all, err := p.elements(data, 0)
	if err != nil {
		return err
	}
	for _, one := range all {
		k, err := decode[kind](one)
		if err != nil {
			return err
		}
		switch {
		case k.Layers != nil:
			err = p.pagerDuty(one)
		case k.Rotations != nil:
			err = p.opsgenie(one)
		case k.Start != "" && k.Type != "":
			err = add(&g.shifts, one)
		case k.Shifts != nil || k.Type == "web" || k.Type == "ical" || k.Type == "calendar":
			err = add(&g.schedules, one)
		case k.Username != "" || k.Email != "":
			err = add(&g.users, one)
		case k.Timezone != "": // without its rotations
			err = p.opsgenie(one)
		case k.TimeZone != "":
			err = fmt.Errorf("%w: the list of schedules has no layers in it; ask the API for each schedule by itself", ErrForm)
		default:
			err = fmt.Errorf("%w: %s", ErrForm, wanted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxEnvelopes is how many envelopes may be in each other. Each is read with all that is in it.
const maxEnvelopes = 3

// elements are what a file lists, out of their envelopes.
func (p *Plan) elements(data []byte, depth int) ([]json.RawMessage, error) {
	if data[0] == '[' {
		return decode[[]json.RawMessage](data)
	}
	if depth > maxEnvelopes {
		return nil, fmt.Errorf("%w: there are more than %d envelopes in each other", ErrForm, maxEnvelopes)
	}
	e, err := decode[envelope](data)
	if err != nil {
		return nil, err
	}
	p.pages.add(e.page)
	list := append(append(append(e.Schedules, e.Results...), e.OnCallShifts...), e.Users...)
	if e.Schedule != nil {
		list = append(list, e.Schedule)
	}
	if len(e.Data) > 0 {
		inner, err := p.elements(e.Data, depth+1)
		return append(list, inner...), err
	}
	if len(list) == 0 {
		list = append(list, data)
	}
	return list, nil
}

// add reads an element and appends it.
func add[T any](list *[]T, data json.RawMessage) error {
	v, err := decode[T](data)
	if err == nil {
		*list = append(*list, v)
	}
	return err
}

// decode reads what is in JSON. The error is [ErrForm].
func decode[T any](data []byte) (v T, err error) {
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrForm, err)
	}
	return v, nil
}
