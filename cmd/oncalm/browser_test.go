package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pictureVar, if it is set, lets the tests in a browser write the pictures of the documents anew:
//
//	make pictures
const pictureVar = "ONCALM_PICTURE"

const pictureMax = 250_000 // bytes

// browserPath finds a browser. Where everything must be tested, there has to be one.
func browserPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: starts a browser")
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const todo = "no browser found: install Chromium (Debian: apt-get install chromium)"
	if os.Getenv("CI") == "true" {
		t.Fatal(todo)
	}
	t.Skip(todo)
	return ""
}

// tab is one page in a browser. Its words say what a visitor does there, and what is to
// be seen.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string // errors and exceptions of the console, requests that failed
}

// newTab opens a page. Nothing on it moves, so that what is seen does not depend on when
// one looks.
func newTab(t *testing.T, url string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("lang", "en-GB"), chromedp.Env("TZ=Europe/Berlin"),
	)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(stop)
	ctx, kill := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(kill)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	p := &tab{t: t, ctx: ctx}
	said := chromedp.Console(ctx)
	go func() {
		for m, err := range said {
			if err != nil {
				return // the page is closed
			}
			p.hear(m)
		}
	}()
	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url))
	return p
}

// hear notes what no page should say.
func (p *tab) hear(m chromedp.ConsoleMessage) {
	if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.troubles = append(p.troubles, strings.TrimSpace(fmt.Sprintf("%s %s", m, m.URL)))
	}
}

// do does things in the page.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%v\nThe page shows:\n%s", err, p.text("body"))
	}
}

// text is what can be read in the element that a selector finds.
func (p *tab) text(selector string) string {
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.querySelector("+js(selector)+")?.innerText ?? ''"))
	return text
}

// is evaluates a condition in the page.
func (p *tab) is(condition string) bool {
	p.t.Helper()
	ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
	if err != nil {
		p.t.Fatal(err)
	}
	return ok
}

// waits waits until a condition is true in the page.
func (p *tab) waits(what, condition string) {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); !p.is(condition); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%s: not within a minute. The page shows:\n%s", what, p.text("body"))
		}
	}
}

// sees waits until a text can be read in a place.
func (p *tab) sees(place, text string) {
	p.t.Helper()
	p.waits(fmt.Sprintf("%q in %s", text, place), "document.querySelector("+js(place)+")?.innerText.includes("+js(text)+")")
}

// misses waits until a text cannot be read in a place any more.
func (p *tab) misses(place, text string) {
	p.t.Helper()
	p.waits(fmt.Sprintf("no %q in %s", text, place), "!document.querySelector("+js(place)+")?.innerText.includes("+js(text)+")")
}

// press presses the last button with a text in a place, as a mouse does: if something
// lies over it, that gets the click.
func (p *tab) press(place, button string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.Search(fmt.Sprintf(`(//*[@id=%q]//button[normalize-space(.)=%q])[last()]`, place, button))))
}

// types writes a line into the message box, as one that is pasted, and sends it with the keyboard.
func (p *tab) types(line string) {
	p.t.Helper()
	p.waits("the message box takes "+line, `((e, line) => {
		if (e.disabled || e.value) return false;
		e.blur(); // it may have the focus without the caret
		e.focus();
		return document.activeElement === e && document.execCommand("insertText", false, line) && e.value === line;
	})(document.querySelector("#composer-input"), `+js(line)+")")
	p.do(chromedp.KeyEvent("\r"))
	p.waits(line+" is sent", `document.querySelector("#composer-input").value !== `+js(line))
}

// keys presses keys in an element. It does without chromedp.SendKeys, which reads attributes while the page may change them.
func (p *tab) keys(id, keys string) {
	p.t.Helper()
	p.waits("the focus on "+id, "((e) => { e?.focus(); return e && document.activeElement === e; })(document.getElementById("+js(id)+"))")
	p.do(chromedp.KeyEvent(keys))
}

// opensPeople opens the menu of those whom the visitor can act as.
func (p *tab) opensPeople() {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.ID("actor")))
	// The button says so when the menu is in its place. Before that, as soon as it is open, it moves, and a press would miss.
	p.waits("the menu of people", `document.querySelector("#actor").getAttribute("aria-expanded") === "true"`)
}

// picks picks somebody from that menu.
func (p *tab) picks(name string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.Search(fmt.Sprintf(`//*[@id="actor-menu"]//button[contains(., %q)]`, name))))
}

// js is a string of JavaScript.
func js(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // unreachable: strings can be encoded
	}
	return string(text)
}

// violations lets axe-core look at the page as it stands. Each begins with how bad it is.
func (p *tab) violations() []string {
	p.t.Helper()
	if !p.is("window.axe") {
		script, err := os.ReadFile("testdata/axe/axe.min.js")
		if err != nil {
			p.t.Fatal(err)
		}
		p.do(chromedp.Evaluate[chromedp.Void](string(script) + "\n;null"))
	}
	const look = `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) =>
		v.impact + " " + v.id + ": " + v.help + " at " + v.nodes.map((n) => n.target.join(" ")).join(", ")))`
	found, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](look, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("axe: %v", err)
	}
	return found
}

// accessible holds that everybody can use the page as it stands.
func (p *tab) accessible(state string) {
	p.t.Helper()
	for _, violation := range p.violations() {
		p.t.Errorf("%s: %s", state, violation)
	}
}

// tooWide names what has to be scrolled sideways to be read.
func (p *tab) tooWide() []string {
	p.t.Helper()
	const over = `[...document.querySelectorAll("body, .log, .pane, .sidebar, .dialog")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.id || e.className)`
	wide, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](over))
	if err != nil {
		p.t.Fatal(err)
	}
	return wide
}

// fits holds that the page is not wider than the screen.
func (p *tab) fits(state string) {
	p.t.Helper()
	if wide := p.tooWide(); len(wide) > 0 {
		p.t.Errorf("%s: wider than the screen: %v", state, wide)
	}
}

// theme chooses the colours with the page's own button.
func (p *tab) theme(name string) {
	p.t.Helper()
	for range 3 {
		if p.is("document.documentElement.dataset.theme === " + js(name)) {
			return
		}
		p.do(chromedp.Click(chromedp.ID("theme")))
	}
	p.t.Fatalf("the colours cannot be made %s", name)
}

// picture takes a picture of the screen for the documents, if it is wanted, when something else was done before.
func (p *tab) picture(file string, before ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.portrait(file, "html", before...)
}

// portrait is picture for what a selector finds.
func (p *tab) portrait(file, selector string, before ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if os.Getenv(pictureVar) == "" {
		return
	}
	p.do(
		chromedp.MouseEvent("mouseMoved", 900, 30),
		chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".toast").forEach((t) => t.remove()), document.activeElement.blur(), null`),
	)
	p.do(before...)
	taken, err := chromedp.Run(p.ctx, chromedp.Screenshot(selector))
	if err == nil {
		taken, err = squeezed(taken)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	if len(taken) > pictureMax {
		p.t.Errorf("the picture %s has %d bytes, more than %d", file, len(taken), pictureMax)
	}
	if err := os.WriteFile(filepath.Join("../../docs/pictures", file), taken, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// complaints returns what the page has complained about since the last look.
func (p *tab) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.troubles
	p.troubles = nil
	return all
}
