package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPhoneInBrowser has an alarm fire while Slack is down: the phone rings, its link acknowledges, and Slack says who did it once it
// is back. The second time on the screen of a phone.
func TestPhoneInBrowser(t *testing.T) {
	browserPath(t)
	url := startDemo(t)
	p := newTab(t, url)
	p.sees("#log", "No pages. Enjoy the calm.")
	if p.is(`document.querySelector("#phone").offsetHeight`) {
		t.Error("the phone shows itself though nothing came")
	}
	p.press("stage", "Slack is down for 30 s")
	p.sees("#banner", "Slack is down.")
	p.press("stage", "Fire an alarm")
	p.sees("#phone", "Ana’s phone")
	p.sees("#phone", "sev1 #1 checkout: checkout-5xx-rate")
	p.sees("#phone", "SMS")
	p.sees("#phone", "Call")
	p.sees("#phone", "E-mail")
	for _, colours := range []string{"dark", "light"} {
		p.theme(colours)
		p.accessible("the phone rings, " + colours)
		p.picture("phone-" + colours + ".png")
	}
	p.do(chromedp.EmulateViewport(390, 844))
	p.fits("the phone on a phone")
	p.accessible("the phone on a phone")
	p.picture("phone-small.png")

	link, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector(".arrival-sms a").href`))
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(link))
	p.sees("body", "You are ana.")
	p.accessible("the page of the link")
	p.fits("the page of the link")
	p.do(chromedp.Click(chromedp.Search(`//button[normalize-space(.)="Acknowledge"]`)))
	p.sees("body", "Acknowledged.")

	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url))
	p.sees("#beside", "ana acknowledged by link")
	p.sees("#beside", "push message delivered, SMS delivered, call delivered, e-mail delivered")
	p.do(chromedp.Click(chromedp.Search(`//button[@aria-label="Put the phone away"]`)))
	p.waits("the phone is away", `!document.querySelector("#phone").offsetHeight`)
}
