package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// A story is what may happen to some alarms and people in any order: things are said, done and broken at random, and after each
// of them it must hold that nobody is forgotten, and that nobody is paged for what somebody else takes care of.
type story struct {
	*world
	rand   *rand.Rand
	told   []string        // what has happened, for whoever looks for a fault
	taken  map[string]int  // how many pages an incident had when somebody took care of it, by id
	joints int             // joint messages that stood
	faults int             // calls of Slack that were made to fail
	fire   map[string]bool // the alarms that say ALARM
	loud   map[string]bool // those that page by themselves, as they were when they fired last
	base   string          // the configuration that it began with
	config shape           // how that is now
}

// newStory begins a story in a world.
func newStory(w *world, seed, stream uint64) *story {
	return &story{world: w, rand: rand.New(rand.NewPCG(seed, stream)), taken: map[string]int{}, fire: map[string]bool{},
		loud: map[string]bool{}, base: w.text}
}

var storyAlarms = []string{"checkout-any", "search-any", "checkout-5xx", "search-p99", "nights-batch", "disk", "checkout-p99", "search-all", "disk-inodes", "nights-late"}

// happens lets one thing happen.
func (s *story) happens() {
	names := storyAlarms
	name := names[s.rand.IntN(len(names))]
	person := []string{"ana", "bo", "cy"}[s.rand.IntN(3)]
	id := fmt.Sprint(1 + s.rand.IntN(max(1, len(s.incidents()))))
	switch n := s.rand.IntN(23); {
	case n >= 20:
		s.silences(person)
	case n < 3:
		s.fires(name)
	case n < 4:
		for _, name := range names {
			s.fires(name)
		}
	case n < 6:
		s.tell("%s is OK", name)
		s.OK(name)
		s.fire[name] = false
	case n < 9:
		s.does(person, "ack", id)
	case n < 10:
		s.mends(person, id)
	case n < 12:
		delete(s.taken, id)
		s.does(person, "escalate", id)
	case n < 13 && s.rand.IntN(2) == 0:
		s.tell("restart")
		s.Restart()
	case n < 13:
		s.reloads()
	case n < 14:
		s.breaks()
		s.loses()
	case n < 15:
		s.passes(time.Duration(1+s.rand.IntN(8)) * time.Hour)
	default:
		s.passes(time.Duration(1+s.rand.IntN(40*60)) * time.Second)
	}
	s.passes(2 * time.Second)
}

func (s *story) tell(format string, args ...any) {
	s.told = append(s.told, time.Now().UTC().Format("02 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (s *story) passes(d time.Duration) {
	if d > 2*time.Second {
		s.tell("%v pass", d)
	}
	s.Wait(d)
}

// does has somebody give a command about an incident.
func (s *story) does(person, word, id string) {
	s.tell("%s: %s %s", person, word, id)
	s.Says(person, "/incident", word+" "+id)
	if i, ok := s.incidents()[id]; ok && i.Status == incidents.StatusAcknowledged && word == "ack" {
		s.taken[id] = s.paged(id)
	}
}

// breaks lets some calls of Slack fail, in one of the ways in which they do.
func (s *story) breaks() {
	kinds := []faults.Kind{faults.Status(500), faults.RateLimited("3"), faults.StoredButTimedOut(), faults.HTML()}
	n, times := s.rand.IntN(len(kinds)), 1+s.rand.IntN(4)
	s.tell("%d calls of Slack fail (%d)", times, n)
	s.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: times, Kind: kinds[n]})
	s.faults += times
}

// loses damages one of the entries that somebody would be paged by, and gives the audit its minute.
func (s *story) loses() {
	var keys []string
	for _, what := range []string{"/escalate/", "/page/", "/remind/", "silence/", "maintenance/"} {
		keys = append(keys, s.waiting(what)...)
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, "told/") }) // what people are told
	if len(keys) == 0 {
		return
	}
	key := keys[s.rand.IntN(len(keys))]
	s.tell("the entry %s is lost", key)
	s.Lose(key)
	s.faults++
	s.passes(time.Minute)
}

