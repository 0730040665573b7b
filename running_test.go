package oncalm_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// snippet finds the blocks of code in a document.
var snippet = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")

// TestRunningSnippets: what is copied from docs/running.md has the form that its reader wants, runs one bot and never two, and calls
// commands that there are.
func TestRunningSnippets(t *testing.T) {
	doc := read(t, "docs/running.md")
	kinds := map[string]int{}
	for _, found := range snippet.FindAllStringSubmatch(doc, -1) {
		kind, text := found[1], found[2]
		kinds[kind]++
		switch kind {
		case "json":
			var read map[string]any
			if err := json.Unmarshal([]byte(text), &read); err != nil {
				t.Errorf("%v in:\n%s", err, text)
			}
		case "yaml":
			manifests(t, text)
		case "ini":
			for _, want := range []string{"RestartPreventExitStatus=2 4 5", "StateDirectoryMode=0700", "\nUser="} {
				if !strings.Contains(text, want) {
					t.Errorf("the unit lacks %s", want)
				}
			}
		}
	}
	for _, kind := range []string{"json", "yaml", "ini", "sh"} {
		if kinds[kind] == 0 {
			t.Errorf("there is no snippet of %s", kind)
		}
	}
	if n := strings.Count(doc, "maximumPercent=100,minimumHealthyPercent=0"); n < 2 {
		t.Errorf("%d services of ECS never run two tasks", n)
	}
	for _, call := range regexp.MustCompile(`(?m)(?:^|[ /])oncalm ([a-z]+) -[a-z]+`).FindAllStringSubmatch(doc, -1) {
		if !slices.Contains(subCommands, call[1]) {
			t.Errorf("there is no oncalm %s", call[1])
		}
	}
}

// manifests reads manifests for Kubernetes: of what runs there is one.
func manifests(t *testing.T, text string) {
	t.Helper()
	runs := 0
	for part := range strings.SplitSeq(text, "\n---\n") {
		var m struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string `yaml:"kind"`
			Spec       struct {
				Replicas int `yaml:"replicas"`
			} `yaml:"spec"`
		}
		switch err := yaml.Unmarshal([]byte(part), &m); {
		case err != nil:
			t.Errorf("%v in:\n%s", err, part)
		case m.APIVersion == "" || m.Kind == "":
			t.Errorf("no manifest: %s", part)
		case m.Kind == "StatefulSet" && m.Spec.Replicas == 1:
			runs++
		case m.Kind != "Service":
			t.Errorf("a %s with %d replicas", m.Kind, m.Spec.Replicas)
		}
	}
	if runs != 1 {
		t.Errorf("%d manifests run the bot", runs)
	}
}
