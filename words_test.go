package oncalm_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// A word that does not belong into this repository, and why. Patterns are put together from pieces, so that this file
// does not find itself.
type unwanted struct {
	pattern *regexp.Regexp
	why     string
}

var unwantedWords = []unwanted{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`), "finish it, or open an issue"},
	{regexp.MustCompile(`(^|[\s"'(=])/wo` + `rk/`), "a path of one machine"},
	{regexp.MustCompile(`sha` + `red/docs`), "a path of one machine"},
	{regexp.MustCompile(`proxy\.go` + `lang\.org|registry\.np` + `mjs\.org|deb\.deb` + `ian\.org|py` + `pi\.org`), "where packages come from is each machine's own setting"},
	{regexp.MustCompile(`(?i)\broot cau` + `se\b`), "the word is contributing factor"},
	{regexp.MustCompile(`(?i)\balert gro` + `up\b`), "the word is incident"},
	{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE` + ` KEY-----`), "keys are made when a test runs"},
	{regexp.MustCompile(`\bxox[abp]-[0-9]{6,}-[0-9A-Za-z-]{10,}|\bAKIA[0-9A-Z]{16}\b`), "that looks like a real credential"},
}

// mayName are files that must say an unwanted word, because it is what they are about.
var mayName = map[string][]string{
	"postmortems/lint/words/en.txt":              {"root ca" + "use"},
	"postmortems/lint/testdata/blaming.txt":      {"Root ca" + "use"},
	"postmortems/lint/testdata/more-blaming.txt": {"root ca" + "use"},
}

// checkWords finds words that do not belong, line by line.
func checkWords(name, text string) []string {
	var findings []string
	for i, line := range strings.Split(text, "\n") {
		for _, u := range unwantedWords {
			found := u.pattern.FindString(line)
			if found != "" && !slices.Contains(mayName[name], strings.TrimSpace(found)) {
				findings = append(findings, name+":"+strconv.Itoa(i+1)+": "+strconv.Quote(found)+": "+u.why)
			}
		}
	}
	return findings
}

func TestWords(t *testing.T) {
	err := walkRepo(func(name string) error {
		if path.Base(name) == "go.sum" || strings.Contains(name, "testdata/fuzz/") {
			return nil
		}
		text, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			return err
		}
		if utf8.Valid(text) {
			report(t, checkWords(name, string(text)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWordsCanFail(t *testing.T) {
	tests := []struct {
		line string
		bad  bool
	}{
		{"// TO" + "DO: later", true},
		{"see /wo" + "rk/main", true},
		{"cd network/work/here", false},
		{"the root " + "cause", true},
		{"token: xoxb-" + "123456789012-abcdefghijkl", true},
		{"token: xoxb-example", false},
		{"the incident is open", false},
	}
	for _, tt := range tests {
		if got := len(checkWords("a.md", tt.line)) > 0; got != tt.bad {
			t.Errorf("%q found: %v, want %v", tt.line, got, tt.bad)
		}
	}
	if diff := cmp.Diff([]string{`a.go:2: "TO` + `DO": finish it, or open an issue`}, checkWords("a.go", "x\n// TO"+"DO\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBinaries holds that the repository has no binary files but pictures.
func TestBinaries(t *testing.T) {
	err := walkRepo(func(name string) error {
		if path.Ext(name) == ".png" || strings.Contains(name, "testdata/") {
			return nil
		}
		text, err := os.ReadFile(filepath.FromSlash(name))
		if err == nil && !utf8.Valid(text) {
			t.Errorf("%s is not text", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
