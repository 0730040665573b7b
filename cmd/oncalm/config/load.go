package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
)

// Defaults for keys that a file leaves out.
const (
	DefaultListen    = ":8080"
	DefaultWebListen = "127.0.0.1:9090"
	DefaultStore     = places.DefaultStore
	DefaultSlackAPI  = "https://slack.com/api/"
	DefaultMaxAge    = 75 * time.Minute
	DefaultWait      = 5 * time.Minute
)

// reader reads the keys of the configuration.
type reader struct {
	*reading.Reader
	remind []time.Duration     // for schedules that say nothing else
	names  map[string][]string // that others can refer to, by what they name
	// matches are those of the services that were read, by what they match.
	matches map[alarms.Match]owner
	pairs   int // of schedules that were looked at together
}

// Sections lists the keys on the top of a file.
func Sections() []string {
	return []string{"listen", "store", "templates", "public_url", "web", "slack", "sns", "people", "schedules", "policies", "services",
		"messages", "quiet", "roles", "default_service", "handoffs"}
}

// Load reads the configuration file. env answers for environment variables. now is
// for what is said about times, such as an override that is over.
//
// The Config is never nil; what could not be read has its zero value or its default.
// It is fit for use if the problems have no errors.
func Load(path string, env func(string) (string, bool), now time.Time) (*Config, reading.Problems) {
	src, err := reading.ReadText(path)
	if err != nil {
		remedy := "name the file with -config FILE"
		if errors.Is(err, reading.ErrTooLarge) {
			remedy = "make it smaller"
		}
		return empty(path), reading.Problems{{File: path, Text: "the configuration cannot be read: " + err.Error(), Remedy: remedy}}
	}
	return Parse(path, src, env, now)
}

// Parse is Load for a file of that content.
func Parse(path string, src []byte, env func(string) (string, bool), now time.Time) (*Config, reading.Problems) {
	c := empty(path)
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return c, reading.Problems{{File: path, Line: 1, Column: 1, Text: "the file is in UTF-16", Remedy: "save it as UTF-8"}}
	}
	root, err := reading.Parse(src)
	if err != nil {
		p := reading.Problem{File: path, Line: 1, Column: 1, Text: err.Error(), Remedy: "correct the YAML"}
		if s, ok := errors.AsType[*reading.SyntaxError](err); ok {
			p.Line, p.Column, p.Text, p.Remedy = s.Line, s.Col, s.Text, s.Remedy
		}
		return c, reading.Problems{p}
	}
	r := &reader{Reader: reading.New(path, env, now), names: map[string][]string{}, matches: map[alarms.Match]owner{}, remind: []time.Duration{DefaultRemind}}
	top := reading.At(root, "")
	r.top(c, top)
	if root.Kind != reading.Mapping && root.Kind != reading.Null {
		return c, r.Problems // nothing else could be said
	}
	for _, check := range r.Later {
		check()
	}
	r.whole(c, top)
	r.Problems.Sort()
	return c, r.Problems
}

func empty(path string) *Config {
	return &Config{
		File: path, Listen: DefaultListen, WebListen: DefaultWebListen,
		Slack:    Slack{Mode: "http", APIURL: DefaultSlackAPI},
		SNS:      SNS{MaxAge: DefaultMaxAge},
		Store:    reading.New(path, nil, time.Time{}).Path(DefaultStore),
		People:   map[string]Person{},
		Policies: map[string]paging.Policy{}, Schedules: map[string]rotations.Schedule{},
		Planned:  map[string][]rotations.Override{},
		Quiet:    DefaultQuiet(),
		Handoffs: Handoffs{Rules: map[string]handoffs.Rule{}, Groups: map[string]handoffs.Group{}, LookAhead: DefaultLookAhead()},
	}
}

func (r *reader) top(c *Config, top reading.Value) {
	read := map[string]func(reading.Value){
		"listen":          places.Address(r.Reader, &c.Listen),
		"store":           func(v reading.Value) { c.Store = cmp.Or(places.Store(r.Reader, v), c.Store) },
		"templates":       func(v reading.Value) { c.Templates = places.Templates(r.Reader, v) },
		"public_url":      func(v reading.Value) { r.publicURL(c, v) },
		"web":             func(v reading.Value) { r.Mapping(v, reading.Key("listen", places.Address(r.Reader, &c.WebListen))) },
		"slack":           func(v reading.Value) { r.slack(c, v) },
		"sns":             func(v reading.Value) { r.sns(c, v) },
		"people":          func(v reading.Value) { r.people(c, v) },
		"schedules":       func(v reading.Value) { r.schedules(c, v) },
		"policies":        func(v reading.Value) { r.policies(c, v) },
		"services":        func(v reading.Value) { r.services(c, v) },
		"messages":        func(v reading.Value) { r.messages(c, v) },
		"quiet":           func(v reading.Value) { r.quiet(c, v) },
		"roles":           func(v reading.Value) { r.roles(v) },
		"default_service": func(v reading.Value) { r.defaultService(c, v) },
		"handoffs":        func(v reading.Value) { r.handoffs(c, v) },
	}
	var entries []reading.Entry
	for _, name := range Sections() {
		entries = append(entries, reading.Key(name, read[name]))
	}
	r.Mapping(top, entries...)
}

