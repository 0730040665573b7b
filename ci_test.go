package oncalm_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVerbs holds the verbs that the documents and CI rely on.
func TestVerbs(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, verb := range []string{"demo", "test", "quick", "bench", "lint", "fuzz", "build"} {
		if !strings.Contains(makefile, ".PHONY: "+verb+"\n"+verb+": ## ") {
			t.Errorf("Makefile has no verb %s with a line that explains it", verb)
		}
	}
}

// TestScripts holds that what CI calls can be called: executable, bash, and stopping at the first error.
func TestScripts(t *testing.T) {
	for _, name := range []string{".ci/run", "scripts/setup", "scripts/test", "scripts/lint", "scripts/fuzz"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if info.Mode()&0o111 == 0 {
			t.Errorf("%s is not executable", name)
		}
		text := read(t, name)
		if !strings.HasPrefix(text, "#!/usr/bin/env bash\n") || !strings.Contains(text, "\nset -euo pipefail\n") {
			t.Errorf("%s does not begin as a bash script that stops at the first error", name)
		}
	}
	if !strings.HasSuffix(read(t, ".ci/run"), "\nexec make test\n") {
		t.Error(".ci/run does not end with make test: CI and make test must be the same")
	}
}

// TestEveryFuzzTargetHasSeeds holds that the seeds of each fuzz target run with the ordinary tests.
func TestEveryFuzzTargetHasSeeds(t *testing.T) {
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	var targets []string
	for _, s := range tree(t) {
		if !s.test() {
			continue
		}
		text := read(t, s.path)
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			targets = append(targets, m[1])
			if !strings.Contains(text, "f.Add(") {
				t.Errorf("%s: %s has no seeds", s.path, m[1])
			}
		}
	}
	t.Logf("fuzz targets: %s", strings.Join(slices.Sorted(slices.Values(targets)), " "))
}

// TestLicence holds that the licence is the Apache License 2.0, whole.
func TestLicence(t *testing.T) {
	text := read(t, "LICENSE")
	for _, part := range []string{"Apache License\n", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS", "limitations under the License."} {
		if !strings.Contains(text, part) {
			t.Errorf("LICENSE lacks %q", part)
		}
	}
}
