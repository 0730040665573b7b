package levers

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rollbacks"
)

// read reads a target, and returns what is wrong with it.
func read(t *testing.T, text string) ([]rollbacks.Lever, string) {
	t.Helper()
	root, err := reading.Parse([]byte("rollback: " + text + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	file := reading.New("f", func(string) (string, bool) { return "", false }, time.Time{})
	var all []rollbacks.Lever
	file.Read(root, func(v reading.Value) {
		v.Mapping(reading.Key("rollback", func(v reading.Value) { all = Read(v) }))
	})
	return all, file.Problems.String()
}

// TestTogether: keys that do not go together are found before they are needed.
func TestTogether(t *testing.T) {
	_, problems := read(t, `{kind: kubernetes, namespace: shop, deployment: web, server: "https://10.0.0.1:6443"}`)
	if !strings.Contains(problems, "a server needs token_file; see docs/rollbacks.md#kubernetes") {
		t.Error(problems)
	}
	all, problems := read(t, "{kind: kubernetes, namespace: shop, deployment: web}")
	if problems != "" || all[0].Name != "kubernetes shop/web" {
		t.Errorf("%+v %s", all, problems)
	}
}

// TestEachKind: each kind of target is taken with what it is told by its examples, and what it lacks is said with a remedy. It has a
// section in the documentation, which shows the same keys.
func TestEachKind(t *testing.T) {
	doc, err := os.ReadFile("../../../../docs/rollbacks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Makers() {
		pairs := []string{"kind: " + m.Kind}
		for _, k := range m.Keys {
			such := k.Such
			if k.Secret {
				such = strings.Repeat("s", 32)
			}
			if k.Names == nil {
				such = fmt.Sprintf("%q", such)
			}
			pairs = append(pairs, k.Name+": "+such)
		}
		all, problems := read(t, "{"+strings.Join(pairs, ", ")+"}")
		if problems != "" || len(all) != 1 || !strings.HasPrefix(all[0].Name, m.Kind+" ") || all[0].Approvals != 1 {
			t.Errorf("%s: %+v\n%s", m.Kind, all, problems)
		}
		_, section, ok := strings.Cut(string(doc), "\n### `"+m.Kind+"`\n")
		section, _, _ = strings.Cut(section, "\n### ")
		for n, k := range m.Keys {
			if !ok || !strings.Contains(section, k.Name+": ") {
				t.Errorf("docs/rollbacks.md does not say that %s has %s", m.Kind, k.Name)
			}
			if k.Optional {
				continue
			}
			_, problems := read(t, "{"+strings.Join(append(append([]string{}, pairs[:n+1]...), pairs[n+2:]...), ", ")+"}")
			if !strings.Contains(problems, "the target has no "+k.Name+"; add "+k.Name+": such as "+k.Such) {
				t.Errorf("%s without %s: %s", m.Kind, k.Name, problems)
			}
		}
	}
}
