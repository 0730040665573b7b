package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/chat"
)

// visit is somebody who goes through the demo with a screen of some size, and keeps account of the words that they said.
type visit struct {
	*tab
	phone bool
	said  map[string]bool // such as "/incident ack"
}

func newVisit(t *testing.T, phone bool) *visit {
	t.Helper()
	v := &visit{tab: newTab(t, startDemo(t)), phone: phone, said: map[string]bool{}}
	if phone {
		v.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	} else {
		v.do(chromedp.EmulateViewport(1440, 900))
	}
	v.sees("#log", "No pages. Enjoy the calm.")
	return v
}

// says types a command, and waits until its answer has a text in it.
func (v *visit) says(line, want string) {
	v.t.Helper()
	v.types(line)
	v.notes(line)
	v.waits(fmt.Sprintf("%q in the answer to %s", want, line), v.answer(line)+"?.innerText.includes("+js(want)+")")
}

// opens types a command that opens a form.
func (v *visit) opens(line, title string) {
	v.t.Helper()
	v.types(line)
	v.notes(line)
	v.sees("dialog", title)
}

// notes notes which word of the table a line has.
func (v *visit) notes(line string) {
	v.t.Helper()
	root, rest, _ := strings.Cut(line, " ")
	word, _, _ := strings.Cut(rest, " ")
	for _, room := range bot.Words(bot.Roots{}) {
		if w, known := chat.Find(room.Words, word); known && room.Root == root {
			v.said[root+" "+w.Name] = true
			return
		} else if room.Root == root && word == "" {
			v.said[root] = true
			return
		}
	}
	v.t.Errorf("%s has no word of the table", line)
}

// unsaid are the words of the table that were not said.
func (v *visit) unsaid() (all []string) {
	for _, room := range bot.Words(bot.Roots{}) {
		for _, w := range append([]chat.Word{room.Silent}, room.Words...) {
			if word := strings.TrimSpace(room.Root + " " + w.Name); !v.said[word] {
				all = append(all, word)
			}
		}
	}
	return all
}

// answer is the last answer to a line, as JavaScript.
func (v *visit) answer(line string) string {
	return `[...document.querySelectorAll("#log .msg-own")].findLast((m) => m.querySelector(".only-you code")?.textContent === ` + js(line) + ")"
}

// repeats says a line again and again until its answer has all of these texts: what it tells of takes its time.
func (v *visit) repeats(line string, texts ...string) {
	v.t.Helper()
	v.notes(line)
	answers := `[...document.querySelectorAll("#log .msg-own")].filter((m) => m.querySelector(".only-you code")?.textContent === ` + js(line) + ")"
	for end := time.Now().Add(time.Minute); ; {
		before, err := chromedp.Run(v.ctx, chromedp.Evaluate[int](answers+".length"))
		if err != nil {
			v.t.Fatal(err)
		}
		v.types(line)
		v.waits("an answer to "+line, fmt.Sprintf("%s.length > %d", answers, before))
		shown := v.shown(line)
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(shown, text) }) {
			return
		}
		if time.Now().After(end) {
			v.t.Fatalf("%s does not tell of all of %q:\n%s", line, texts, shown)
		}
	}
}

// shown is the last answer to a line.
func (v *visit) shown(line string) string {
	v.t.Helper()
	shown, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](v.answer(line)+"?.innerText ?? ''"))
	if err != nil {
		v.t.Fatal(err)
	}
	return shown
}

// line is the number of the line with a text in the timeline that was shown last.
func (v *visit) line(text string) string {
	v.t.Helper()
	shown := v.shown("/incident timeline 1")
	found := regexp.MustCompile(`(?m)^\W*(\d+)\s.*` + regexp.QuoteMeta(text)).FindStringSubmatch(shown)
	if found == nil {
		v.t.Fatalf("no line with %q in the timeline:\n%s", text, shown)
	}
	return found[1]
}

