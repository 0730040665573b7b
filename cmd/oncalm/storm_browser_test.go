package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// click presses the first button in a place whose label has a text in it, also beyond the edge of what is seen.
func (p *tab) click(place, label string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(` + js(place+" button") + `)].find((b) => b.textContent.includes(` +
		js(label) + `)).click(), null`))
}

// TestStormInBrowser looks at a storm with Slack's limits, on a wide page and on a phone: one card, its list, an incident out of
// it, and the end.
func TestStormInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t, "-slack-limits"))
	p.do(chromedp.EmulateViewport(1440, 1000))
	p.waits("the switch for the limits is on", `document.querySelector("#stage [aria-pressed=true]")?.textContent === "Slack's limits"`)
	p.press("stage", "Storm")
	p.sees("#beside", "Storm · 25 incidents are open")
	p.sees("#beside", "platform: 🟠 15 sev2")
	p.sees("#beside", "On call, and paged: ana (25)")
	p.click("#beside", "Show all 25")
	p.sees("#beside", "25 incidents of this storm are open, the worst first")
	p.accessible("the list of a storm")
	p.click("#beside", "Open 3 ")
	p.sees("#beside", "Back to the list")

	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.do(chromedp.Click(chromedp.ID("menu")))
	p.click("#sidebar", "incidents")
	p.sees("#head", "Cards of all incidents")
	p.sees("#log", "Storm · 25 incidents are open")
	p.sees("#log", "🟠 sev2 · orders-host-03-unhealthy")
	p.fits("phone, in a storm")
	p.accessible("phone, in a storm")
	p.click("#stage", "Clear it")
	p.sees("#log", "The storm is over · 25 incidents on 3 services")
	p.sees("#log", "All are resolved.")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}
