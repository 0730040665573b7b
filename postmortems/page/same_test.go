package page_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/picture"
	"github.com/oncalm/oncalm/postmortems/storytest"
)

// shuffled is a map into which the same was put in another order.
func shuffled(m map[string]string, random *rand.Rand) map[string]string {
	keys := slices.Sorted(maps.Keys(m))
	random.Shuffle(len(keys), func(a, b int) { keys[a], keys[b] = keys[b], keys[a] })
	other := map[string]string{}
	for _, k := range keys {
		other[k] = m[k]
	}
	return other
}

// forms are all forms of the documents of all stories, each as a digest, with the maps of alarms filled in another order.
func forms(t *testing.T, random *rand.Rand) map[string]string {
	t.Helper()
	all := map[string]string{}
	keep := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		all[name] = hex.EncodeToString(sum[:8])
	}
	set := texts(t)
	for name, story := range storytest.Stories() {
		i, events := story(t).Folded()
		for n := range events {
			events[n].At, events[n].Recorded = events[n].At.Local(), events[n].Recorded.Local()
			if a := incidents.AlarmIn(events[n].Body); a != nil {
				a.Tags = shuffled(map[string]string{"team": "shop", "tier": "1", "env": "prod", "owner": "x", "cost": "7"}, random)
				a.Contributor = shuffled(a.Contributor, random)
			}
		}
		d := build(i, events)
		val, err := json.Marshal(d)
		keep(name+" json", val, err)
		svg, _ := picture.SVG(d)
		keep(name+" svg", []byte(svg), nil)
		for _, shape := range markdown.Shapes(set) {
			md, err := markdown.RenderAs(d, set, shape)
			keep(name+" "+shape+" md", md, err)
			html, err := page.Render(d, set, page.Options{Shape: shape})
			keep(name+" "+shape+" html", html, err)
		}
	}
	return all
}

// childVar makes a process of this test print its forms, and nothing else.
const childVar = "ONCALM_TEST_FORMS"

// TestSameBytes: the same timeline makes the same bytes in each form, in whatever order maps are walked, and whatever the zone of the
// machine. Each process is another one, with other seeds of its maps.
func TestSameBytes(t *testing.T) {
	if os.Getenv(childVar) != "" {
		random := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
		val, err := json.Marshal(forms(t, random))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("\nzone %s\nforms %s\n", time.Unix(0, 0).Format("-0700"), val)
		return
	}
	want := forms(t, rand.New(rand.NewPCG(1, 2)))
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	for n := range rounds {
		same(t, want, forms(t, rand.New(rand.NewPCG(uint64(n), 3))))
	}
	zones := map[string]bool{}
	for _, zone := range []string{"Asia/Kathmandu", "America/St_Johns"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSameBytes$")
		cmd.Env = append(os.Environ(), "TZ="+zone, childVar+"=1")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", zone, err, out)
		}
		var got map[string]string
		for line := range strings.Lines(string(out)) {
			if rest, ok := strings.CutPrefix(line, "forms "); ok {
				err = json.Unmarshal([]byte(rest), &got)
			} else if strings.HasPrefix(line, "zone ") {
				zones[line] = true
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got)
	}
	if len(zones) != 2 {
		t.Errorf("this machine does not know the two zones: %v", zones)
	}
}

func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%d forms of %d", len(got), len(want))
	}
	for name, sum := range want {
		if got[name] != sum {
			t.Errorf("%s is of other bytes", name)
		}
	}
}
