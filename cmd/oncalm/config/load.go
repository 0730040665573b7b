package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/templates"
)

// Defaults for keys that a file leaves out.
const (
	DefaultListen    = ":8080"
	DefaultWebListen = "127.0.0.1:9090"
	DefaultStore     = "oncalm.db"
	DefaultSlackAPI  = "https://slack.com/api/"
	DefaultMaxAge    = 75 * time.Minute
	DefaultWait      = 5 * time.Minute
)

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
func Load(path string, env func(string) (string, bool), now time.Time) (*Config, Problems) {
	src, err := readText(path)
	if err != nil {
		remedy := "name the file with -config FILE"
		if errors.Is(err, errTooLarge) {
			remedy = "make it smaller"
		}
		return empty(path), Problems{{File: path, Text: "the configuration cannot be read: " + err.Error(), Remedy: remedy}}
	}
	return Parse(path, src, env, now)
}

// Parse is Load for a file of that content.
func Parse(path string, src []byte, env func(string) (string, bool), now time.Time) (*Config, Problems) {
	c := empty(path)
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return c, Problems{{File: path, Line: 1, Column: 1, Text: "the file is in UTF-16", Remedy: "save it as UTF-8"}}
	}
	root, err := parse(src)
	if err != nil {
		p := Problem{File: path, Line: 1, Column: 1, Text: err.Error(), Remedy: "correct the YAML"}
		if s, ok := errors.AsType[*syntaxError](err); ok {
			p.Line, p.Column, p.Text, p.Remedy = s.line, s.col, s.text, s.remedy
		}
		return c, Problems{p}
	}
	r := &reader{file: path, env: env, now: now, places: map[string]value{}, files: map[string][]byte{}, names: map[string][]string{}, remind: []time.Duration{DefaultRemind}}
	top := value{root, ""}
	r.top(c, top)
	if root.kind != mapping && root.kind != null {
		return c, r.problems // nothing else could be said
	}
	for _, check := range r.later {
		check()
	}
	r.whole(c, top)
	r.problems.sort()
	return c, r.problems
}

func empty(path string) *Config {
	return &Config{
		File: path, Listen: DefaultListen, WebListen: DefaultWebListen,
		Slack:    Slack{Mode: "http", APIURL: DefaultSlackAPI},
		SNS:      SNS{MaxAge: DefaultMaxAge},
		Store:    (&reader{file: path}).path(DefaultStore),
		People:   map[string]Person{},
		Policies: map[string]paging.Policy{}, Schedules: map[string]rotations.Schedule{},
		Planned: map[string][]rotations.Override{}, Roles: map[string][]string{},
		Rollbacks: map[string]Rollback{},
		Quiet:     DefaultQuiet(),
		Handoffs:  Handoffs{Rules: map[string]handoffs.Rule{}, Groups: map[string]handoffs.Group{}, LookAhead: DefaultLookAhead()},
	}
}

func (r *reader) top(c *Config, top value) {
	read := map[string]func(value){
		"listen":          r.address(&c.Listen),
		"store":           func(v value) { r.store(c, v) },
		"templates":       func(v value) { r.templates(c, v) },
		"public_url":      func(v value) { r.publicURL(c, v) },
		"web":             func(v value) { r.mapping(v, entry{"listen", r.address(&c.WebListen)}) },
		"slack":           func(v value) { r.slack(c, v) },
		"sns":             func(v value) { r.sns(c, v) },
		"people":          func(v value) { r.people(c, v) },
		"schedules":       func(v value) { r.schedules(c, v) },
		"policies":        func(v value) { r.policies(c, v) },
		"services":        func(v value) { r.services(c, v) },
		"messages":        func(v value) { r.messages(c, v) },
		"quiet":           func(v value) { r.quiet(c, v) },
		"roles":           func(v value) { r.roles(c, v) },
		"default_service": func(v value) { r.defaultService(c, v) },
		"handoffs":        func(v value) { r.handoffs(c, v) },
	}
	var entries []entry
	for _, name := range Sections() {
		entries = append(entries, entry{name, read[name]})
	}
	r.mapping(top, entries...)
}

// whole checks what is not about one key.
func (r *reader) whole(c *Config, top value) {
	r.required(top, "slack", "give it bot_token, signing_secret and channel")
	r.required(top, "people", "list who can be on call")
	r.required(top, "policies", "add one that says whom to page")
	r.required(top, "services", "add one, and the alarms that are its own")
	if _, given := r.places["sns"]; !given {
		r.warnf(r.place("sns"), "list your topics in sns.topics", "there is no sns: no alarm will be taken in")
	}
	if collide(c.Listen, c.WebListen) {
		text := fmt.Sprintf("listen and web.listen are both %s", c.Listen)
		if c.Listen != c.WebListen {
			text = fmt.Sprintf("listen (%s) and web.listen (%s) are on one port", c.Listen, c.WebListen)
		}
		r.report(Error, r.place("web.listen"), text, "give web.listen an address of its own: it is not for the public")
	}
	r.unused(c)
	if _, given := r.places["default_service"]; given || len(c.Services.All) == 0 {
		return
	}
	if len(c.Services.All) == 1 {
		c.Services.Default = c.Services.All[0].Name
		return
	}
	r.errorf(r.place("default_service"), "name the service for alarms that no other claims", "default_service is missing")
}

