package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestDemoInBrowser goes the way of a visitor through the demo, from the first alarm to
// the postmortem, with a mouse and a keyboard.
func TestDemoInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.sees("#log", "No pages. Enjoy the calm.")
	p.sees("#tour", "0 of 6")
	p.accessible("at first")

	p.press("stage", "Fire an alarm")
	p.sees("#log", "sev1 · checkout-5xx-rate")
	p.sees("#log", "Why you: you are on call for shop")
	p.sees("#beside", "Triggered: nobody has acknowledged yet")
	p.sees("#beside", "Paged: ana (Slack delivered, push message, SMS, call and e-mail to follow)")
	p.sees("#tour", "2 of 6")
	p.accessible("paged")

	p.keys("composer-input", "/incident\r") // typed key by key, the command alone, and Enter: it looks, and changes nothing
	p.sees("#log", "Answer a page:")
	p.sees("#beside", "Triggered: nobody has acknowledged yet")
	p.misses("#log", "You acknowledged")

	p.press("log", "Acknowledge")
	p.sees("#log", "Acknowledged by ana")
	p.misses("#log", "Acknowledge\n")
	p.sees("#beside", "Acknowledged by ana")
	p.press("log", "Resolve")
	p.sees("dialog", "“checkout-5xx-rate” still says ALARM.")
	p.do(chromedp.Click(`//dialog//button[normalize-space(.)="Not yet"]`))
	p.sees("#beside", "Acknowledged by ana")

	p.types("/incident note the pool is exhausted, rolling back to 41")
	p.sees("#log", "Noted on 1 (checkout-5xx-rate).")
	p.sees("#beside", "ana: the pool is exhausted, rolling back to 41")
	p.press("stage", "Clear it")
	p.sees("#beside", "Resolved by alarm checkout-5xx-rate")
	p.sees("#log", "Resolved by alarm checkout-5xx-rate")

	p.types("/incident postmortem")
	p.sees("#log .markdown", "Postmortem of incident 1: checkout-5xx-rate")
	p.sees("#log .markdown", "the pool is exhausted, rolling back to 41")
	p.waits("a table in the document", `document.querySelectorAll("#log .markdown table td").length > 3`)
	p.sees("#tour", "All done")
	for _, colours := range []string{"light", "dark"} {
		p.theme(colours)
		p.accessible("with a postmortem, " + colours)
	}
	p.types("/incident help")
	p.sees("#log", "The state of an incident, and what happened.")
	p.types("/oncall")
	p.sees("#log", "shop: ana until")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}

// TestDemoOnPhone looks at the narrow page, in light and dark, and at what is open only
// there or only now and then.
func TestDemoOnPhone(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.press("stage", "Fire an alarm")
	p.sees("#log", "Acknowledge")
	p.misses("#shell", "Cards of all incidents")
	for _, colours := range []string{"light", "dark"} {
		p.theme(colours)
		p.accessible("phone, " + colours)
		p.fits("phone, " + colours)
	}
	p.do(chromedp.Click(chromedp.ID("menu")))
	p.sees("#sidebar", "First steps")
	p.accessible("phone, with the list of conversations")
	p.press("sidebar", "incidents1 unread")
	p.sees("#head", "Cards of all incidents")
	p.sees("#log", "Triggered: nobody has acknowledged yet")
	p.fits("phone, with a card")

	p.opensPeople()
	p.accessible("phone, with the menu of people")
	p.picks("Bo")
	p.sees("#log", "When you are on call, Oncalm pages you here.")

	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#stage .btn-danger").click()`)) // it may stand beyond the edge
	p.sees("#banner", "Slack is down")
	p.waits("no typing while Slack is down", `document.querySelector("#composer-input").disabled`)
	p.accessible("phone, while Slack is down")
	p.fits("phone, while Slack is down")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}

// TestBrowserNotices holds that the tests above can fail: that errors, exceptions and
// failed requests are heard of, that axe finds what is wrong, and that too wide is too
// wide.
func TestBrowserNotices(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.sees("#log", "Enjoy the calm")
	p.do(chromedp.Evaluate[chromedp.Void](`setTimeout(() => nobody.knows()), console.error("oh dear"), fetch("/nowhere"), fetch("http://127.0.0.1:1/").catch(() => 0), null`))
	var heard []string
	for end := time.Now().Add(time.Minute); len(heard) < 5 &&
		time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		heard = append(heard, p.complaints()...)
	}
	for _, want := range []string{"nobody is not defined", "oh dear", "404", "Content Security Policy"} {
		if !slices.ContainsFunc(heard, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("nothing was heard of %q: %q", want, heard)
		}
	}
	if found := p.violations(); len(found) > 0 {
		t.Errorf("before anything was spoilt: %q", found)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`const b = document.createElement("button"); b.style.width = "2000px"; document.querySelector("#pane").append(b), null`))
	if found := p.violations(); len(found) == 0 || !strings.HasPrefix(found[0], "critical button-name") {
		t.Errorf("axe finds %q, want the button without a name", found)
	}
	if wide := p.tooWide(); len(wide) == 0 {
		t.Error("a button of 2000 px fits")
	}
}
