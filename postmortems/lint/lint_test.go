package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/postmortems/lint"
)

func sentences(tb testing.TB, name string) []string {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func linter(tb testing.TB) *lint.Linter {
	tb.Helper()
	l, err := lint.New()
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// flagged are the sentences that something is found in, each with what it is, and the others.
func flagged(l *lint.Linter, all []string) (found, clean []string) {
	for _, s := range all {
		var rules []string
		for _, f := range l.Text([]byte(s), nil) {
			rules = append(rules, fmt.Sprintf("%s %q", f.Rule, f.Text))
		}
		if len(rules) == 0 {
			clean = append(clean, s)
		} else {
			found = append(found, s+"   "+strings.Join(rules, ", "))
		}
	}
	return found, clean
}

// TestRecall: of sentences that blame, nearly all are found; of others, nearly none. The first set was written before the
// first rule, and more while they were made; what was found in the unseen one was looked at only when they were done.
func TestRecall(t *testing.T) {
	l := linter(t)
	for name, set := range map[string]string{"first": "", "more": "more-", "unseen": "unseen-"} {
		t.Run(name, func(t *testing.T) {
			blaming, blameless := sentences(t, set+"blaming"), sentences(t, set+"blameless")
			found, missed := flagged(l, blaming)
			wrong, _ := flagged(l, blameless)
			t.Logf("found %d of %d, wrong %d of %d", len(found), len(blaming), len(wrong), len(blameless))
			if len(found)*100 < len(blaming)*95 || len(wrong)*100 > len(blameless)*10 {
				t.Errorf("missed:\n%s\nwrong:\n%s", strings.Join(missed, "\n"), strings.Join(wrong, "\n"))
			}
		})
	}
}

// article is a postmortem of about so many words.
func article(tb testing.TB, words int) []byte {
	tb.Helper()
	all := append(sentences(tb, "blameless"), sentences(tb, "blaming")[:10]...)
	var b strings.Builder
	for n := 0; words > 0; n++ {
		s := all[n%len(all)]
		b.WriteString(s)
		b.WriteString("\n\n"[:1+n%2])
		words -= len(strings.Fields(s))
	}
	return []byte(b.String())
}

// BenchmarkText is about a text of 10,000 words: less than 5 ms.
func BenchmarkText(b *testing.B) {
	l, text := linter(b), article(b, 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		l.Text(text, nil)
	}
}
