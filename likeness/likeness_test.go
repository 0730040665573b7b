package likeness

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is the set of incidents in testdata: the family of each, and its text.
func sample(t testing.TB) (families, texts []string) {
	t.Helper()
	val, err := os.ReadFile("testdata/incidents.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(val)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		family, text, ok := strings.Cut(line, "|")
		if !ok {
			t.Fatalf("%q", line)
		}
		families, texts = append(families, strings.TrimSpace(family)), append(texts, text)
	}
	return families, texts
}

// judged is how good a ranking is: how often the first is of the same family, how many of the first three are, and the mean over all
// texts of the average precision.
func judged(families []string, rank func(text int) []int) (first, three, mean float64) {
	for n, family := range families {
		ranking := rank(n)
		right, precision, of := 0, 0.0, 0
		for _, other := range families {
			if other == family {
				of++
			}
		}
		of-- // itself
		for place, m := range ranking {
			if families[m] != family {
				continue
			}
			right++
			precision += float64(right) / float64(place+1)
			if place == 0 {
				first++
			}
			if place < 3 {
				three += 1 / float64(min(3, of))
			}
		}
		mean += precision / float64(of)
	}
	all := float64(len(families))
	return first / all, three / all, mean / all
}

// TestSample holds how well incidents are found that are the same trouble, told in other words. What is found by chance is the control.
func TestSample(t *testing.T) {
	families, texts := sample(t)
	c := New(texts)
	first, three, mean := judged(families, func(n int) (ranking []int) {
		for _, m := range c.Like(n) {
			ranking = append(ranking, m.Text)
		}
		return ranking
	})
	t.Logf("%d incidents: the first is right of %.2f, of the first three %.2f, mean average precision %.2f", len(texts), first, three, mean)
	if first < 0.60 || three < 0.65 || mean < 0.60 {
		t.Errorf("%.2f, %.2f, %.2f", first, three, mean)
	}
	first, _, _ = judged(families, func(n int) (ranking []int) {
		for m := range families {
			if m != n {
				ranking = append(ranking, (m*7+3)%len(families))
			}
		}
		return ranking
	})
	if first > 0.3 {
		t.Errorf("by chance the first is right of %.2f: the set proves nothing", first)
	}
}

// TestWords holds what counts as a word.
func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"HTTPCode_Target_5XX_Count is > 50":  {"http", "code", "target", "5xx", "count"},
		"TargetResponseTime of checkout-p99": {"target", "respons", "time", "checkout", "p99"},
		"OOMKilled, OOMKilled":               {"oom", "kill", "oom", "kill"},
		"2026-03-24 13:20:00, 404":           {},
		"dropping dropped drops":             {"drop", "drop", "drop"},
		"Không kết nối được":                 {"không", "kết", "nối", "được"},
		"":                                   {},
		"connections connection":             {"connection", "connection"},
	} {
		if diff := cmp.Diff(want, append([]string{}, Words(text)...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestLike: what is alike is found with its words, in an order that is the same each time; what has nothing in common is not.
func TestLike(t *testing.T) {
	texts := []string{"redis failover of the cache", "the cache failed over: redis is read only", "disk is full", "", "full disk"}
	want := New(texts).Like(0)
	if len(want) != 1 || want[0].Text != 1 || want[0].Score <= 0 || want[0].Score >= 1 || len(want[0].Words) != 2 {
		t.Errorf("%+v", want)
	}
	for range 20 {
		if diff := cmp.Diff(want, New(texts).Like(0)); diff != "" {
			t.Fatal(diff)
		}
	}
	if m := New([]string{"a disk", "a disk"}).Like(0); len(m) != 1 || math.Abs(m[0].Score-1) > 1e-9 {
		t.Errorf("the same text: %+v", m)
	}
}

// BenchmarkLike is as many texts as a document is compared with.
func BenchmarkLike(b *testing.B) {
	_, texts := sample(b)
	var many []string
	for n := range 200 {
		many = append(many, fmt.Sprint(texts[n%len(texts)], " ", n))
	}
	for b.Loop() {
		New(many).Like(0)
	}
}
