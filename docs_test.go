package oncalm_test

import (
	"go/ast"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// The names that users and scripts rely on. The tests below also read the names out of the code, so that neither side can
// get ahead of the other.
var (
	subCommands = []string{
		"serve", "demo", "check", "doctor", "manifest", "oncall", "shifts", "feed", "import", "simulate", "incidents", "actions", "messages", "declare", "ack", "resolve", "note", "page", "timeline", "postmortem", "report", "backup",
		"restore", "fsck", "compact", "reload", "healthcheck", "version",
	}
	configurationKeys = []string{
		"listen", "store", "public_url", "web", "slack", "mode", "api_url", "bot_token", "signing_secret", "channel",
		"sns", "topics", "max_age", "certificate", "people", "phone", "zone", "schedules", "layers", "name", "start",
		"shift", "only", "days", "from", "to", "overrides", "person", "for", "policies", "steps", "page", "wait", "rounds",
		"fallback", "reminder", "services", "policy", "severity", "alarms", "account", "region", "dimension", "topic",
		"runbook", "default_service", "roles", "approver", "rollback", "queues", "app_token", "retention",
	}
	routes    = []string{"/sns", "/slack/commands", "/slack/interactions", "/slack/events", "/healthz", "/readyz", "/metrics", "/ical/SCHEDULE.ics", "/ical/person/NAME.ics", "/", "/schedules/NAME.svg", "/postmortems/ID", "/reports", "/beat/NAME"}
	exitCodes = []string{"0", "1", "2", "3", "4", "5", "75"}
)

// codeSpans are the words that a document shows as code: `this`.
func codeSpans(doc string) map[string]bool {
	spans := map[string]bool{}
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(doc, -1) {
		spans[m[1]] = true
	}
	return spans
}

// missing are the words that a document does not show as code.
func missing(doc string, words []string) []string {
	spans := codeSpans(doc)
	var not []string
	for _, w := range words {
		if !spans[w] {
			not = append(not, w)
		}
	}
	return not
}

// inspect calls fn for every node of the program, tests left out, in files below a folder.
func inspect(t *testing.T, below string, fn func(n ast.Node)) {
	t.Helper()
	for _, s := range tree(t) {
		if s.test() || !strings.HasPrefix(s.path, below) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			fn(n)
			return true
		})
	}
}

// literal is the text of a string literal; empty for anything else.
func literal(n ast.Node) string {
	if lit, ok := n.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			return text
		}
	}
	return ""
}

func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// metricsInCode are the names of the metrics that the program registers.
func metricsInCode(t *testing.T) []string {
	t.Helper()
	var names []string
	add := func(n ast.Node) {
		if name := literal(n); strings.HasPrefix(name, "oncalm_") {
			names = append(names, name)
		}
	}
	inspect(t, "", func(n ast.Node) {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Name" {
				add(n.Value)
			}
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "NewDesc" && len(n.Args) > 0 {
				add(n.Args[0])
			}
		}
	})
	return sorted(names)
}

// configKeysInCode are the keys that the configuration's readers know: reading.Key("name", …).
func configKeysInCode(t *testing.T) []string {
	t.Helper()
	var keys []string
	inspect(t, "cmd/oncalm/config/", func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
			if fun, ok := call.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "Key" {
				keys = append(keys, literal(call.Args[0]))
			}
		}
	})
	return slices.DeleteFunc(sorted(keys), func(k string) bool { return k == "" })
}

// tags are the struct tags of files below a place in the command, with the names of their fields.
func tags(t *testing.T, below string) map[string][]reflect.StructTag {
	t.Helper()
	all := map[string][]reflect.StructTag{}
	for _, s := range tree(t) {
		if s.test() || !strings.HasPrefix(s.path, below) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil || len(field.Names) == 0 {
				return true
			}
			if text, err := strconv.Unquote(field.Tag.Value); err == nil {
				name := field.Names[0].Name
				all[name] = append(all[name], reflect.StructTag(text))
			}
			return true
		})
	}
	return all
}

// kebab is how the command line spells the name of a field.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func TestCommandsAreDocumented(t *testing.T) {
	doc := read(t, "docs/commands.md")
	var inCode []string
	for field, list := range tags(t, "cmd/oncalm/args.go") {
		for _, tag := range list {
			if _, ok := tag.Lookup("cmd"); !ok {
				continue
			}
			if _, hidden := tag.Lookup("hidden"); hidden {
				continue
			}
			name := tag.Get("name")
			if name == "" {
				name = kebab(field)
			}
			inCode = append(inCode, name)
		}
	}
	var inDoc []string
	for _, m := range regexp.MustCompile("(?m)^### `oncalm ([a-z-]+)").FindAllStringSubmatch(doc, -1) {
		inDoc = append(inDoc, m[1])
	}
	slices.Sort(inCode)
	slices.Sort(inDoc)
	want := slices.Sorted(slices.Values(subCommands))
	if diff := cmp.Diff(want, slices.Compact(inDoc)); diff != "" {
		t.Errorf("headings of docs/commands.md (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, slices.Compact(inCode)); diff != "" {
		t.Errorf("sub-commands in cmd/oncalm (-want +got):\n%s", diff)
	}
}

