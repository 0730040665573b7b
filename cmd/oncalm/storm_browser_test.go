package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// click presses the first button in a place whose label has a text in it, also beyond the edge of what is seen.
func (p *tab) click(place, label string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(` + js(place+" button") + `)].find((b) => b.textContent.includes(` +
		js(label) + `)).click(), null`))
}

// TestStormInBrowser looks at a storm with Slack's limits, on a wide page and on a phone: 160 alarms are sixteen incidents, of which
// somebody is told in a few messages and the channel in one card; one press acknowledges all.
func TestStormInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t, "-slack-limits"))
	p.do(chromedp.EmulateViewport(1440, 1000))
	p.waits("the switch for the limits is on", `document.querySelector("#stage [aria-pressed=true]")?.textContent === "Slack's limits"`)
	p.press("stage", "Storm")
	p.sees("#log", "Acknowledge all takes in")
	p.waits("all alarms have been sent", `!document.querySelector("#stage [aria-busy=true]")`)
	p.sees("#beside", "Storm · 16 incidents are open")
	p.sees("#beside", "basket: 🟠 1 sev2")
	p.sees("#beside", "On call, and paged: ana (16)")
	p.do(chromedp.EmulateViewport(1280, 960))
	p.sees("#beside", "On call, and paged: ana (16)")
	p.picture("storm.png", chromedp.Sleep(time.Second),
		chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#beside *")].forEach((e) => { e.scrollTop = 0; }), null`))
	p.do(chromedp.EmulateViewport(1440, 1000))
	p.click("#beside", "Show all 16")
	p.sees("#beside", "16 incidents of this storm are open, the worst first")
	p.accessible("the list of a storm")
	p.click("#beside", "Open 3 ")
	p.sees("#beside", "Back to the list")

	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.fits("phone, told of a storm")
	p.accessible("phone, told of a storm")
	p.click("#log", "Acknowledge all")
	p.sees("#log", ": acknowledged by ana")
	p.do(chromedp.Click(chromedp.ID("menu")))
	p.click("#sidebar", "incidents")
	p.sees("#head", "Cards of all incidents")
	p.sees("#log", "Storm · 16 incidents are open")
	p.sees("#log", " of them acknowledged")
	p.fits("phone, in a storm")
	p.accessible("phone, in a storm")
	p.click("#stage", "Clear it")
	p.sees("#log", "The storm is over · 16 incidents on 16 services")
	p.sees("#log", "All are resolved.")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}
