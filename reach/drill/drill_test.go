package drill_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestTheTokenIsInNoKey: keys of the outbox are logged when an attempt fails, and whoever reads the log must not press the link.
func TestTheTokenIsInNoKey(t *testing.T) {
	db, told := storetest.Memory(), []string(nil)
	drills := &drill.Drills{URL: "https://oncall.example.com", Told: func(_ store.Tx, _ time.Time, key string, _ drill.Test) {
		told = append(told, key)
	}}
	update := func(do func(tx store.Tx) error) {
		if err := db.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	token := ""
	update(func(tx store.Tx) error {
		if err := drills.Begin(tx, time.Now(), "ana", []string{"sms"}); err != nil {
			return err
		}
		for key := range tx.Range("drill/", store.After("drill/")) {
			token = strings.TrimPrefix(key, "drill/")
		}
		for key := range tx.Range("", "\xff") {
			if strings.Contains(key, token) && !strings.HasPrefix(key, "drill/") {
				t.Errorf("the token is in %s", key)
			}
		}
		return drills.Ended(tx, time.Now(), notes.Debt{Via: "sms", About: outbox.Body(token)}, nil)
	})
	mux := http.NewServeMux()
	(&drill.Door{Drills: drills, Store: db, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	for _, want := range []int{http.StatusOK, http.StatusNotFound} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, drill.Route+token, nil))
		if w.Code != want {
			t.Errorf("it is answered %d, want %d", w.Code, want)
		}
	}
	if len(told) != 2 || told[0] == told[1] || strings.Contains(strings.Join(told, " "), token) {
		t.Errorf("told %q", told)
	}
}
