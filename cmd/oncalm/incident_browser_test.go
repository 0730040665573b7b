package main

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestIncidentInBrowser goes through a whole incident, from the alarm to its postmortem, and another that somebody declares, and says
// every word of the table at least once, on a desktop and on a phone. A word that is new makes it fail until it is said here, too.
func TestIncidentInBrowser(t *testing.T) {
	browserPath(t)
	for _, screen := range []struct {
		name  string
		phone bool
	}{{"desktop", false}, {"phone", true}} {
		t.Run(screen.name, func(t *testing.T) {
			v := newVisit(t, screen.phone)
			v.isPaged()
			v.takesCharge()
			v.talks()
			v.declares()
			v.looks()
			v.ends()
			v.plans()
			for _, word := range v.unsaid() {
				t.Errorf("nobody says %s", word)
			}
			if found := v.complaints(); len(found) > 0 {
				t.Errorf("the page complains: %q", found)
			}
		})
	}
}

// TestUnsaid holds that the test above would find a word that nobody says.
func TestUnsaid(t *testing.T) {
	v := &visit{tab: &tab{t: t}, said: map[string]bool{}}
	all := len(v.unsaid())
	v.notes("/incident acknowledge 1")
	v.notes("/oncall")
	if left := v.unsaid(); all < 40 || len(left) != all-2 || slices.Contains(left, "/incident ack") || slices.Contains(left, "/oncall") {
		t.Errorf("of %d words, %q are left", all, left)
	}
}

// isPaged has an alarm fire, and answers the page.
func (v *visit) isPaged() {
	v.t.Helper()
	v.press("stage", "Fire an alarm")
	v.sees("#log", "sev1 · checkout-5xx-rate")
	v.sees("#log", "Why you: you are on call for shop")
	v.both("a page", "page", "#log .msg:last-child .blocks")
	v.scene("1-paged")
	v.press("log", "Acknowledge")
	v.sees("#log", "Acknowledged by ana")
	v.says("/incident", "Answer a page:")
	v.says("/incident undo", "You took back that you acknowledged 1")
	v.says("/incident ack 1 I look", "Your note: “I look”.")
	v.taps("#log", "Resolve")
	v.sees("dialog", "“checkout-5xx-rate” still says ALARM.")
	v.both("a question", "", "")
	v.shuts("Not yet")
}

// takesCharge has who leads say who does what, how bad it is, and what others are told.
func (v *visit) takesCharge() {
	v.t.Helper()
	v.says("/incident lead", "You are lead of 1")
	v.says("/incident role comms @bo", "bo is comms of 1")
	v.says("/incident roles", "Scribe: nobody")
	v.says("/incident rename Payments fail", "1 is called “Payments fail” now")
	v.says("/incident note yesterday 23:50 the provider announced it", "Noted on 1 (Payments fail) at 23:50")
	v.repeats("/incident timeline 1", "the provider announced it") // while the timeline is short: it is the first of its lines
	v.says("/incident edit 1 "+v.line("the provider announced it")+" yesterday 23:45 the provider had announced it", "yesterday 23:45")
	v.says("/incident summary The payment provider answers 503", "The card of 1 (Payments fail) says what it is about now.")
	v.says("/incident impact from yesterday 23:40 to yesterday 23:55 half of the customers cannot pay", "The impact of 1")
	v.says("/incident page @cy you know the provider", "You paged cy for 1")
	v.says("/incident rollback 1", "It needs 1 approval within 10 minutes, by bo or cy")
	v.says("/incident freeze 1", "can be frozen")
	v.says("/incident unfreeze 1", "Nothing is frozen for 1")
	v.says("/incident action @ana alert on the provider's errors due fri", "An action item of 1 (Payments fail) for ana")
	v.says("/incident update identified We switch to the other provider next in 30m", "It goes to 1 channel.")
	v.goes("status")
	v.sees("#log", "We switch to the other provider")
	v.goes("incidents")
	v.sees("#log", "lead: ana · comms: bo")
	v.sees("#log", "We switch to the other provider (the next by")
	v.both("the card", "card", "#log .msg:last-child .blocks")
	v.taps("#log", "Add note")
	v.sees("dialog", "Note on incident 1")
	v.fills("Note", "the dashboard shows it, too")
	v.taps("dialog", "Add")
	v.sees("dialog", "Noted on 1")
	v.shuts("Close")
	v.sees("#log", "ana: the dashboard shows it, too")
}

