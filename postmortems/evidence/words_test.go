package evidence

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/wording"
)

// TestEveryFormIsWritten: a part of a sentence that the document left out would be missed by nobody.
func TestEveryFormIsWritten(t *testing.T) {
	e := incidents.Event{At: time.Date(2026, 3, 11, 14, 2, 13, 0, time.UTC)}
	for _, form := range wording.Forms() {
		for _, before := range []incidents.Sentence{nil, {{Form: incidents.Plain, Text: "said: "}}} {
			got := written(e, append(before, incidents.Part{Form: form, Text: "these words", At: e.At}))
			if !strings.Contains(strings.ToLower(got), "these words") && !strings.Contains(got, "14:02:13") {
				t.Errorf("form %d is not written: %q", form, got)
			}
		}
	}
}
