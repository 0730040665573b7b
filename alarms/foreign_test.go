package alarms

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Topics beside our own: of other accounts, and another of the alarms' account.
const (
	centralARN = "arn:aws:sns:eu-central-1:210987654321:central"
	strangeARN = "arn:aws:sns:eu-central-1:666666666666:theirs"
	secondARN  = "arn:aws:sns:eu-central-1:123456789012:second"
)

// foreignRig takes in messages of several topics, in a bubble of time.
func foreignRig(t *testing.T, play func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(testTime))
		r := newRig(t)
		r.intake.Topics = topicsOf(t, testARN, centralARN, strangeARN, secondARN)
		play(r)
	})
}

// over lets an alarm come in over a topic.
func (r *rig) over(topic string, x aws.Example) Outcome {
	r.t.Helper()
	r.now = time.Now()
	return r.take(r.via(topic, sns.Post{Message: r.message(x)}))
}

// via is a verified message as that topic would send it.
func (r *rig) via(topic string, p sns.Post) *sns.Verified {
	r.t.Helper()
	v := r.verified(p)
	v.TopicARN = topic
	v.Topic, _ = aws.ParseARN(topic)
	return v
}

// later lets time pass, and does what has come due.
func (r *rig) later(d time.Duration) {
	r.t.Helper()
	time.Sleep(d)
	r.now = time.Now()
	var due []outbox.Entry
	_ = r.store.View(r.t.Context(), func(tx store.Tx) error {
		for _, val := range tx.Range(store.Under("outbox", "entry")) {
			var e outbox.Entry
			if err := json.Unmarshal(val, &e); err != nil {
				r.t.Fatal(err)
			}
			if e.Kind == KindForeign && e.Due.After(r.now.Add(-d)) && !e.Due.After(r.now) {
				due = append(due, e)
			}
		}
		return nil
	})
	for _, e := range due {
		commit, err := r.intake.Handlers()[KindForeign](r.t.Context(), e)
		if err == nil && commit != nil {
			err = r.store.Update(r.t.Context(), commit)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// notes are the texts that Oncalm put on a timeline.
func (r *rig) notes(id string) (all []string) {
	r.t.Helper()
	_ = r.store.View(r.t.Context(), func(tx store.Tx) error {
		all = nil
		for _, e := range must[[]incidents.Event](r.t)(incidents.Timeline(tx, id)) {
			if b, ok := e.Body.(incidents.Noted); ok {
				all = append(all, b.Text)
			}
		}
		return nil
	})
	return all
}

// TestATopicSpeaksForItsOwn: whose words about an alarm count.
func TestATopicSpeaksForItsOwn(t *testing.T) {
	fires, well := aws.Example{Name: "checkout-x"}, aws.Example{Name: "checkout-x", State: alarmOK}
	t.Run("an OK of a foreign topic", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(testARN, fires), Opened)
			r.later(time.Minute)
			r.want(r.over(strangeARN, well), Foreign)
			if i := r.incident(); !i.Open() || len(i.Firing) != 1 {
				t.Errorf("the incident is %s, firing: %v", i.Status, i.Firing)
			}
			if notes := r.notes("1"); len(notes) != 1 || !strings.Contains(notes[0], strangeARN) {
				t.Errorf("notes: %q", notes)
			}
			r.later(time.Minute)
			r.want(r.over(testARN, well), Resolved)
		})
	})
	t.Run("another topic of the account", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(testARN, fires), Opened)
			r.later(time.Minute)
			r.want(r.over(secondARN, well), Resolved)
			r.later(time.Hour)
			r.want(r.over(secondARN, fires), Opened)
			r.later(time.Minute)
			r.want(r.over(testARN, well), Resolved)
		})
	})
	t.Run("one topic for many accounts", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(centralARN, fires), Opened)
			r.later(time.Minute)
			r.want(r.over(strangeARN, well), Foreign)
			r.want(r.over(centralARN, well), Resolved)
		})
	})
	t.Run("the same word twice", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			fires := fires
			fires.At = testTime
			r.want(r.over(testARN, fires), Opened)
			r.want(r.over(strangeARN, fires), Repeated)
			if notes := r.notes("1"); len(notes) != 0 {
				t.Errorf("notes: %q", notes)
			}
		})
	})
	t.Run("a store of before", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(testARN, fires), Opened)
			r.forgetTopic(known.AlarmFingerprint(r.topic.AlarmARN("checkout-x")))
			r.later(time.Minute)
			r.want(r.over(centralARN, well), Resolved)
			r.later(time.Minute)
			r.want(r.over(strangeARN, fires), Foreign)
		})
	})
	t.Run("a deletion", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(testARN, fires), Opened)
			gone := `{"source":"aws.cloudwatch","detail-type":"CloudWatch Alarm Configuration Change","account":"123456789012","region":"eu-central-1",` +
				`"id":"1","time":"2026-03-28T12:00:00Z","resources":["` + r.topic.AlarmARN("checkout-x") + `"],"detail":{"alarmName":"checkout-x","operation":"delete"}}`
			r.take(r.via(strangeARN, sns.Post{Message: gone}))
			if notes := r.notes("1"); len(notes) != 0 {
				t.Errorf("notes: %q", notes)
			}
			r.take(r.via(testARN, sns.Post{Message: gone}))
			if notes := r.notes("1"); len(notes) != 1 {
				t.Errorf("notes: %q", notes)
			}
		})
	})
	t.Run("a flood", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(testARN, fires), Opened)
			for n := range 500 {
				time.Sleep(100 * time.Millisecond)
				r.want(r.over(strangeARN, aws.Example{Name: "checkout-x", State: []incidents.AlarmState{alarmOK, alarmFiring}[n%2]}), Foreign)
			}
			if notes := r.notes("1"); len(notes) != 1 {
				t.Errorf("%d notes within a minute", len(notes))
			}
		})
	})
}