// talks puts what people say in the incident's own channel onto the timeline: with a pin, a reaction, and the menu of a message.
func (v *visit) talks() {
	v.t.Helper()
	v.as("Cy")
	v.goes("inc-1-")
	v.types("the provider has lost a data centre, says its status page")
	v.sees("#log", "lost a data centre")
	v.as("Bo")
	v.goes("inc-1-")
	v.types("the other provider takes 400 payments a second")
	v.sees("#log", "takes 400 payments")
	v.as("Ana")
	v.goes("inc-1-")
	v.menu("lost a data centre", "Pin to channel")
	v.waits("the pin", `[...document.querySelectorAll("#log .msg")].some((m) => /lost a data centre/.test(m.innerText) && /Pinned/.test(m.innerText))`)
	v.menu("takes 400 payments", "React with pushpin")
	v.waits("the reaction", `document.querySelector("#log .reaction")`)
	v.types("we switch to the other one")
	v.menu("we switch to the other one", "Add to timeline")
	v.sees("dialog", "Kind")
	v.fills("Kind", "decision")
	v.both("the form of a line", "", "")
	v.taps("dialog", "Add")
	v.sees("dialog", "It goes onto the timeline of 1")
	v.shuts("Close")
	v.menu("we switch to the other one", "Declare from message")
	v.waits("the title filled in", `document.querySelector("dialog input")?.value === "we switch to the other one"`)
	v.shuts("Cancel")
	v.sees("#log", "ana: we switch to the other one (decision)") // on the card
	v.scene("2-response")
	v.repeats("/incident timeline 1", "lost a data centre", "takes 400 payments", "we switch to the other one")
	v.both("a timeline", "", "")
	v.says("/incident strike 1 "+v.line("takes 400 payments")+" it was less", "it was less")
}

// declares fills in the form of an incident that no alarm tells of, and merges it with the other.
func (v *visit) declares() {
	v.t.Helper()
	v.goes("Oncalm")
	v.opens("/incident declare", "Declare an incident")
	v.taps("dialog", "Declare")
	v.sees("dialog", "Please fill this in.")
	v.fills("What goes wrong", "Refunds are not paid out")
	v.fills("Service", "checkout")
	v.fills("Severity", "sev2")
	v.both("the form", "modal", "dialog")
	v.taps("dialog", "Declare")
	v.sees("dialog", "You declared 2 (Refunds are not paid out)")
	v.shuts("Close")
	v.says("/incident severity 2 sev1 it is all of them", "is sev1 now; it was sev2")
	v.says("/incident snooze 2 30m they need half an hour", "You snoozed 2")
	v.says("/incident escalate 2 it gets worse", "The next step of its policy is paged now.")
	v.says("/incident why 2", "ana was paged by Slack")
	v.says("/incident merge 2 into 1", "You merged 2 into 1 (Payments fail)")
}

// looks has another alarm fire, and looks at what is open.
func (v *visit) looks() {
	v.t.Helper()
	v.tapsIf("the alarm", `document.querySelector("#stage .btn-primary")`)
	v.repeats("/incident list", "search-p99-latency") // the page may wait for a moment, since so many came
	v.taps("#head", "Home")
	v.sees("#home", "You are on call")
	v.sees("#home", "alert on the provider's errors")
	v.sees("#home", "Done 1-1")
	v.sees("#home", "Acknowledge 3")
	v.both("the home tab", "home", "#home .blocks")
	v.taps("#home", "Acknowledge 3")
	v.misses("#home", "Acknowledge 3")
	v.sees("#home", "search-p99-latency · search · acknowledged by ana")
	v.taps("#head", "Messages")
	v.says("/incident merge 3 into 1", "You merged 3 into 1 (Payments fail)")
	v.says("/incident split 1 search-p99-latency", "search-p99-latency")
	v.says("/incident info 1", "Summary: The payment provider answers 503")
	v.says("/incident logs 1", "I look at the logs of checkout for 1")
	v.sees("#log", "the payment provider answered <Token-")
	v.both("what logs say", "", "")
	v.says("/incident traces 1", "I look at the traces of checkout for 1")
	v.sees("#log", "payment-provider (remote): ")
}

