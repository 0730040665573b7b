package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
)

// everything reads the file that has all keys, with parts replaced.
func everything(t *testing.T, replace ...string) *Config {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(replace); n += 2 {
		if !bytes.Contains(text, []byte(replace[n])) {
			t.Fatalf("the file has no %q", replace[n])
		}
	}
	c, _ := Parse(filepath.Join(dir, "oncalm.yaml"), []byte(strings.NewReplacer(replace...).Replace(string(text))),
		os.LookupEnv, time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))
	c.File, c.Store = "", "oncalm.db"
	return c
}

// TestNothingChanged: the same file, read again, is no change, also with comments and space in it.
func TestNothingChanged(t *testing.T) {
	one, other := everything(t), everything(t, "\npeople:", "\n# a comment\n\npeople:")
	if len(one.People) == 0 || len(one.Schedules) == 0 || len(one.Services.All) == 0 {
		t.Fatal("nothing was read")
	}
	if got := one.Changes(other); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	if keys := other.Keep(one); len(keys) > 0 {
		t.Errorf("%q", keys)
	}
}

// TestZonesAreTheSameByName: what a zone holds besides depends on when it was loaded.
func TestZonesAreTheSameByName(t *testing.T) {
	one, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	other := time.FixedZone("Europe/Berlin", 3600)
	a, b := map[string]Person{"ana": {Zone: one}}, map[string]Person{"ana": {Zone: other}}
	if c := compare("people", a, b); len(c.Changed) > 0 {
		t.Errorf("%+v", c)
	}
	b["ana"] = Person{Zone: time.UTC}
	if c := compare("people", a, b); len(c.Changed) != 1 {
		t.Errorf("%+v", c)
	}
}

// TestEveryFieldIsCompared: whatever a field says, another value is told, as a change or as what needs a restart.
func TestEveryFieldIsCompared(t *testing.T) {
	of := reflect.TypeFor[Config]()
	for n := range of.NumField() {
		name := of.Field(n).Name
		if name == "File" {
			continue
		}
		one, other := everything(t), everything(t)
		if !alter(reflect.ValueOf(other).Elem().Field(n)) {
			t.Errorf("%s: the test cannot alter it", name)
			continue
		}
		restart, changes := keep(*other, one), one.Changes(other)
		if len(restart)+len(changes) == 0 {
			t.Errorf("%s is different, and nobody is told", name)
		}
	}
}

// alter makes a value another.
func alter(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	case reflect.Map:
		for _, key := range v.MapKeys() {
			changed := reflect.New(v.Type().Elem()).Elem()
			changed.Set(v.MapIndex(key))
			if alter(changed) {
				v.SetMapIndex(key, changed)
				return true
			}
		}
		return false
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() && alter(field) {
				return true
			}
		}
		return false
	default:
		return false
	}
	return true
}

func TestChanges(t *testing.T) {
	one := everything(t)
	other := everything(t)
	other.People["dee"] = Person{Slack: "U0DEE"}
	delete(other.People, "ana")
	other.Quiet = []string{"sev3"}
	other.Services.Default = one.Services.All[1].Name
	other.PublicURL = "https://other.example.com"
	other.Services.All = slices.Clone(other.Services.All)
	other.Services.All[0].Severity = "sev9"
	slices.Reverse(other.Services.All)
	want := []Change{
		{What: "people", Added: []string{"dee"}, Removed: []string{"ana"}},
		{What: "services", Changed: []string{one.Services.All[0].Name}},
		{What: "settings", Changed: []string{"default_service", "the order of services", "public_url", "quiet"}},
	}
	if diff := cmp.Diff(want, one.Changes(other)); diff != "" {
		t.Error(diff)
	}
}

// TestKeep: what needs a restart is named, and kept as it is; no value of a secret is told.
func TestKeep(t *testing.T) {
	running, next := everything(t), everything(t)
	next.Listen, next.Slack.BotToken = ":1", secrets.New("xoxb-other")
	if diff := cmp.Diff([]string{"listen", "slack.bot_token"}, next.Keep(running)); diff != "" {
		t.Error(diff)
	}
	if next.Listen != running.Listen || next.Slack != running.Slack {
		t.Error("it was not kept")
	}
}

// keep is what [Config.Keep] says of a copy.
func keep(c Config, running *Config) []string { return c.Keep(running) }
