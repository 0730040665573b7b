package main

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestClockSetBack is row 46 for a clock that was ahead before a start of the machine (that of a
// jump ahead stands with the other rows): who is to be paged next is paged when their time has come by the
// clock as it is now, and not a day later; nobody is paged again.
func TestClockSetBack(t *testing.T) {
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	life := func(scene func(*world, *syncBuffer)) { // each begins at the same time
		synctest.Test(t, func(t *testing.T) {
			logs := &syncBuffer{}
			w := &world{t: t, dir: dir, topic: topic, seen: map[string]int{}, log: slog.New(slog.NewTextHandler(logs, nil))}
			w.build()
			w.start()
			defer w.fsck()
			defer func() { w.stop() }()
			scene(w, logs)
		})
	}
	life(func(w *world, _ *syncBuffer) {
		w.Wait(26 * time.Hour)
		w.opens("checkout-5xx", "search-p99")
		w.Paged("ana", "")
		w.Paged("ana", "")
		w.Wait(time.Minute)
		w.Quiet()
	})
	life(func(w *world, logs *syncBuffer) {
		const line = `level=WARN msg="the clock was set back since the last start: deadlines count from now" component=outbox by_at_least=26h0m0s`
		if got := logs.lineWith("clock"); got != line {
			t.Errorf("log: %s\nwant: %s", got, line)
		}
		w.Wait(2 * time.Minute)
		w.Quiet()
		w.Wait(3*time.Minute + time.Second)
		for range 2 {
			w.Press("bo", w.Paged("bo", ""), "Acknowledge")
		}
		w.Wait(20 * time.Minute)
		w.Quiet()
		w.Status("1", acknowledged)
		w.Status("2", acknowledged)
	})
}

// swings are what may be done to a clock while a scene is played. Each lets time pass.
func swings() map[string]func(*world, time.Duration) {
	there := func(by time.Duration) func(*world, time.Duration) { // and back again
		return func(w *world, d time.Duration) {
			w.pass(d / 3)
			w.Step(by)
			w.pass(d / 3)
			w.Step(-by)
			w.pass(d - 2*(d/3))
		}
	}
	once := func(by time.Duration) func(*world, time.Duration) { // for good
		return func(w *world, d time.Duration) {
			w.pass(d / 2)
			w.unruly = nil
			w.Step(by)
			w.pass(d - d/2)
		}
	}
	return map[string]func(*world, time.Duration){
		"three hours ahead, and back": there(3 * time.Hour), "three hours back, and right again": there(-3 * time.Hour),
		"40 s ahead, and back": there(40 * time.Second), "40 s back, and right again": there(-40 * time.Second),
		"to 1970, and right again": there(-30 * 365 * 24 * time.Hour),
		"4 min ahead for good":     once(4 * time.Minute), "4 min back for good": once(-4 * time.Minute),
		"ahead by 10 s each time": func(w *world, d time.Duration) {
			w.pass(d / 2)
			if w.hands.off < time.Minute {
				w.Step(10 * time.Second)
			}
			w.pass(d - d/2)
		},
	}
}

// TestScenesUnderAnUnrulyClock plays the scenes while the clock of the machine is set. Everything is seen at the same time.
func TestScenesUnderAnUnrulyClock(t *testing.T) {
	for how, swing := range swings() {
		for name, scene := range theScenes() {
			t.Run(how+"/"+name, func(t *testing.T) {
				play(t, func(w *world) {
					w.unruly = swing
					scene(w)
				})
			})
		}
	}
}

// TestScenesWithAClockThatIsWrongAtTheStart plays the scenes with a clock that is set right during them.
func TestScenesWithAClockThatIsWrongAtTheStart(t *testing.T) {
	for _, by := range []time.Duration{-4 * time.Minute, 4 * time.Minute} {
		for name, scene := range theScenes() {
			t.Run(by.String()+"/"+name, func(t *testing.T) {
				play(t, func(w *world) {
					w.Reboot(by)
					w.unruly = func(w *world, d time.Duration) {
						w.unruly = nil
						w.pass(d / 2)
						w.Step(-by)
						w.pass(d - d/2)
					}
					scene(w)
				})
			})
		}
	}
}

// TestAStepOfTheClock looks at one deadline closely: whatever is done to the clock, whom to page next is decided when five minutes
// have passed, and not a second earlier or later.
func TestAStepOfTheClock(t *testing.T) {
	for name, done := range map[string]func(*world){
		"nothing":            func(*world) {},
		"ahead":              func(w *world) { w.Step(time.Hour) },
		"ahead by 8 min":     func(w *world) { w.Step(8 * time.Minute) },
		"back":               func(w *world) { w.Step(-time.Hour) },
		"back by 59 s":       func(w *world) { w.Step(-59 * time.Second) },
		"to 1970":            func(w *world) { w.Step(-30 * 365 * 24 * time.Hour) },
		"ahead and a start":  func(w *world) { w.Step(time.Hour); w.Restart() },
		"a start in between": func(w *world) { w.Step(time.Hour); w.Wait(2 * time.Second); w.stop(); w.Step(-time.Hour); w.start() },
		"at once in between": func(w *world) { w.Step(time.Hour); w.stop(); w.Step(-time.Hour); w.start() },
		"a start behind":     func(w *world) { w.stop(); w.Step(-time.Hour); w.start() },
		"a start ahead":      func(w *world) { w.stop(); w.Step(time.Hour); w.start() },
		"another boot, right again": func(w *world) {
			w.Step(time.Hour)
			w.Wait(time.Second)
			w.Reboot(0)
		},
		"another boot, ahead still": func(w *world) {
			w.Step(time.Hour)
			w.Wait(time.Second)
			w.Reboot(time.Hour)
		},
		"another boot, in 1970": func(w *world) { w.Reboot(-30 * 365 * 24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				begun := time.Now()
				w.Alarm("checkout-5xx")
				w.Paged("ana", "checkout-5xx")
				done(w)
				w.Wait(5*time.Minute - time.Second - time.Since(begun))
				w.Quiet()
				w.Wait(2 * time.Second)
				w.Paged("bo", "checkout-5xx")
			})
		})
	}
}

