package manifest_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slackfake/api"
)

// kinds are a manifest for each way in which Slack reaches us, with all that it can have.
func kinds() map[string]manifest.Options {
	rooms := bot.Words(bot.Roots{})
	return map[string]manifest.Options{
		"http":   {Rooms: rooms, URL: "https://oncall.example.com", UserGroups: true, Channels: true},
		"socket": {Rooms: rooms, Socket: true, UserGroups: true, Channels: true, Groups: true},
		"plain":  {Rooms: rooms, URL: "https://oncall.example.com"},
	}
}

// written is a manifest as others read it.
func written(t *testing.T, o manifest.Options) (m map[string]any) {
	t.Helper()
	text, err := json.Marshal(manifest.Of(o))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// list is a list of texts in a manifest.
func list(t *testing.T, m map[string]any, path ...string) (all []string) {
	t.Helper()
	for _, key := range path[:len(path)-1] {
		m, _ = m[key].(map[string]any)
	}
	items, ok := m[path[len(path)-1]].([]any)
	if !ok {
		t.Fatalf("there is no list %v", path)
	}
	for _, item := range items {
		text, _ := item.(string)
		all = append(all, text)
	}
	return all
}

// TestSchemas holds that Slack's own schemas have nothing against what is printed.
func TestSchemas(t *testing.T) {
	for _, version := range []string{"1", "2"} {
		file := filepath.Join("..", "..", "..", "shared", "fixtures", "slack", "manifest.schema."+version+".0.0.json")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Skipf("the schemas are not here: %v", err)
		}
		var schema map[string]any
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		for name, o := range kinds() {
			m := written(t, o)
			for _, complaint := range judge(schema, schema, m, "") {
				t.Errorf("%s, schema %s: %s", name, version, complaint)
			}
			m["something"] = 1
			m["display_information"] = map[string]any{"name": strings.Repeat("x", 36)}
			if got := judge(schema, schema, m, ""); len(got) < 2 {
				t.Errorf("schema %s lets through what is wrong: %q", version, got)
			}
		}
	}
}

// TestLimits holds what can be refused without the schemas.
func TestLimits(t *testing.T) {
	for name, o := range kinds() {
		m := written(t, o)
		scopes := list(t, m, "oauth_config", "scopes", "bot")
		optional := list(t, m, "oauth_config", "scopes", "bot_optional")
		for _, s := range optional {
			if !slices.Contains(scopes, s) {
				t.Errorf("%s: %s is optional, and not among the scopes", name, s)
			}
		}
		if n := len(scopes) - len(optional); n > 12 {
			t.Errorf("%s: %d scopes are required, more than 12", name, n)
		}
		text := manifest.Of(o).YAML()
		if got := strings.Contains(text, "https://"); got == o.Socket {
			t.Errorf("%s: has an address: %v", name, got)
		}
		for _, hint := range regexp.MustCompile(`(?m)usage_hint: "(.*)"$`).FindAllStringSubmatch(text, -1) {
			if n := utf8.RuneCountInString(hint[1]); n > 1000 || n < 20 {
				t.Errorf("%s: a hint of %d characters", name, n)
			}
		}
		for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events"} {
			if strings.Contains(text, "https://oncall.example.com"+path+"\n") == o.Socket {
				t.Errorf("%s: the address %s", name, path)
			}
		}
	}
}

// TestHints: the hint of a command names each of its words.
func TestHints(t *testing.T) {
	text := manifest.Of(kinds()["http"]).YAML()
	for _, room := range bot.Words(bot.Roots{}) {
		_, after, _ := strings.Cut(text, "command: "+room.Root+"\n")
		hint := regexp.MustCompile(`usage_hint: "(.*)"`).FindStringSubmatch(after)
		for _, w := range room.Words {
			if !slices.Contains(strings.Split(hint[1], " | "), w.Name) {
				t.Errorf("the hint of %s does not name %s", room.Root, w.Name)
			}
		}
	}
}

// callsIn are the methods of the Web API that the bot calls with its own token, as its source has them.
func callsIn(t *testing.T) (made []string) {
	t.Helper()
	made, err := bottest.Methods("..")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(made, func(name string) bool { return name == "apps.connections.open" }) // with the token of the app
}

// TestScopesAndCalls: each call that we make has its scope, and each scope is there for a call that we make, or an event.
func TestScopesAndCalls(t *testing.T) {
	made := callsIn(t)
	if len(made) < 12 {
		t.Fatalf("found only the calls %q: this test looks for them in the wrong way", made)
	}
	free, _ := manifest.Free()
	listed := slices.Clone(free)
	scopeOf := map[string][]string{}
	for _, n := range manifest.Needs(kinds()["http"]) {
		used := n.Scope == "commands" || len(n.Events) > 0
		for _, call := range n.Calls {
			used = used || slices.Contains(made, call)
			listed = append(listed, call)
			scopeOf[call] = append(scopeOf[call], n.Scope)
		}
		if !used || n.For == "" {
			t.Errorf("nothing that we do needs the scope %s", n.Scope)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(made, slices.Compact(listed)); diff != "" {
		t.Errorf("(-what we call +what the table of scopes knows):\n%s", diff)
	}
	for _, call := range made {
		anyOf, known := api.ScopesOf(call)
		enough := len(anyOf) == 0 && slices.Contains(free, call)
		for _, scope := range scopeOf[call] {
			enough = enough || slices.Contains(anyOf, scope)
		}
		if !known || !enough {
			t.Errorf("%s needs one of %q; the manifest has %q for it", call, anyOf, scopeOf[call])
		}
	}
}

// TestAllIsTried: what the manifest asks Slack for is what the tests of all that people can do are made of.
func TestAllIsTried(t *testing.T) {
	m := written(t, kinds()["http"])
	events := slices.Sorted(maps.Keys(bottest.Happenings("U1")))
	asked := list(t, m, "settings", "event_subscriptions", "bot_events")
	slices.Sort(asked)
	if diff := cmp.Diff(events, asked); diff != "" {
		t.Errorf("events (-tried +asked for):\n%s", diff)
	}
	var callbacks []string
	for _, found := range regexp.MustCompile(`callback_id: "?([^"\n]+)`).FindAllStringSubmatch(manifest.Of(kinds()["http"]).YAML(), -1) {
		callbacks = append(callbacks, found[1])
	}
	slices.Sort(callbacks)
	if diff := cmp.Diff(bottest.Shortcuts(), callbacks); diff != "" {
		t.Errorf("shortcuts (-tried +of the manifest):\n%s", diff)
	}
}
