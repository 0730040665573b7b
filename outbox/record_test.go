package outbox

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestEntryRecord(t *testing.T) { recordtest.Check(t, (*Entry).fields) }

func BenchmarkRecord(b *testing.B) {
	at := time.Date(2026, 3, 28, 12, 0, 0, 123456789, time.UTC)
	e := Entry{
		Key: "42/page/0.1/ana", Kind: "page", Lane: Pages2, Due: at, Created: at,
		Body: Body(map[string]string{"incident": "42", "person": "ana", "via": "slack", "why": "on call for checkout (primary)"}),
	}
	for b.Loop() {
		if _, err := e.record(); err != nil {
			b.Fatal(err)
		}
	}
}
