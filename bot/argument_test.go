package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
)

// samples are texts of each type of arguments, as people type them.
func samples() map[argument.Type]string {
	return map[argument.Type]string{
		argument.Person: "@bo", argument.Service: "checkout", argument.Schedule: "payments", argument.Severity: "sev3",
		argument.Role: "comms", argument.Stage: "monitoring", argument.Incident: "1", argument.Several: "1",
		argument.Alarm: "checkout-5xx", argument.Tag: "team=shop", argument.Line: "1", argument.Time: "fri 18:00",
		argument.Span: "2h", argument.Fixed: "me", argument.Text: "something",
	}
}

// TestWrongNames: whatever word has an argument of a type that has names, one that there is not is said to be none, with those that there
// are; and nothing is done. It is said of every word in the table, so also of one that is new.
func TestWrongNames(t *testing.T) {
	wrong := map[argument.Type]string{
		argument.Person: "@zzz", argument.Service: "service:zzz", argument.Schedule: "zzz", argument.Severity: "sev9", argument.Role: "zzz"}
	names := map[argument.Type][]string{
		argument.Person: {"ana", "bo", "cy"}, argument.Service: {"checkout"}, argument.Schedule: {"payments"},
		argument.Severity: {"sev1", "sev4"}, argument.Role: {"lead", "comms", "scribe"}}
	tried := 0
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			o.Watched = alarms.Services{Default: "checkout", All: []alarms.Service{{Name: "checkout"}}}
			o.Silences = &silences.Book{Incidents: o.Book}
		})
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		for _, room := range Words(Roots{}) {
			for _, word := range append(room.Words, room.Silent) {
				for n, arg := range word.Args {
					for _, kind := range arg.Types {
						if wrong[kind] == "" {
							continue
						}
						said := []string{word.Name}
						for m, other := range word.Args {
							switch {
							case m == n:
								said = append(said, wrong[kind])
							case other.Types[0] == argument.Incident, !other.May:
								said = append(said, samples()[other.Types[0]])
							}
						}
						line := strings.TrimSpace(strings.Join(said, " "))
						got := w.typed(ana, room.Root, line)
						for _, name := range names[kind] {
							if !strings.Contains(got, name) || !strings.Contains(got, "zzz") && !strings.Contains(got, "sev9") {
								t.Errorf("%s %s: the reply does not name %s: %s", room.Root, line, name, got)
							}
						}
						tried++
					}
				}
			}
		}
		i := w.head(id)
		if i.Status != incidents.StatusTriggered || i.Severity != incidents.Sev2 || len(w.made()) > 0 {
			t.Errorf("%+v", i)
		}
	})
	if tried < 20 {
		t.Errorf("only %d were tried", tried)
	}
}

// TestArgumentsFind: names are found in any case, with their kind in front, and severities as other tools write them; what only looks
// like a name is none.
func TestArgumentsFind(t *testing.T) {
	names := argument.Names{argument.Person: {"ana"}, argument.Service: {"ana", "checkout"}}
	for said, want := range map[string]string{
		"ana": "person ana", "@Ana": "person ana", "service:ana": "service ana", "CHECKOUT,": "service checkout", "SEV-1": "severity sev1",
		"p2": "severity sev2", "sev5": " ", "person:checkout": " ", "": " ", "@": " ", "shop": " ",
	} {
		kind, name, _ := names.Find(said, argument.Person, argument.Service, argument.Severity)
		if got := string(kind) + " " + name; got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
	for said, want := range map[string]bool{"@zoe": true, "service:zzz": true, "sev9": true, "zzz": false, "sevx": false, "a:b": false,
		"@ana": false, "@": false, "schedule:x": false} {
		if got := names.Misnamed(said, argument.Person, argument.Service, argument.Severity); got != want {
			t.Errorf("%q is misnamed: %t", said, got)
		}
	}
}