// required reports a section that is missing or empty.
func (r *reader) required(top value, section, remedy string) {
	v, given := r.places[section]
	switch {
	case !given:
		r.errorf(value{top.node, section}, remedy, "%s is missing", section)
	case v.kind == null || v.kind == mapping && len(v.fields) == 0:
		r.errorf(value{v.node, section}, remedy, "%s is empty", section)
	}
}

// address returns the reader of a listen address.
func (r *reader) address(to *string) func(value) {
	return func(v value) {
		const wanted = "host:port or :port, such as :8080"
		s, ok := r.filled(v, wanted)
		if !ok {
			return
		}
		_, port, err := net.SplitHostPort(s)
		n, portErr := strconv.Atoi(port)
		if err != nil || portErr != nil || n < 0 || n > 65535 {
			r.errorf(v, "expected "+wanted, "%s is not an address to listen on", quote(v.text))
			return
		}
		*to = s
	}
}

// collide reports whether one address is, or holds, the other. Port 0 is another one each time.
func collide(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	all := func(host string) bool { ip := net.ParseIP(host); return host == "" || ip != nil && ip.IsUnspecified() }
	return hostA == hostB || all(hostA) || all(hostB) || loopback(hostA) && loopback(hostB)
}

func (r *reader) store(c *Config, v value) {
	s, ok := r.filled(v, "the path of a file")
	switch {
	case !ok:
	case strings.HasPrefix(s, "etcd:"):
		r.errorf(v, "name a file, such as oncalm.db", "this version has no etcd store")
	case strings.Contains(s, "://"):
		r.errorf(v, "name a file, such as oncalm.db", "%s is not the path of a file", quote(v.text))
	default:
		c.Store = r.path(s)
		r.storeFile(v, c.Store)
	}
}

// templates reads the directory of the operator's own texts, and sees that each can be filled in.
func (r *reader) templates(c *Config, v value) {
	s, ok := r.filled(v, "the path of a directory")
	if !ok {
		return
	}
	dir := r.path(s)
	texts, err := templates.Load(dir)
	if err == nil {
		err = postmortems.Check(texts)
	}
	if err != nil {
		r.errorf(v, "correct it, or remove the key", "%v", err)
		return
	}
	c.Templates = dir
}

func (r *reader) publicURL(c *Config, v value) {
	if s, ok := r.link(v, "https://oncall.example.com"); ok {
		c.PublicURL = strings.TrimRight(s, "/")
	}
}

// link reads an https URL. Plain http is good enough for this machine itself.
func (r *reader) link(v value, such string) (string, bool) {
	s, ok := r.filled(v, "a URL such as "+such)
	if !ok {
		return "", false
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		r.errorf(v, "write one such as "+such, "%s is not a URL", quote(v.text))
		return "", false
	case u.User != nil:
		r.errorf(v, "write it without user and password", "%s has a user in its URL", v.key)
		return "", false
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.errorf(v, "write https://", "%s is not an https URL", quote(v.text))
		return "", false
	}
	return s, true
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// refer checks, once the whole file is read, that a name exists.
func (r *reader) refer(v value, what, name string, names func() []string) {
	r.later = append(r.later, func() {
		all, known := r.names[what]
		if !known {
			all = slices.Sorted(slices.Values(names()))
			r.names[what] = all
		}
		_, exists := slices.BinarySearch(all, name)
		switch {
		case exists || r.full(Error):
		case v.refers():
			r.errorf(v, "", "there is no %s of the name that %s stands for", what, quote(v.text))
		default:
			r.errorf(v, meant(name, all), "there is no %s %s", what, quote(name))
		}
	})
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// oneOf reads one of some words.
func (r *reader) oneOf(v value, words ...string) (string, bool) {
	s, ok := r.filled(v, "one of "+strings.Join(words, ", "))
	if ok && !slices.Contains(words, s) {
		r.errorf(v, "expected one of "+strings.Join(words, ", "), "%s cannot be %s", v.key, quote(v.text))
		return "", false
	}
	return s, ok
}

// number reads a whole number between two bounds.
func (r *reader) number(v value, least, most int) (int, bool) {
	wanted := fmt.Sprintf("a whole number from %d to %d", least, most)
	s, ok := r.filled(v, wanted)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		r.errorf(v, "expected "+wanted, "%s cannot be %s", v.key, quote(v.text))
		return 0, false
	}
	return n, true
}

// duration reads a duration that is not negative.
func (r *reader) duration(v value) (time.Duration, bool) {
	const wanted = "a duration such as 30s, 5m or 1h30m"
	s, ok := r.filled(v, wanted)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		r.errorf(v, "expected "+wanted, "%s is not a duration", quote(v.text))
		return 0, false
	case d < 0:
		r.errorf(v, "expected "+wanted, "%s is negative", v.key)
		return 0, false
	}
	return d, true
}

// zone reads the name of a time zone.
func (r *reader) zone(v value) *time.Location {
	s, ok := r.filled(v, "a time zone such as Europe/Berlin")
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		remedy := "name one of the tz database, such as Europe/Berlin"
		if near := nearest.Of(s, zones()); near != "" {
			remedy = "did you mean " + near + "?"
		}
		r.errorf(v, remedy, "unknown time zone %s", quote(v.text))
		return nil
	}
	r.unchanged(v, s)
	return zone
}
