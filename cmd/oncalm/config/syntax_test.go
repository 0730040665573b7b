package config_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// TestSyntax: what keeps a file from being read is named where it stands, in words that need no knowledge of YAML. Each
// pair of testdata/syntax.txtar is a text and what is said of it.
func TestSyntax(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/syntax.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(ar.Files); i += 2 {
		in, want := ar.Files[i], &ar.Files[i+1]
		src := strings.NewReplacer("→", "\t", "␀", "\x00", "␦", "\xe9", "␍", "\r").Replace(string(in.Data))
		_, problems := config.Parse("f", []byte(src), environment(""), now)
		got := ""
		for _, p := range problems {
			if !strings.Contains(p.Text, "is missing") && !strings.Contains(p.Text, "there is no sns") {
				said, _, _ := strings.Cut(p.String(), "; there are: listen") // and all the others
				got += said + "\n"
			}
		}
		if *update {
			want.Data = []byte(got)
			continue
		}
		if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/syntax.txtar", txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHostileFiles: whatever a file of at most 1 MiB has in it, it is read or refused at once, in little memory.
func TestHostileFiles(t *testing.T) {
	deep := &strings.Builder{}
	for n := range 890 {
		deep.WriteString(strings.Repeat(" ", n) + "a:\n")
	}
	doubling := &strings.Builder{}
	doubling.WriteString("a0: &a0 [x, x]\n")
	for n := range 40 {
		doubling.WriteString(strings.NewReplacer("M", strconv.Itoa(n+1), "N", strconv.Itoa(n)).Replace("aM: &aM [*aN, *aN]\n"))
	}
	for name, c := range map[string]struct{ src, want string }{
		"deep block":   {deep.String(), "nested more than 50 deep"},
		"deep flow":    {strings.Repeat("[", 1<<19), "nested more than 50 deep"},
		"deep items":   {strings.Repeat("- ", 1<<19) + "a", "nested more than 50 deep"},
		"deep both":    {strings.Repeat("[{a: ", 1<<17), "nested more than 50 deep"},
		"doubling":     {doubling.String(), "more than 100000 values"},
		"a circle":     {"a: &a [*a]\n", "refers to itself"},
		"many values":  {strings.Repeat("- a\n", 1<<17), "more than 100000 values"},
		"many keys":    {strings.Repeat("a: 1\n", 1<<17), "more than 100000 values"},
		"many unknown": {strings.Repeat("a: 1\n", 90_000), "and more like these"},
		"comments":     {strings.Repeat("# x\n", 1<<17) + "a: 1 # y\n", "unknown key"},
		"many anchors": {strings.Repeat("- &a b\n- *a\n", 1<<16), "more than 100000 values"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, problems := config.Parse("f", []byte(c.src), environment(""), now)
			took := time.Since(begin)
			if text := problems.String(); !strings.Contains(text, c.want) || len(text) > 1<<20 {
				t.Errorf("%d bytes instead of %q: %.300s", len(text), c.want, text)
			}
			if took > 20*time.Second {
				t.Errorf("that took %v", took)
			}
		})
	}
}