// taps presses the last button with just this label in a place, as soon as it is there.
func (v *visit) taps(place, label string) {
	v.t.Helper()
	v.tapsIf("the button "+label, `[...document.querySelectorAll(`+js(place+" button")+`)].findLast((b) => b.textContent.trim() === `+js(label)+` && b.checkVisibility())`)
}

// shuts closes the form that is open.
func (v *visit) shuts(label string) {
	v.t.Helper()
	v.taps("dialog", label)
	v.waits("no form", `!document.querySelector("dialog")`)
}

// tapsIf presses what an expression finds, as soon as it finds it.
func (v *visit) tapsIf(what, found string) {
	v.t.Helper()
	v.waits(what, "((e) => e && (e.click(), true))("+found+")")
}

// fills fills in a field of the open form: a text, or the label of what is to be chosen.
func (v *visit) fills(label, value string) {
	v.t.Helper()
	v.waits("the field "+label+" with "+value, `((label, value) => {
		const name = [...document.querySelectorAll("dialog label")].find((l) => l.textContent === label);
		const field = name && document.getElementById(name.htmlFor);
		if (!field) return false;
		if (field.tagName === "SELECT") {
			const option = [...field.options].find((o) => o.text === value);
			if (option) field.value = option.value;
			field.dispatchEvent(new Event("change", { bubbles: true }));
			return option;
		}
		field.focus();
		field.select();
		return document.execCommand("insertText", false, value);
	})(`+js(label)+", "+js(value)+")")
}

// goes opens a conversation whose name begins so.
func (v *visit) goes(name string) {
	v.t.Helper()
	if v.phone {
		v.do(chromedp.Click(chromedp.ID("menu")))
	}
	v.tapsIf("the conversation "+name, `[...document.querySelectorAll("#nav button")].find((b) => b.querySelector(".conv-name").textContent.startsWith(`+js(name)+"))")
	v.waits("the conversation "+name, `document.querySelector("#head h1").textContent.startsWith(`+js(name)+")")
}

// menu chooses from the menu of the last message with a text in it.
func (v *visit) menu(text, item string) {
	v.t.Helper()
	v.tapsIf("the menu of "+text, `[...document.querySelectorAll("#log .msg")].findLast((m) => m.innerText.includes(`+js(text)+`))?.querySelector("[data-focus=more]")`)
	v.chooses(item)
}

// chooses presses an item of the menu that opens, when everybody could.
func (v *visit) chooses(item string) {
	v.t.Helper()
	v.waits("an open menu", `document.querySelector(".menu:popover-open button")`)
	v.accessible("the menu with " + item)
	v.tapsIf(item, `[...document.querySelectorAll(".menu:popover-open button")].find((b) => b.innerText.startsWith(`+js(item)+`) || b.getAttribute("aria-label") === `+js(item)+")")
}

// both looks at the page in both colours: that everybody can use it, and that it fits the screen. If pictures are wanted it takes them of
// what a selector finds.
func (v *visit) both(state, picture, selector string) {
	v.t.Helper()
	for _, colours := range []string{"light", "dark"} {
		v.do(chromedp.Evaluate[chromedp.Void]("document.documentElement.dataset.theme = " + js(colours) + ", null"))
		v.accessible(state + ", " + colours)
		v.fits(state + ", " + colours)
		if picture != "" && !v.phone {
			v.portrait("look-"+picture+"-"+colours+".png", selector)
		}
	}
	v.do(chromedp.Evaluate[chromedp.Void](`delete document.documentElement.dataset.theme, null`))
}

// scene takes a picture of the whole screen for the documents, when something else was done before.
func (v *visit) scene(name string, before ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if os.Getenv(pictureVar) == "" {
		return
	}
	if v.phone {
		v.picture("life-"+name+"-phone.png", before...)
		return
	}
	v.do(chromedp.EmulateViewport(1280, 800))
	v.picture("life-"+name+".png", before...)
	v.do(chromedp.EmulateViewport(1440, 900))
}