// forgetTopic makes a record as older versions wrote it.
func (r *rig) forgetTopic(fp string) {
	r.t.Helper()
	err := r.store.Update(r.t.Context(), func(tx store.Tx) error {
		rec := known.Of(tx, fp)
		rec.Topic = ""
		return rec.Save(tx, fp)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestWhoSpokeFirstGivesWay: a topic that was the first to speak of an alarm of ours, with times that
// would make all that is true look late.
func TestWhoSpokeFirstGivesWay(t *testing.T) {
	ahead := func() time.Time { return time.Now().Add(4 * time.Minute) }
	t.Run("with ALARM", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(strangeARN, aws.Example{Name: "checkout-x", At: ahead()}), Opened)
			r.want(r.over(testARN, aws.Example{Name: "checkout-x"}), Reported)
			r.later(10 * time.Second)
			r.want(r.over(strangeARN, aws.Example{Name: "checkout-x", State: alarmOK, At: ahead()}), Foreign)
			if r.incident().Status == incidents.StatusResolved {
				t.Error("it was resolved")
			}
			r.want(r.over(testARN, aws.Example{Name: "checkout-x", State: alarmOK}), Resolved)
		})
	})
	t.Run("with OK", func(t *testing.T) {
		for _, whose := range []string{testARN, centralARN} {
			foreignRig(t, func(r *rig) {
				r.want(r.over(strangeARN, aws.Example{Name: "checkout-x", State: alarmOK, At: ahead()}), Noted)
				r.want(r.over(whose, aws.Example{Name: "checkout-x"}), Opened)
				r.later(10 * time.Second)
				r.want(r.over(strangeARN, aws.Example{Name: "checkout-x", State: alarmOK, At: ahead()}), Foreign)
				if r.incident().Status == incidents.StatusResolved {
					t.Error("it was resolved")
				}
			})
		}
	})
	t.Run("an old OK ends nothing", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			r.want(r.over(centralARN, aws.Example{Name: "checkout-x"}), Opened)
			r.want(r.over(testARN, aws.Example{Name: "checkout-x", State: alarmOK, At: r.now.Add(-time.Minute)}), Late)
			if r.incident().Status == incidents.StatusResolved {
				t.Error("it was resolved")
			}
			r.later(time.Minute)
			r.want(r.over(centralARN, aws.Example{Name: "checkout-x", State: alarmOK}), Foreign)
			r.want(r.over(testARN, aws.Example{Name: "checkout-x", State: alarmOK}), Resolved)
		})
	})
}

