package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// TestEveryFormIsShown: a part of a sentence that the card left out would be missed by nobody.
func TestEveryFormIsShown(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 13, 0, time.UTC)
	for _, form := range incidents.Forms() {
		for _, before := range []incidents.Sentence{nil, {{Form: incidents.Plain, Text: "said: "}}} {
			l := spoken(append(before, incidents.Part{Form: form, Text: "these <words>", At: at}))
			if plain := l.Plain(time.UTC); !strings.Contains(plain, "these <words>") && !strings.Contains(plain, "14:02") {
				t.Errorf("form %d is not shown: %q", form, plain)
			}
		}
	}
}
