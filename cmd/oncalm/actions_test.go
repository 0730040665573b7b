package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/actions"
)

// TestActionsAtTheTerminal: what was planned in Slack is listed at the command line, as long as it is open, and what is asked for of it.
func TestActionsAtTheTerminal(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-5xx")
		w.Says("ana", "/incident", "ack 1")
		w.Says("ana", "/incident", "action 1 @bo an alarm on the pool due tomorrow type detect p2")
		w.Says("ana", "/incident", "action 1 write it down")
		w.Says("ana", "/incident", "action 1 @ana a limit")
		w.Says("ana", "/incident", "action done 1-3")
		w.Wait(72 * time.Hour)
		w.stop()
		defer w.start()
		config := filepath.Join(w.dir, "oncalm.yaml")
		list := w.runs("actions", "-config", config)
		for _, want := range []string{"1-1  ", " overdue  ", "  detect  p2  ", "  checkout  ", "1-2  -  ", "write it down"} {
			if !strings.Contains(strings.ReplaceAll(list, "   ", "  "), want) {
				t.Errorf("%q is not in\n%s", want, list)
			}
		}
		for _, tt := range []struct {
			args []string
			want string
		}{
			{nil, "1-1 1-2"}, {[]string{"-overdue"}, "1-1"}, {[]string{"-owner", "-"}, "1-2"}, {[]string{"-owner", "@bo"}, "1-1"},
			{[]string{"-service", "search"}, ""}, {[]string{"-stale"}, ""},
		} {
			var rows []actions.Row
			said := w.runs(append([]string{"actions", "-config", config, "-json"}, tt.args...)...)
			if err := json.Unmarshal([]byte(said), &rows); err != nil {
				t.Fatalf("%v in %s", err, said)
			}
			var ids []string
			for _, r := range rows {
				ids = append(ids, r.ID)
				if r.Service != "checkout" || r.Severity == "" || r.Title == "" || r.Planned.IsZero() {
					t.Errorf("%+v", r)
				}
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.args, got, tt.want)
			}
		}
		if found := w.runs("fsck", "-config", config); strings.Contains(found, "action/") {
			t.Error(found)
		}
	})
}