// whole checks what is not about one key.
func (r *reader) whole(c *Config, top reading.Value) {
	r.required(top, "slack", "give it bot_token, signing_secret and channel")
	r.required(top, "people", "list who can be on call")
	r.required(top, "policies", "add one that says whom to page")
	r.required(top, "services", "add one, and the alarms that are its own")
	if _, given := r.Places["sns"]; !given {
		r.Warnf(r.Place("sns"), "list your topics in sns.topics", "there is no sns: no alarm will be taken in")
	}
	if places.Collide(c.Listen, c.WebListen) {
		text := fmt.Sprintf("listen and web.listen are both %s", c.Listen)
		if c.Listen != c.WebListen {
			text = fmt.Sprintf("listen (%s) and web.listen (%s) are on one port", c.Listen, c.WebListen)
		}
		r.Report(reading.Error, r.Place("web.listen"), text, "give web.listen an address of its own: it is not for the public")
	}
	r.unused(c)
	r.oneDefault(c)
	r.lonely(c)
}

// oneDefault sees that there is a default service: of one service it is that.
func (r *reader) oneDefault(c *Config) {
	_, given := r.Places["default_service"]
	switch {
	case given || len(c.Services.All) == 0:
	case len(c.Services.All) == 1:
		c.Services.Default = c.Services.All[0].Name
	default:
		r.Errorf(r.Place("default_service"), "name the service for alarms that no other claims", "default_service is missing")
	}
}

// required reports a section that is missing or empty.
func (r *reader) required(top reading.Value, section, remedy string) {
	v, given := r.Places[section]
	switch {
	case !given:
		r.Errorf(reading.At(top.Node, section), remedy, "%s is missing", section)
	case v.Kind == reading.Null || v.Kind == reading.Mapping && len(v.Fields) == 0:
		r.Errorf(reading.At(v.Node, section), remedy, "%s is empty", section)
	}
}

func (r *reader) publicURL(c *Config, v reading.Value) {
	if s, ok := places.Link(r.Reader, v, "https://oncall.example.com"); ok {
		c.PublicURL = strings.TrimRight(s, "/")
	}
}

// refer checks, once the whole file is read, that a name exists.
func (r *reader) refer(v reading.Value, what, name string, names func() []string) {
	r.Later = append(r.Later, func() {
		all, known := r.names[what]
		if !known {
			all = slices.Sorted(slices.Values(names()))
			r.names[what] = all
		}
		_, exists := slices.BinarySearch(all, name)
		switch {
		case exists || r.Full(reading.Error):
		case v.Refers():
			r.Errorf(v, "", "there is no %s of the name that %s stands for", what, reading.Quote(v.Text))
		default:
			r.Errorf(v, reading.Meant(name, all), "there is no %s %s", what, reading.Quote(name))
		}
	})
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// oneOf reads one of some words.
func (r *reader) oneOf(v reading.Value, words ...string) (string, bool) {
	s, ok := r.Filled(v, "one of "+strings.Join(words, ", "))
	if ok && !slices.Contains(words, s) {
		r.Errorf(v, "expected one of "+strings.Join(words, ", "), "%s cannot be %s", v.Key, reading.Quote(v.Text))
		return "", false
	}
	return s, ok
}

// number reads a whole number between two bounds.
func (r *reader) number(v reading.Value, least, most int) (int, bool) {
	wanted := fmt.Sprintf("a whole number from %d to %d", least, most)
	s, ok := r.Filled(v, wanted)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		r.Errorf(v, "expected "+wanted, "%s cannot be %s", v.Key, reading.Quote(v.Text))
		return 0, false
	}
	return n, true
}

// duration reads a duration that is not negative.
func (r *reader) duration(v reading.Value) (time.Duration, bool) {
	const wanted = "a duration such as 30s, 5m or 1h30m"
	s, ok := r.Filled(v, wanted)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		r.Errorf(v, "expected "+wanted, "%s is not a duration", reading.Quote(v.Text))
		return 0, false
	case d < 0:
		r.Errorf(v, "expected "+wanted, "%s is negative", v.Key)
		return 0, false
	}
	return d, true
}

// zone reads the name of a time zone.
func (r *reader) zone(v reading.Value) *time.Location {
	s, ok := r.Filled(v, "a time zone such as Europe/Berlin")
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		remedy := "name one of the tz database, such as Europe/Berlin"
		if near := nearest.Of(s, zones.Names()); near != "" {
			remedy = "did you mean " + near + "?"
		}
		r.Errorf(v, remedy, "unknown time zone %s", reading.Quote(v.Text))
		return nil
	}
	zones.Unchanging(r.Reader, v, s)
	return zone
}
