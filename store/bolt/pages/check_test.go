package pages

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCheckOfManyProblems holds that a check of a file that is nothing but damage ends.
func TestCheckOfManyProblems(t *testing.T) {
	c := checker{ctx: t.Context(), file: strings.NewReader(""), size: 4096, deep: true}
	c.meta = meta{root: 3, freelist: noFreelist, high: 1 << 20}
	c.used = make([]bool, c.meta.high)
	begun := time.Now()
	if err := c.run(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"page 3 is beyond the end of the file"}, c.Problems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c = checker{ctx: t.Context(), file: strings.NewReader(""), size: 4096, deep: true}
	c.meta, c.used = meta{root: 3, freelist: 4, high: 1 << 20}, make([]bool, 1<<20)
	if err := c.run(); !errors.Is(err, errEnough) || len(c.Problems) != MaxProblems {
		t.Errorf("%d problems, error %v", len(c.Problems), err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
