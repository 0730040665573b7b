package judge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// Fill replaces what stands in braces in a pattern by what is at that path: {detail.name}. Of several paths, {a|b}, the first that has
// something counts. A path that ends in ~ is shown as people call the thing that an ARN names, one that ends in ^ as words: FULL_DISK is full disk.
func Fill(pattern string, at func(string) string) string {
	if !strings.Contains(pattern, "{") {
		return pattern
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		var paths string
		paths, pattern, _ = strings.Cut(rest, "}")
		for path := range strings.SplitSeq(paths, "|") {
			if value := shownAt(path, at); value != "" {
				b.WriteString(value)
				break
			}
		}
	}
}

func shownAt(path string, at func(string) string) string {
	if short, ok := strings.CutSuffix(path, "~"); ok {
		return aws.Called(at(short))
	}
	if short, ok := strings.CutSuffix(path, "^"); ok {
		return Words(at(short))
	}
	return at(path)
}

// Tidy removes what a pattern leaves around a path that had nothing: empty brackets, signs in a row, a word such as "of"
// with nothing behind it. So a pattern can name all that a message may have.
func Tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for _, gap := range [...][2]string{{" ()", ""}, {"( ", "("}, {" )", ")"}, {" :", ":"}, {"::", ":"}, {" ,", ","},
		{" of:", ":"}, {" in:", ":"}, {" on:", ":"}, {" for:", ":"}} {
		s = strings.ReplaceAll(s, gap[0], gap[1])
	}
	s = strings.TrimRight(s, " :,-")
	for _, word := range [...]string{" of", " in", " on", " for", " with", " by"} {
		s = strings.TrimSuffix(s, word)
	}
	return strings.TrimLeft(s, " :,-")
}

// Words makes words of a name of a state: CREATE_COMPLETE and createComplete are create complete.
func Words(s string) string {
	if s == strings.ToUpper(s) {
		return strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(s))
	}
	var b strings.Builder
	lower := false
	for _, r := range s {
		switch {
		case r == '_':
			r = ' '
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// WithoutBraces makes of a text that may be JSON one that can be read.
func WithoutBraces(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '{', '}', '[', ']', '"', '\\':
			return ' '
		}
		return r
	}, s)
	joined := strings.NewReplacer(" : ", ": ", " :", ":", " , ", ", ", " ,",
		",").Replace(strings.Join(strings.Fields(s), " "))
	return strings.TrimLeft(joined, ",: ")
}

// Sentence is the first sentence of a text, or its first line. Titles are made of it; the reason has the whole text.
func Sentence(s string) string {
	s = aws.FirstLine(s)
	if i := strings.Index(s, ". "); i > 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

var firingForm = regexp.MustCompile(`^\s*\[(FIRING|RESOLVED)(?::\s*\d+)?(?:\s*[,|]\s*RESOLVED(?::\s*\d+)?)?\]\s*`)

// Firing takes apart what Alertmanager and Grafana make the title of a message: [FIRING:2] and what the alerts have in common.
func Firing(subject string) (firing bool, rest string, ok bool) {
	found := firingForm.FindStringSubmatchIndex(subject)
	if found == nil {
		return false, "", false
	}
	return subject[found[2]:found[3]] == "FIRING", strings.TrimSpace(subject[found[1]:]), true
}

// Subject is the headline of a message without what only says that something fires.
func Subject(m *aws.Message) string {
	headline := m.Headline()
	if _, rest, ok := Firing(headline); ok {
		return rest
	}
	return WithoutBraces(headline)
}

// A grade is how bad a word says that it is.
type grade struct {
	verdict Verdict
	words   []string
}

// grades are the words of many tools. What is critical for them has the severity that the service has for us.
var grades = []grade{
	{Wakes, []string{"critical", "crit", "page", "emergency", "fatal", "disaster", "high", "major", "error",
		"urgent", "severe", "p1", "p2", "sev1", "sev2"}},
	{Stirs, []string{"warning", "warn", "medium", "moderate", "minor", "average", "p3", "sev3"}},
	{Shows, []string{"info", "information", "informational", "low", "debug", "notice", "trivial", "p4", "p5",
		"sev4"}},
}

// Graded finds the verdict for a word that says how bad something is; false if it is none that we know.
func Graded(word string) (Verdict, bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	for _, g := range grades {
		for _, w := range g.words {
			if w != word {
				continue
			}
			v := g.verdict
			if word == incidents.Sev1 || word == incidents.Sev2 {
				v.Severity = word
			}
			return v, true
		}
	}
	return Verdict{}, false
}

// IsGrade reports whether a word says how bad something is.
func IsGrade(word string) bool {
	_, known := Graded(word)
	return known
}

// Says reports whether a text has one of these words in it, in any case. It finds a word inside of another, too: who looks
// for "fail" finds "failover".
func Says(text string, words ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}