// ends resolves what is open, and reads the postmortem.
func (v *visit) ends() {
	v.t.Helper()
	clears := func() {
		v.tapsIf("the alarm's end", `[...document.querySelectorAll("#stage button")].find((b) => b.textContent === "Clear it" && b.getAttribute("aria-busy") !== "true")`)
	}
	clears()
	v.repeats("/incident list", "One incident is open")
	v.says("/incident resolve 1", "1 is not resolved yet: “checkout-5xx-rate” still says ALARM.")
	clears()
	v.sees("#log", "Resolved by alarm checkout-5xx-rate")
	v.says("/incident reopen 1 some still fail", "You reopened 1 (Payments fail).")
	v.types("ack 1") // without a slash command
	v.waits("the answer to a plain message", `[...document.querySelectorAll("#log .msg:not(.msg-own)")].some((m) => m.innerText.includes("You acknowledged 1 (Payments fail)."))`)
	v.says("/incident resolve 1 all are paid", "You resolved 1 (Payments fail).")
	v.goes("inc-1-")
	v.sees("#log", "Resolved by ana")
	v.scene("3-resolved", chromedp.Evaluate[chromedp.Void](`document.querySelector("#log").scrollTop = 0, null`))
	v.goes("Oncalm")
	v.says("/incident postmortem 1", "Postmortem of incident 1: Payments fail")
	v.both("the postmortem", "", "")
	v.taps("#log", "Add action item")
	v.sees("dialog", "Of incident 1: Payments fail")
	v.fills("What is to be done", "a second provider takes over by itself")
	v.fills("Owner", "Bo")
	v.fills("Due", "fri")
	v.both("the form of an action item", "", "")
	v.taps("dialog", "Save")
	v.sees("dialog", "It is 1-2.")
	v.shuts("Close")
	v.says("/incident actions", "2 action items are open:")
	v.taps("#log", "Done 1-2")
	v.sees("#log", "1-2 is done.")
	v.says("/incident write 1 learned the provider has a status page", "has your words in its section learned.")
	v.says("/incident review 1 @bo", "The postmortem of 1 (Payments fail) is in review now, by bo")
	v.scene("4-postmortem")
	v.says("/incident help", "The state of an incident, and what happened.")
}

// plans says the words of who is on call.
func (v *visit) plans() {
	v.t.Helper()
	v.says("/oncall", "shop: ana until")
	v.says("/oncall me 2h", "you are on call for shop then anyway")
	v.opens("/oncall override", "Put somebody on call")
	v.fills("Who", "Bo")
	v.both("a form with a person and times", "", "")
	v.taps("dialog", "Next")
	v.sees("dialog", "Should I put bo on call for shop?")
	v.taps("dialog", "Confirm")
	v.sees("dialog", "bo will be on call for shop.")
	v.shuts("Close")
	v.says("/oncall undo", "Undone")
	v.says("/oncall cover me fri 18:00..sat 09:00", "Should I ask the others of shop to cover for you?")
	v.says("/oncall swap @cy", "Should I ask cy to swap these shifts of shop with you?")
	v.says("/oncall schedule", "shop, the next 14 days:")
	v.says("/oncall why", "layer primary")
	v.says("/oncall feed", "makes a link to your own shifts")
	v.opens("/oncall silence", "Or alarms by a pattern")
	v.fills("Or alarms by a pattern", "search-*")
	v.fills("Why", "deploy")
	v.taps("dialog", "Silence")
	v.sees("dialog", "Silenced: search-*")
	v.shuts("Close")
	v.says("/oncall silences", "by ana: “deploy”")
	v.says("/oncall unsilence search-*", "Ended: search-*.")
	v.says("/oncall simulate checkout", "goes through policy shop")
	v.says("/oncall trace", "checkout-5xx-rate ALARM")
	v.says("/oncall verify", "Say by which channel")
	v.says("/oncall notify", "You are paged by")
	v.says("/oncall status", "How people are reached")
	v.says("/oncall test", "A test is on its way")
	v.says("/oncall help me", "You take over, starting now.")
	v.tapsIf("the shortcuts", `document.querySelector("#composer [data-focus=shortcuts]")`)
	v.chooses("Declare incident")
	v.sees("dialog", "What goes wrong")
	v.shuts("Cancel")
}