func TestConfigurationIsDocumented(t *testing.T) {
	inCode := configKeysInCode(t)
	if len(inCode) == 0 {
		t.Error("found no keys in cmd/oncalm/config: this test looks for them in the wrong way")
	}
	for _, key := range configurationKeys {
		if !slices.Contains(inCode, key) {
			t.Errorf("the configuration does not know the key %s", key)
		}
	}
	if not := missing(read(t, "docs/configuration.md"), inCode); not != nil {
		t.Errorf("docs/configuration.md does not name %q", not)
	}
}

func TestRoutesAreDocumented(t *testing.T) {
	doc := read(t, "docs/commands.md")
	if not := missing(doc, slices.Concat(routes, exitCodes)); not != nil {
		t.Errorf("docs/commands.md does not name %q", not)
	}
}

// TestErrorCodesAreDocumented holds that each code that a door answers or logs is explained, and that no other is.
func TestErrorCodesAreDocumented(t *testing.T) {
	code := regexp.MustCompile(`\bE[123]\d{3}\b`)
	var inCode []string
	inspect(t, "", func(n ast.Node) { inCode = append(inCode, code.FindAllString(literal(n), -1)...) })
	compareNames(t, "docs/commands.md", regexp.MustCompile(`^E\d{4}$`), sorted(inCode))
}

// TestMetricsAreDocumented holds the same for metrics.
func TestMetricsAreDocumented(t *testing.T) {
	compareNames(t, "docs/operating.md", regexp.MustCompile(`^oncalm_[a-z0-9_]+$`), metricsInCode(t))
}

// compareNames finds names that the code has and the document lacks, and the other way round.
func compareNames(t *testing.T, name string, form *regexp.Regexp, inCode []string) {
	t.Helper()
	doc := read(t, name)
	if not := missing(doc, inCode); not != nil {
		t.Errorf("%s does not explain %q", name, not)
	}
	for _, span := range slices.Sorted(maps.Keys(codeSpans(doc))) {
		if form.MatchString(span) && !slices.Contains(inCode, span) {
			t.Errorf("%s explains %s, which is not in the code", name, span)
		}
	}
}

func TestDocsCanFail(t *testing.T) {
	if diff := cmp.Diff([]string{"b"}, missing("has `a` and b and `c d`", []string{"a", "b", "c d"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := kebab("HealthCheck"); got != "health-check" {
		t.Errorf("kebab: %s", got)
	}
}

// TestExampleConfiguration holds that what the quickstart begins with, and the examples, have nothing wrong with them.
func TestExampleConfiguration(t *testing.T) {
	env := map[string]string{"SLACK_BOT_TOKEN": "xoxb-for-this-test", "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}
	now := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	examples, err := filepath.Glob("docs/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples (%v)", err)
	}
	readme := documents(t)["docs/examples/README.md"]
	for _, file := range append(examples, "oncalm.example.yaml") {
		_, problems := config.Load(file, func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		}, now)
		for _, p := range problems.In(nil) { // without its placeholders
			if p.Key != "store" { // its folder is one of the container
				t.Error(p)
			}
		}
		if name := filepath.Base(file); !strings.Contains(readme, "]("+name+")") && file != "oncalm.example.yaml" {
			t.Errorf("docs/examples/README.md does not name %s", name)
		}
	}
}

// TestExamplePlaceholders: nothing in the configuration to start from reaches anybody before it is replaced; who would be on call can
// be tried all the same.
func TestExamplePlaceholders(t *testing.T) {
	_, problems := config.Load("oncalm.example.yaml", func(string) (string, bool) { return "xoxb-for-this-test", true }, time.Now())
	var keys []string
	for _, p := range problems.Errors() {
		if strings.Contains(p.Text, "is a placeholder") && p.Line > 0 && p.Remedy != "" {
			keys = append(keys, p.Key)
		}
	}
	if diff := cmp.Diff([]string{"slack.channel", "sns.topics[0]", "people.ana.slack", "people.bo.slack"}, keys); diff != "" {
		t.Error(diff)
	}
	if rest := problems.In(config.Sections(), "people", "schedules").Errors(); len(rest) > 0 {
		t.Error(rest)
	}
}

// TestDecisionsAreNumbered holds the form of the decision records: each with a number of its own, which records that were begun
// at the same time may leave gaps between, and with the three parts.
func TestDecisionsAreNumbered(t *testing.T) {
	numbered := regexp.MustCompile(`^([0-9]{4})-`)
	records := map[string]string{} // by number
	for _, name := range slices.Sorted(maps.Keys(documents(t))) {
		file, ok := strings.CutPrefix(name, "docs/decisions/")
		if !ok || file == "README.md" {
			continue
		}
		number := numbered.FindString(file)
		if other := records[number]; number == "" || other != "" {
			t.Errorf("%s: want a name that begins with a number of its own; the other is %q", name, other)
		}
		records[number] = file
		for _, part := range []string{"\n## Context\n", "\n## Choice\n", "\n## Consequences\n"} {
			if !strings.Contains(read(t, name), part) {
				t.Errorf("%s has no part %q", name, strings.TrimSpace(part))
			}
		}
	}
	if len(records) == 0 {
		t.Error("no decision records found")
	}
}
