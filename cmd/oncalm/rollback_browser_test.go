package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestRollbackInBrowser goes back to the last good version in the demo: a deployment, an alarm six minutes later, a rollback that one
// person asks for and another approves, which the fake ECS carries out, and the alarm that is OK again.
func TestRollbackInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.press("stage", "Fire an alarm")
	p.sees("#beside", "Changed before")
	p.click("#beside", "Roll back")
	p.sees("dialog", "checkout:43")
	p.sees("dialog", "It needs 1 approval within 10 minutes, by bo or cy.")
	p.accessible("the plan of a rollback")
	p.picture("rollback-plan.png", chromedp.Sleep(time.Second))
	p.click("dialog", "Send")
	p.sees("dialog", "can approve it within 10 minutes")
	p.click("dialog", "Close")
	p.sees("#beside", "It needs 1 approval by bo or cy")
	p.opensPeople()
	p.picks("Bo")
	p.sees("#log", "ana asks you to approve a rollback of ecs prod/checkout")
	p.click("#beside", "Approve")
	p.sees("#beside", "started the rollback to checkout:42")
	p.sees("#beside", "finished the rollback: it is checkout:42 again")
	p.sees("#beside", "the rollback helped: OK ")
	p.sees("#beside", "resolved")
	p.accessible("a rollback that helped")
	p.click("#sidebar", "incidents")
	p.sees("#log", "the rollback helped: OK ")
	p.picture("rollback.png", chromedp.Sleep(time.Second),
		chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#log")].forEach((e) => { e.scrollTop = e.scrollHeight; }), null`))
	// the messages are drawn anew now and then, and a press on what is not there any more opens nothing
	p.waits("the thread of the card is open",
		`!document.querySelector("#thread").hidden || ([...document.querySelectorAll("#log .replies")].at(-1)?.click(), false)`)
	p.waits("the graph after the rollback is in the card's thread",
		`document.querySelector("#thread img[alt*='after the rollback median']") !== null || document.querySelector("#thread img[alt*='after the alarm was OK']") !== null`)
	p.accessible("the thread with the graph")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}
