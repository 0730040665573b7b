package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// as lets the visitor act as another person.
func (p *tab) as(name string) {
	p.t.Helper()
	p.opensPeople()
	p.picks(name)
	p.sees("#actor", name)
}

// TestNewMessagesInBrowser: what comes while the reader is further up is unread until they
// have gone to the end, and a button leads there.
func TestNewMessagesInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.sees("#log", "No pages. Enjoy the calm.")
	for range 3 {
		p.types("/oncall help")
	}
	p.waits("the answers", `document.querySelectorAll("#log .msg").length >= 3 && document.querySelector("#log").scrollHeight > 1000`)
	for range 3 { // until the page has noticed
		p.waits("the beginning", `((log) => { const was = log.scrollTop; log.scrollTop = 0; return was === 0; })(document.querySelector("#log"))`)
	}
	p.press("stage", "Fire an alarm")
	p.waits("the way to the new message", `document.querySelector("#news")?.offsetHeight > 0 && document.title.startsWith("•")`)
	for _, colours := range []string{"light", "dark"} {
		p.theme(colours)
		p.accessible("further up, " + colours)
	}
	p.keys("news", "\r")
	p.waits("the end, read", `document.querySelector("#news").offsetHeight === 0 && !document.title.startsWith("•")`)

	p.types("/incident note " + strings.Repeat("x", 700))
	p.sees("#log", "Noted on 1")
	p.types("/incident postmortem")
	p.waits("a table that breaks long words", `[...document.querySelectorAll("#log .markdown table")].some((e) => e.innerText.includes("xxxxxxxx") && e.offsetWidth <= 900)`)
	p.fits("with a long word")
}

// TestOnCallInBrowser changes who is on call with a mouse and a keyboard: an override, a
// cover, a swap, and what they look like in the schedule.
func TestOnCallInBrowser(t *testing.T) {
	browserPath(t)
	p := newTab(t, startDemo(t))
	p.sees("#log", "No pages. Enjoy the calm.")
	p.types("/oncall override @bo tomorrow 18:00..tomorrow 20:00")
	p.sees("#log", "Should I put bo on call for shop?")
	p.press("log", "Confirm")
	p.sees("#beside", "That is an override by ana.")

	p.types("/oncall cover me fri 18:00..sat 09:00")
	p.sees("#log", "Should I ask the others of shop to cover for you?")
	p.press("log", "Ask the others")
	p.sees("#log", "I ask bo and cy.")
	p.as("Bo")
	p.sees("#log", "ana asks the others of shop to cover")
	p.accessible("asked to cover")
	p.press("log", "Accept")
	p.sees("#beside", "That is a cover that ana asked for and bo accepted.")
	p.as("Cy")
	p.sees("#log", "bo")
	p.misses("#log", "Decline")

	p.as("Ana")
	p.types("/oncall swap @cy")
	p.press("log", "Ask cy")
	p.as("Cy")
	p.press("log", "Accept")
	p.sees("#beside", "swap")

	p.as("Ana")
	p.types("/oncall schedule")
	p.waits("the picture of the schedule", `[...document.querySelectorAll("#log img")].some((i) => i.naturalWidth > 600)`)
	p.types("/oncall why")
	p.sees("#log", "layer primary")
	p.types("/oncall override")
	p.sees("body", "Put somebody on call")
	for _, colours := range []string{"light", "dark"} {
		p.do(chromedp.Evaluate[chromedp.Void]("document.documentElement.dataset.theme = " + js(colours) + ", null"))
		p.accessible("a form, " + colours)
	}
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
}
