// Package beats reads what ought to happen again and again, and be told of each time.
package beats

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/heartbeats"
)

const (
	// most bounds how many heartbeats there are: each waits in the store.
	most = 500
	// leastToken is less than what anybody makes for the purpose, and more than can be guessed over a network.
	leastToken = 16
	longToken  = 512
	longest    = 400 * 24 * time.Hour
	// ordinaryGrace is how late a beat may be, if nothing else is said.
	ordinaryGrace = 5 * time.Minute
)

const such = `{every: 24h, grace: 1h, service: batch, token: "${BEAT_TOKEN}"}`

// A Reader reads the section heartbeats.
type Reader struct {
	To *[]heartbeats.Heartbeat
	// Heard reports whether messages come over SNS, and Quiet whether a severity pages nobody, once the whole file was read.
	Heard func() bool
	Quiet func(severity string) bool
}

// Section reads heartbeats, in the order of their names.
func (r Reader) Section(v reading.Value) {
	v.Named("heartbeat", func(name string, _, v reading.Value) {
		if h, ok := r.heartbeat(name, v); ok {
			*r.To = append(*r.To, h)
		}
	})
	if n := len(*r.To); n > most {
		v.Errorf("join some", "there are %d heartbeats; %d are the most", n, most)
	}
	slices.SortFunc(*r.To, func(a, b heartbeats.Heartbeat) int { return strings.Compare(a.Name, b.Name) })
}

func (r Reader) heartbeat(name string, v reading.Value) (heartbeats.Heartbeat, bool) {
	h := heartbeats.Heartbeat{Name: name, Grace: ordinaryGrace}
	v.Mapping(
		reading.Key("every", span(&h.Every, "how long after a beat the next is expected")).Needed("add every: such as 24h"),
		reading.Key("grace", span(&h.Grace, "how much later it is missing")),
		reading.Key("service", func(v reading.Value) {
			if s, ok := v.Filled("the name of a service"); ok {
				h.Service = s
				v.Refer("service", s)
			}
		}),
		reading.Key("severity", severities.Set(&h.Severity)),
		reading.Key("token", token(&h.Token)),
	)
	if v.Kind() != reading.Mapping {
		v.Lacks("write one such as "+such, "%s does not say how often it beats", v.Key)
		return h, false
	}
	v.File.Later(func() {
		if !v.Faulty() && !h.HasToken() && !r.Heard() {
			v.Errorf("give it a token, or list topics in sns.topics",
				"the heartbeat %s has no token, and no messages come over SNS: nothing can beat", name)
		}
		if h.Severity != "" && r.Quiet(h.Severity) {
			v.In("severity").Warnf("give it another severity", "%s is quiet: nobody is paged if the heartbeat %s is missing",
				h.Severity, name)
		}
	})
	return h, !v.Faulty()
}

// span reads a duration that somebody may wait for.
func span(to *time.Duration, what string) func(reading.Value) {
	return func(v reading.Value) {
		d, ok := v.Duration()
		switch {
		case !ok:
		case d < time.Second || d > longest:
			v.Errorf(fmt.Sprintf("give it from 1s to %dh", int(longest.Hours())), "%s is %s: it is %s", v.Key,
				reading.Quote(v.Text()), what)
		default:
			*to = d
		}
	}
}

// token reads a token, and keeps its hash alone.
func token(to *[sha256.Size]byte) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Single("a token, best as ${NAME} or ${file:PATH}")
		s = strings.TrimSpace(s)
		odd := func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) || c > unicode.MaxASCII }
		const remedy = "make one with: openssl rand -hex 32"
		switch {
		case !ok:
		case s == "":
			v.Errorf(remedy+", or remove it, if all beats come over SNS", "%s is empty", v.Key)
		case strings.ContainsFunc(s, odd):
			v.Errorf(remedy, "%s has characters in it that no header can have", v.Key)
		case len(s) > longToken:
			v.Errorf(remedy, "%s has %d characters; %d are the most", v.Key, len(s), longToken)
		case len(s) < leastToken:
			v.Errorf(remedy, "%s has %d characters, which can be guessed; %d are the least", v.Key, len(s), leastToken)
		default:
			*to = sha256.Sum256([]byte(s))
		}
	}
}