// TestAReplacedTopic: an ALARM over a topic that has taken the place of another is not lost.
func TestAReplacedTopic(t *testing.T) {
	fires, well := aws.Example{Name: "checkout-x"}, aws.Example{Name: "checkout-x", State: alarmOK}
	before := func(r *rig) {
		r.want(r.over(centralARN, fires), Opened)
		r.later(time.Minute)
		r.want(r.over(centralARN, well), Resolved)
		r.later(time.Hour)
	}
	t.Run("that is not listed any more", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			before(r)
			r.intake.Topics = topicsOf(t, strangeARN)
			r.want(r.over(strangeARN, fires), Opened)
		})
	})
	t.Run("that is listed still", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			before(r)
			r.want(r.over(strangeARN, fires), Foreign)
			r.later(confirmedWithin)
			if all := r.all(); len(all) != 2 || !all[1].Open() {
				t.Fatalf("%d incidents, want one more", len(all))
			}
			if notes := r.notes("2"); len(notes) != 1 || !strings.Contains(notes[0], "sns.topics") {
				t.Errorf("notes: %q", notes)
			}
			r.want(r.over(strangeARN, well), Resolved)
		})
	})
	t.Run("and is well at once", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			before(r)
			r.want(r.over(strangeARN, fires), Foreign)
			r.later(time.Minute)
			r.want(r.over(strangeARN, well), Foreign)
			r.later(time.Minute)
			if n := len(r.all()); n != 1 {
				t.Errorf("%d incidents, want 1", n)
			}
		})
	})
	t.Run("that says the same a little later", func(t *testing.T) {
		foreignRig(t, func(r *rig) {
			before(r)
			x := fires
			x.At = time.Now()
			r.want(r.over(strangeARN, x), Foreign)
			r.later(3 * time.Second)
			r.want(r.over(centralARN, x), Opened)
			r.later(confirmedWithin)
			if n := len(r.all()); n != 2 {
				t.Errorf("%d incidents, want 2", n)
			}
		})
	})
}

// TestForeignRelatives: an incident of a foreign topic does not take in alarms of ours, which would
// then page nobody.
func TestForeignRelatives(t *testing.T) {
	foreignRig(t, func(r *rig) {
		above := aws.Example{Name: "above", Rule: "ALARM(x)", Children: []string{r.topic.AlarmARN("checkout-x")}}
		r.want(r.over(strangeARN, above), Opened)
		r.want(r.over(testARN, aws.Example{Name: "checkout-x"}), Opened)
		r.later(time.Minute)
		r.want(r.over(strangeARN, aws.Example{Name: "above", State: alarmOK, Rule: above.Rule, Children: above.Children}),
			Resolved)
	})
	foreignRig(t, func(r *rig) { // the control
		r.want(r.over(centralARN, aws.Example{Name: "above", Rule: "ALARM(x)", Children: []string{r.topic.AlarmARN("checkout-x")}}), Opened)
		r.want(r.over(centralARN, aws.Example{Name: "checkout-x"}), Joined)
	})
}

// TestForeignWordsChangeNothing: whatever a foreign topic says, and when, the incidents of ours come and
// go as they would have without.
func TestForeignWordsChangeNothing(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 7))
	states := []incidents.AlarmState{alarmOK, alarmFiring, alarmUnknown}
	for range 12 {
		type step struct {
			topic string
			x     aws.Example
		}
		var steps []step
		for range 30 {
			s := step{[]string{testARN, strangeARN, strangeARN}[dice.IntN(3)],
				aws.Example{Name: "checkout-x", State: states[dice.IntN(3)]}}
			s.x.At = testTime.Add(time.Duration(dice.IntN(300)) * time.Second)
			steps = append(steps, s)
		}
		steps[0].topic = testARN
		run := func(with bool) (told string) {
			foreignRig(t, func(r *rig) {
				for _, s := range steps {
					time.Sleep(10 * time.Second)
					var what Outcome
					if with || s.topic == testARN {
						what = r.over(s.topic, s.x)
					}
					if s.topic == testARN {
						told += what.What + " "
					}
				}
				told += r.ours()
			})
			return told
		}
		if without, with := run(false), run(true); without != with {
			t.Fatalf("steps %v:\nwithout: %s\nwith:    %s", steps, without, with)
		}
	}
}

// ours are the timelines of incidents that our topic began, without what is only noted.
func (r *rig) ours() string {
	var all []string
	for _, i := range r.all() {
		kinds := r.timeline(i.ID)
		kinds = strings.ReplaceAll(kinds, ", noted", "")
		all = append(all, kinds)
	}
	return strings.Join(all, "; ")
}

// TestForeignWordsAreLogged: whoever runs the program hears of a topic that speaks of alarms of others.
func TestForeignWordsAreLogged(t *testing.T) {
	foreignRig(t, func(r *rig) {
		log := &bytes.Buffer{}
		r.intake.Tally = doors.NewTally(slog.New(slog.NewTextHandler(log, nil)))
		take := func(topic string, state incidents.AlarmState) {
			r.now = time.Now()
			v := r.via(topic, sns.Post{Message: r.message(aws.Example{Name: "checkout-x", State: state})})
			if seen, err := r.intake.Take(t.Context(), v); err != nil || seen {
				t.Errorf("%v, seen: %v", err, seen)
			}
		}
		if take(testARN, alarmFiring); log.Len() > 0 {
			t.Errorf("of the topic that speaks for it: %s", log)
		}
		if take(strangeARN, alarmOK); !strings.Contains(log.String(), strangeARN) {
			t.Errorf("the log is %q", log)
		}
	})
}
