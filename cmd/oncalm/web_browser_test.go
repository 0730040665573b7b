package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWebPageInBrowser: everybody can use the page of who is on call, on a desktop and on a phone, in both colours; and what is wrong
// with it would be found.
func TestWebPageInBrowser(t *testing.T) {
	browserPath(t)
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	p := newTab(t, "http://"+r.web+"/")
	p.sees("main", "Who is on call")
	p.waits("the picture", `document.querySelector("main img").naturalWidth > 100`)
	for _, days := range []string{"6 weeks", "half a year", "14 days"} {
		to, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("nav a")].find((a) => a.textContent === `+js(days)+").href"))
		if err != nil {
			t.Fatal(err)
		}
		p.do(chromedp.Navigate(to)) // as a click, but it waits for the page
		p.waits(days, `document.querySelector("[aria-current]")?.textContent === `+js(days))
		p.accessible(days)
	}
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.accessible("phone, light")
	p.fits("phone, light")
	p.do(chromedp.Evaluate[chromedp.Void](`for (const s of document.styleSheets) for (const r of s.cssRules) if (r.media) r.media.mediaText = "all"`))
	p.waits("dark", `getComputedStyle(document.body).backgroundColor === "rgb(26, 29, 33)"`)
	p.accessible("phone, dark")
	if found := p.complaints(); len(found) > 0 {
		t.Errorf("the page complains: %q", found)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main img").removeAttribute("alt"), null`))
	if found := p.violations(); len(found) == 0 {
		t.Error("axe does not miss the text of the picture")
	}
}
