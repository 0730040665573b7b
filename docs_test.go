package oncalm_test

import (
	"fmt"
	"go/ast"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// The names that users and scripts rely on. The tests below also read the names out of the code, so that neither side can
// get ahead of the other.
var (
	subCommands = []string{
		"serve", "demo", "check", "oncall", "shifts", "simulate", "incidents", "timeline", "postmortem", "backup", "restore",
		"fsck", "healthcheck", "version",
	}
	configurationKeys = []string{
		"listen", "store", "public_url", "slack", "mode", "api_url", "bot_token", "signing_secret", "channel",
		"sns", "topics", "max_age", "certificate", "people", "phone", "zone", "schedules", "layers", "name", "start",
		"shift", "only", "days", "from", "to", "overrides", "person", "for", "policies", "steps", "page", "wait", "rounds",
		"fallback", "reminder", "services", "policy", "severity", "alarms", "account", "region", "dimension", "topic",
		"runbook", "default_service",
	}
	routes    = []string{"/sns", "/slack/commands", "/slack/interactions", "/slack/events", "/healthz", "/readyz", "/metrics"}
	chatWords = []string{
		"/incident", "/incident ack", "/incident resolve", "/incident note", "/incident list", "/incident info",
		"/incident postmortem", "/incident help", "/oncall",
	}
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

// literals are the string literals of the program that match a pattern as a whole.
func literals(t *testing.T, pattern *regexp.Regexp) []string {
	t.Helper()
	var found []string
	for _, s := range tree(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				if text, err := strconv.Unquote(lit.Value); err == nil && pattern.MatchString(text) {
					found = append(found, text)
				}
			}
			return true
		})
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// tags are the struct tags of the command's files, with the names of their fields.
func tags(t *testing.T) map[string][]reflect.StructTag {
	t.Helper()
	all := map[string][]reflect.StructTag{}
	for _, s := range tree(t) {
		if s.test() || !strings.HasPrefix(s.dir(), "cmd/oncalm") {
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
	for field, list := range tags(t) {
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
	keys := slices.Clone(configurationKeys)
	for _, list := range tags(t) {
		for _, tag := range list {
			if key, _, _ := strings.Cut(tag.Get("yaml"), ","); key != "" && key != "-" {
				keys = append(keys, key)
			}
		}
	}
	if not := missing(read(t, "docs/configuration.md"), keys); not != nil {
		t.Errorf("docs/configuration.md does not name %q", not)
	}
}

func TestRoutesAndChatWordsAreDocumented(t *testing.T) {
	doc := read(t, "docs/commands.md")
	if not := missing(doc, slices.Concat(routes, chatWords, exitCodes)); not != nil {
		t.Errorf("docs/commands.md does not name %q", not)
	}
}

// TestErrorCodesAreDocumented holds that each code that a door answers with is explained, and that no other is.
func TestErrorCodesAreDocumented(t *testing.T) {
	doc := read(t, "docs/commands.md")
	code := regexp.MustCompile(`^E\d{4}$`)
	inCode := literals(t, code)
	if not := missing(doc, inCode); not != nil {
		t.Errorf("docs/commands.md does not explain %q", not)
	}
	for span := range codeSpans(doc) {
		if code.MatchString(span) && !slices.Contains(inCode, span) {
			t.Errorf("docs/commands.md explains %s, which no code answers", span)
		}
	}
}

// TestMetricsAreDocumented holds the same for metrics.
func TestMetricsAreDocumented(t *testing.T) {
	doc := read(t, "docs/operating.md")
	metric := regexp.MustCompile(`^oncalm_[a-z0-9_]+$`)
	inCode := literals(t, metric)
	if not := missing(doc, inCode); not != nil {
		t.Errorf("docs/operating.md does not explain %q", not)
	}
	for span := range codeSpans(doc) {
		if metric.MatchString(span) && !slices.Contains(inCode, span) {
			t.Errorf("docs/operating.md explains %s, which no code counts", span)
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

// TestDecisionsAreNumbered holds the form of the decision records: numbered without gaps, and each with the three parts.
func TestDecisionsAreNumbered(t *testing.T) {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(documents(t))) {
		file, ok := strings.CutPrefix(name, "docs/decisions/")
		if !ok || file == "README.md" {
			continue
		}
		n++
		if want := fmt.Sprintf("%04d", n); !strings.HasPrefix(file, want+"-") {
			t.Errorf("%s: want a name that begins with %s-", name, want)
		}
		for _, part := range []string{"\n## Context\n", "\n## Choice\n", "\n## Consequences\n"} {
			if !strings.Contains(read(t, name), part) {
				t.Errorf("%s has no part %q", name, strings.TrimSpace(part))
			}
		}
	}
	if n == 0 {
		t.Error("no decision records found")
	}
}
