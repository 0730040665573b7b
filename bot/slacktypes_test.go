package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/home"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
)

// An exchange is one call of the Web API as it went over the wire, in words of JSON.
type exchange struct {
	method  string
	request map[string]any
	answer  any
	blocks  []any // of both
}

// listening keeps what we ask Slack, and what it answers.
type listening struct {
	http.RoundTripper
	mu  sync.Mutex
	all []exchange
}

func (l *listening) RoundTrip(r *http.Request) (*http.Response, error) {
	method, is := strings.CutPrefix(r.URL.Path, "/api/")
	if !is {
		return l.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(said))
	e := exchange{method: method, request: arguments(r.Header.Get("Content-Type"), body)}
	if json.Unmarshal(said, &e.answer) == nil {
		e.take(e.request)
		e.take(e.answer)
		for _, name := range lacking()[method] {
			without(e.request, name)
			without(e.answer, name)
		}
		l.mu.Lock()
		l.all = append(l.all, e)
		l.mu.Unlock()
	}
	return resp, nil
}

// take takes the blocks out of a value. They have types of their own, which those of answers only resemble.
func (e *exchange) take(v any) {
	switch v := v.(type) {
	case map[string]any:
		if blocks, is := v["blocks"].([]any); is {
			e.blocks = append(e.blocks, blocks)
			v["blocks"] = []any{}
		}
		for _, val := range v {
			e.take(val)
		}
	case []any:
		for _, val := range v {
			e.take(val)
		}
	}
}

// lacking are fields that Slack's documents have, and the types of its library do not, by methods.
func lacking() map[string][]string {
	return map[string][]string{
		"dnd.info":                   {"snooze_enabled"},
		"files.getUploadURLExternal": {"alt_txt"},
		"conversations.history":      {"pinned_to"},
		"conversations.replies":      {"pinned_to"},
	}
}

// without takes a field out of a value, wherever it is in it.
func without(v any, name string) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, name)
		for _, val := range v {
			without(val, name)
		}
	case []any:
		for _, val := range v {
			without(val, name)
		}
	}
}

// arguments are those of a call.
func arguments(contentType string, body []byte) map[string]any {
	args := map[string]any{}
	if strings.HasPrefix(contentType, "application/json") {
		_ = json.Unmarshal(body, &args) // the fake has judged it
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		for name := range form {
			args[name] = value(name, form.Get(name))
		}
	}
	delete(args, "token")
	return args
}

// value is an argument in a form as JSON would have it.
func value(name, text string) (v any) {
	switch {
	case text == "true" || text == "false":
		return text == "true"
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		if json.Unmarshal([]byte(text), &v) == nil {
			return v
		}
	case name == "limit" || name == "length":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case text == "1": // as forms say it
		return true
	}
	return text
}

// calls are all kinds of calls that the bot makes when people do all that they can.
func calls(t *testing.T) (all []exchange) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var l *listening
		w := everything(t, func(o *Options) {
			l = &listening{RoundTripper: o.Transport}
			o.Transport = l
			channelRules(o)
		})
		w.begun()
		e := hands.Event{Fields: map[string]any{"type": home.Opening, "user": ana, "channel": "D0", "tab": "home"}}
		w.slack.Bot.Event(t.Context(), e)
		for _, d := range w.deeds() {
			if d.event == "tokens_revoked" || d.event == "app_uninstalled" {
				continue
			}
			w.done(d, w.by(ana))
			w.wait(3 * time.Second)
		}
		w.typed(ana, "/oncall", "schedule payments") // a picture
		for _, people := range [][]string{{"ana"}, nil, {"bo"}} {
			w.does(w.bot.SetGroup(t.Context(), "S0LEADS", people))
		}
		if _, err := w.bot.Hindrances(t.Context(), "ana", time.Now()); err != nil {
			t.Error(err)
		}
		w.bot.CatchUp(t.Context())
		w.typed(ana, "/incident", "resolve all anyway it is over")
		w.wait(8 * 24 * time.Hour) // channels are archived
		all = l.all
	})
	return all
}