// TestWhatIsOwedWhileTheClockIsWrong: its deadline counts from then, also when the clock is set right before it, in the same life
// and in the next.
func TestWhatIsOwedWhileTheClockIsWrong(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -4 * time.Minute} {
		for name, right := range map[string]func(*world){
			"set right": func(w *world) { w.Step(-by) },
			"started anew": func(w *world) {
				w.stop()
				w.Step(-by)
				w.start()
			},
			"another boot": func(w *world) { w.Reboot(0) },
		} {
			if name == "another boot" && by < 0 {
				continue // only the wall clock knows how long that took, and it says too much
			}
			t.Run(by.String()+" "+name, func(t *testing.T) {
				play(t, func(w *world) {
					w.Step(by) // not even noticed yet
					w.Alarm("checkout-5xx")
					w.Wait(time.Second)
					w.Alarm("search-p99")
					w.Paged("ana", "checkout-5xx")
					w.Paged("ana", "search-p99")
					right(w)
					w.Wait(5*time.Minute - 3*time.Second)
					w.Quiet()
					w.Wait(4 * time.Second)
					w.Paged("bo", "")
					w.Paged("bo", "")
				})
			})
		}
	}
}

// TestAMachineThatSlept pages at once for what came due meanwhile, and for the rest when its time has come.
func TestAMachineThatSlept(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-5xx")
		w.Paged("ana", "checkout-5xx")
		w.Wait(2 * time.Minute)
		w.Alarm("search-p99")
		w.Paged("ana", "search-p99")
		w.Sleep(4 * time.Minute)
		w.Paged("bo", "checkout-5xx")
		w.Wait(55 * time.Second)
		w.Quiet()
		w.Wait(5 * time.Second)
		w.Paged("bo", "search-p99")
		w.Quiet()
	})
}
