package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/templates"
)

// TestPostmortemInBrowser: the page of a postmortem is shown with its picture, reads well for who cannot see it, fits a phone, breaks
// its own policy nowhere, and lets nothing run that somebody might get into it.
func TestPostmortemInBrowser(t *testing.T) {
	browserPath(t)
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	advisor, err := lint.New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, name := range []string{"responded", "rolled-back", "measured", "hostile", "rtl"} {
		i, events := storytest.Stories()[name](t).Folded()
		doc := postmortems.Make(i, events, evidence.Around{}, postmortems.AsRoles)
		out, err := page.Render(doc, texts, page.Options{Advice: page.Advise(advisor, doc)})
		if err != nil {
			t.Fatal(err)
		}
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", page.Policy())
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(out)
		})
	}
	s := httptest.NewServer(doors.Frame(mux, slog.New(slog.DiscardHandler)))
	t.Cleanup(s.Close)
	p := newTab(t, s.URL+"/responded")
	for _, name := range []string{"responded", "rolled-back", "measured", "hostile", "rtl"} {
		p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(s.URL+"/"+name))
		p.waits("the picture", `document.querySelector("figure svg")?.getBoundingClientRect().width > 600`)
		p.waits("its own style", `getComputedStyle(document.querySelector("main")).maxWidth !== "none"`)
		p.accessible(name)
		p.fits(name)
		p.do(chromedp.EmulateViewport(390, 800))
		p.fits(name + " on a phone")
	}
	// The metric is drawn, and has the colours of the page's own sheet on both sides.
	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(s.URL+"/measured"))
	for _, side := range []struct{ name, curve string }{{"light", "rgb(31, 102, 184)"}, {"dark", "rgb(108, 176, 245)"}} {
		if side.name == "dark" {
			p.do(chromedp.Evaluate[chromedp.Void](`for (const s of document.styleSheets) for (const r of s.cssRules)
				if (r.media?.mediaText.includes("dark")) r.media.mediaText = "all"`))
		}
		p.waits("the metric in "+side.name, `getComputedStyle(document.querySelector(".metric polyline")).stroke === "`+side.curve+`"`)
		p.accessible("measured, " + side.name)
	}
	// What the policy keeps from running, a page without one runs.
	const inject = `((d) => { delete window.ran; const s = d.createElement("script"); s.textContent = "window.ran = 1";
		d.body.append(s); return window.ran === undefined; })(document)`
	p.mu.Lock()
	p.troubles = nil
	p.mu.Unlock()
	p.waits("nothing that runs", inject)
	p.do(chromedp.Navigate("data:text/html,<body>"))
	p.waits("a control that runs", "!"+inject)
	p.mu.Lock()
	p.troubles = nil // the browser has told of what it refused
	p.mu.Unlock()
}
