package incidents

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// olderHead is a head as it was written when pages were by the person.
func olderHead(id, status string) string {
	return `{"id":"` + id + `","title":"x","service":"shop","severity":"sev2","status":"` + status + `","opened":"2026-03-28T12:00:00Z",` +
		`"opened_by":{"kind":"alarm","name":"cpu"},"step":{"round":0,"step":1},"then":"` + id + `/escalate/1.0",` +
		`"pages":{"ana":{"key":"` + id + `/page/0.0/ana","at":"2026-03-28T12:00:00Z","delivered":"2026-03-28T12:00:01Z"},` +
		`"bo":{"key":"` + id + `/page/0.1/bo","at":"2026-03-28T12:05:00Z","failed":true}},"seq":6}`
}

func olderPages(id string) map[string]PageState {
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	return map[string]PageState{
		id + "/page/0.0/ana": {Person: "ana", Via: ViaSlack, At: at, Delivered: at.Add(time.Second)},
		id + "/page/0.1/bo":  {Person: "bo", Via: ViaSlack, At: at.Add(5 * time.Minute), Failed: true},
	}
}

// TestOlderRestated: what a repair of before has said on a timeline is read as today's.
func TestOlderRestated(t *testing.T) {
	var b Restated
	if err := json.Unmarshal([]byte(`{"incident":`+olderHead("7", "triggered")+`,"lost":[2]}`), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(olderPages("7"), b.Incident.Pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}
