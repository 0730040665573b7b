package reading_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// kettles reads a section as any other: it takes out what is meant, and says what is wrong with it.
type kettles struct {
	owners map[string]string
	boils  map[string]time.Duration
}

func (k kettles) section(v reading.Value) {
	v.Named("kettle", func(name string, _, v reading.Value) {
		v.Mapping(
			reading.Key("owner", func(v reading.Value) {
				if owner, ok := v.Filled("the name of a person"); ok {
					k.owners[name] = owner
					v.Refer("person", owner)
				}
			}).Needed("say whose it is"),
			reading.Key("boils", func(v reading.Value) { k.boils[name], _ = v.Duration() }),
			reading.Key("whistle", reading.NotBuilt("has no whistles", "take it out")),
		)
	})
}

// TestASection: what a reader of a section is given, of a text and of its mistakes.
func TestASection(t *testing.T) {
	const people = "people: {ana: , bo: }\n"
	for name, c := range map[string]struct{ text, want string }{
		"all is well":          {people + "kettles: {one: {owner: ana, boils: 3m}, two: {owner: bo, whistle: []}}", ""},
		"a reference":          {people + "kettles: {one: {owner: '${WHO}', boils: 3m}}", ""},
		"an alias":             {people + "kettles: {one: &k {owner: ana}, two: *k}", ""},
		"an empty file":        {"", "f:1:1: kettles is missing; add one"},
		"an empty section":     {"kettles:", "f:1:9: kettles is empty; add one"},
		"not a mapping":        {"[kettles]", "f:1:1: the file is a list; expected a mapping with the keys people, kettles"},
		"what is needed":       {"kettles: {one: {boils: 3m}}", "f:1:16: kettles.one.owner is missing; say whose it is"},
		"what is not built":    {people + "kettles: {one: {owner: ana, whistle: 3}}", "f:2:38: this version has no whistles; take it out"},
		"a key that is near":   {people + "kettles: {one: {owner: ana, boil: 3m}}", `f:2:29: unknown key "boil"; did you mean "boils"?`},
		"a name that is near":  {people + "kettles: {one: {owner: an}}", `f:2:24: there is no person "an"; did you mean "ana"?`},
		"a name from outside":  {people + "kettles: {one: {owner: '${SECRET}'}}", `f:2:24: there is no person with the name that "${SECRET}" stands for`},
		"what is in a problem": {people + "kettles: {one: {owner: ana, boils: '${SECRET}'}}", `f:2:36: "${SECRET}" is not a duration; expected a duration such as 30s, 5m or 1h30m`},
		"a key from outside":   {people + "kettles: {one: {owner: ana, hunter2hunter2: x}}", `f:2:29: unknown key "hunter2hunter2"; there are: owner, boils, whistle`},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"WHO": "ana", "SECRET": "hunter2hunter2"}
			file := reading.New("f", func(name string) (string, bool) { s, ok := env[name]; return s, ok }, time.Time{})
			root, err := reading.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			k := kettles{map[string]string{}, map[string]time.Duration{}}
			file.Read(root, func(top reading.Value) {
				top.Mapping(
					reading.Key("people", func(v reading.Value) { v.Named("person", func(string, reading.Value, reading.Value) {}) }),
					reading.Key("kettles", k.section).Needed("add one"),
				)
			})
			if diff := cmp.Diff(c.want, file.Problems.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if name == "an alias" && (k.owners["one"] != "ana" || k.owners["two"] != "ana") {
				t.Errorf("owners %v", k.owners)
			}
			if name == "a reference" && (k.owners["one"] != "ana" || k.boils["one"] != 3*time.Minute) {
				t.Errorf("owners %v, boils %v", k.owners, k.boils)
			}
		})
	}
}