func (s *story) incidents() map[string]incidents.Incident {
	s.t.Helper()
	found := map[string]incidents.Incident{}
	err := s.app.store.View(s.t.Context(), func(tx store.Tx) error {
		all, err := history.Newest(tx, 1000)
		for _, i := range all {
			found[i.ID] = i
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// A shownPage is one that Slack shows, in a message of its own or in a joint one.
type shownPage struct {
	key    string
	posted time.Time
}

// shownPages lists the pages that Slack shows. A joint message shows all its pages but those that were withheld
// before it went out.
func (s *story) shownPages() (all []shownPage) {
	joints := 0
	for _, person := range []string{"ana", "bo", "cy"} {
		for _, m := range s.pages(person) {
			key := m.Value("key")
			if !strings.Contains(key, "/joint/") {
				all = append(all, shownPage{key, m.Posted})
				continue
			}
			joints++
			for _, member := range s.members(key) {
				all = append(all, shownPage{member, m.Posted})
			}
		}
	}
	s.joints = max(s.joints, joints)
	return all
}

// pageKeys counts the pages that Slack shows by their keys, reminders left out.
func (s *story) pageKeys() map[string]int {
	n := map[string]int{}
	for _, p := range s.shownPages() {
		if !strings.Contains(p.key, "/remind-") {
			n[p.key]++
		}
	}
	return n
}

// members are the pages that a joint message tells.
func (s *story) members(joint string) (keys []string) {
	s.t.Helper()
	all := 0
	err := s.app.store.View(s.t.Context(), func(tx store.Tx) error {
		keys, all = nil, 0
		for _, m := range paging.Members(tx, joint) {
			all++
			events, err := incidents.Timeline(tx, m.Incident)
			if err != nil {
				return err
			}
			withheld := slices.ContainsFunc(events, func(e incidents.Event) bool {
				b, is := e.Body.(incidents.Withheld)
				return is && b.Key == m.Key
			})
			if !withheld {
				keys = append(keys, m.Key)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if all == 0 {
		s.t.Errorf("the joint message %s stands, and tells nothing", joint)
	}
	return keys
}

func (s *story) paged(id string) (n int) {
	for key, times := range s.pageKeys() {
		if strings.HasPrefix(key, id+"/") {
			n += times
		}
	}
	return n
}

// forgotten lists the incidents that nobody takes care of, and of which nobody will be told any more.
func (s *story) forgotten() (ids []string) {
	s.t.Helper()
	var due []string
	err := s.app.store.View(s.t.Context(), func(tx store.Tx) error {
		due = nil
		for key := range tx.Range("outbox/due/", store.After("outbox/due/")) {
			parts := strings.SplitN(key, "/", 5)
			if _, ok := outbox.In(tx, time.Now()).Find(parts[4], outbox.Lane(parts[2]), time.Time{}); ok { // else it will never be done
				due = append(due, key)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for id, i := range s.incidents() {
		owed := func(key string) bool {
			return strings.Contains(key, "/"+id+"/escalate/") || strings.Contains(key, "/"+id+"/page/")
		}
		if i.Status == incidents.StatusTriggered && !i.Quiet && !slices.ContainsFunc(due, owed) {
			ids = append(ids, id)
		}
	}
	return ids
}

// holds checks what must be true at any time.
func (s *story) holds() {
	s.t.Helper()
	for _, wrong := range s.wrong() {
		s.t.Error(wrong)
	}
}

// wrong is what must not be, at any time.
func (s *story) wrong() (all []string) {
	s.t.Helper()
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if ids := s.forgotten(); len(ids) > 0 {
		say("incidents %q are triggered, and nobody will be paged", ids)
	}
	for id, n := range s.taken {
		if now := s.paged(id); now > n {
			say("incident %s was acknowledged after %d pages, and has %d now", id, n, now)
		}
	}
	s.placed(say)
	s.hushed(say)
	twice := 0
	for _, times := range s.pageKeys() {
		twice += times - 1
	}
	if twice > s.faults {
		say("%d pages too many, with %d failed calls", twice, s.faults)
	}
	return all
}

// TestAnyStory plays stories at random over the whole program. A fault is told with all that led to it.
func TestAnyStory(t *testing.T) {
	stories := 20
	if testing.Short() {
		stories = 6
	}
	joints := 0
	for seed := range uint64(stories) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			play(t, func(w *world) {
				w.configure(`steps: [{page: ["schedule:gap"], wait: 5m}], rounds: 1, fallback: ["person:cy"]`, // steps that find nobody
					`steps: [{page: ["person:ana"], wait: 5m}, {page: ["schedule:gap"], wait: 5m}, {page: ["person:bo"], wait: 5m}], rounds: 2, fallback: ["schedule:gap"]`)
				if seed%2 == 0 {
					w.text = strings.ReplaceAll(w.text, "group: 0, ", "")
					w.configure("rounds: 1", "rounds: 1")
				}
				s := newStory(w, seed, 1)
				for range 60 {
					if s.happens(); w.t.Failed() {
						break
					}
					s.holds()
				}
				s.passes(30 * time.Minute)
				s.holds()
				if s.intruded(); w.t.Failed() {
					w.t.Logf("what happened:\n%s", strings.Join(s.told, "\n"))
				}
				joints += s.joints
			})
		})
	}
	if joints == 0 {
		t.Error("in no story was anybody told of several incidents in one message")
	}
}