// A part of a program is a value that is to be of a type.
type part struct {
	name, kind string
	value      any
}

// program is what tsc reads: each request and each answer as a constant of the type that Slack's own library has for it.
func program(all []exchange) string {
	var b strings.Builder
	b.WriteString("import type { WebClient } from '@slack/web-api';\nimport type { KnownBlock } from '@slack/types';\n" +
		"type Loose<T> = T extends string ? T | `${T}` : T extends (infer E)[] ? Loose<E>[] : T extends object ? { [K in keyof T]: Loose<T[K]> | null } : T;\n")
	seen := map[string]bool{}
	for _, e := range all {
		of := `WebClient["` + strings.ReplaceAll(e.method, ".", `"]["`) + `"]`
		parts := []part{
			{"asked", "NonNullable<Parameters<" + of + ">[0]>", e.request},
			{"answered", "Loose<Awaited<ReturnType<" + of + ">>>", e.answer},
		}
		for _, blocks := range e.blocks {
			parts = append(parts, part{"blocks", "KnownBlock[]", blocks})
		}
		for _, part := range parts {
			text, err := json.Marshal(part.value)
			key := part.kind + shape(part.value)
			if err == nil && !seen[key] {
				seen[key] = true
				fmt.Fprintf(&b, "export const %s%d: %s = %s;\n", part.name, len(seen), part.kind, text)
			}
		}
	}
	return b.String()
}

// shape is what of a value concerns its type: two values of one shape are checked once.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for name, val := range v {
			s := name + ":" + shape(val)
			if text, is := val.(string); is && (name == "type" || name == "style") {
				s = name + "=" + text
			}
			all = append(all, s)
		}
		slices.Sort(all)
		return "{" + strings.Join(all, ",") + "}"
	case []any:
		all := map[string]bool{}
		var parts []string
		for _, e := range v {
			if s := shape(e); !all[s] {
				all[s] = true
				parts = append(parts, s)
			}
		}
		slices.Sort(parts)
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprintf("%T", v)
}

// checked has tsc check a program, and returns what it complains of.
func checked(t *testing.T, text string) string {
	t.Helper()
	place, err := filepath.Abs(filepath.Join("..", ".cache", "slacktypes"))
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	compiler := filepath.Join(place, "node_modules", "typescript", "bin", "tsc")
	if _, missing := os.Stat(compiler); err != nil || missing != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no node with tsc, which CI must have: scripts/setup slacktypes installs it")
		}
		t.Skip("no node with tsc: scripts/setup slacktypes installs it where npm is")
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(place, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "calls.ts")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, compiler, "--noEmit", "--strict", "--skipLibCheck", "--pretty", "false",
		"--module", "nodenext", "--moduleResolution", "nodenext", file).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// TestSlacksTypes: what we send, and what our fake answers, is of the types that Slack's own library for JavaScript has for it; and a
// wrong field, a wrong value and a wrong block are found.
func TestSlacksTypes(t *testing.T) {
	all := calls(t)
	methods := map[string]bool{}
	for _, e := range all {
		methods[e.method] = true
	}
	if len(methods) < 20 {
		t.Errorf("only %d methods were called: %v", len(methods), slices.Sorted(maps.Keys(methods)))
	}
	text := program(all)
	if out := checked(t, text); out != "" {
		t.Errorf("%s", out)
	}
	const post = `WebClient["chat"]["postMessage"]`
	wrong := text + "export const w1: NonNullable<Parameters<" + post + `>[0]> = {channel: "C1", text: "x", unfurl_link: true};
export const w2: Loose<Awaited<ReturnType<` + post + `>>> = {ok: true, ts: 1.5};
export const w3: KnownBlock[] = [{type: "header", text: {type: "mrkdwn", text: "x"}}];
`
	if out := checked(t, wrong); strings.Count(out, "error TS") != 3 {
		t.Errorf("of three mistakes it finds: %s", out)
	}
}
