package ops_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/rotations/feed"
)

func TestFeedsByAdmin(t *testing.T) {
	s := newStore(t)
	admin := ops.Admin(s, nil, quiet())
	call := func(method, body string, into any) int {
		t.Helper()
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, httptest.NewRequest(method, ops.RouteFeeds, strings.NewReader(body)))
		if w.Code == 200 {
			if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code
	}
	const payments = `{"kind":"schedule","name":"payments"}`
	var made ops.FeedMade
	if code := call(http.MethodPost, payments, &made); code != 200 || made.Token == "" || made.Name != "payments" {
		t.Fatalf("make: %d %+v", code, made)
	}
	call(http.MethodPost, payments, &made)
	for _, wrong := range []string{"", "{}", `{"kind":"team","name":"x"}`, `{"kind":"person"}`, "["} {
		if code := call(http.MethodPost, wrong, nil); code != http.StatusBadRequest {
			t.Errorf("make %s: %d", wrong, code)
		}
	}
	var all, gone []feed.Link
	if code := call(http.MethodGet, "", &all); code != 200 || len(all) != 2 {
		t.Errorf("list: %d %v", code, all)
	}
	if code := call(http.MethodDelete, `{"kind":"schedule","name":"payments","id":"`+made.ID+`"}`, &gone); code != 200 || len(gone) != 1 || gone[0].ID != made.ID {
		t.Errorf("revoke one: %d %v", code, gone)
	}
	if code := call(http.MethodDelete, payments, &gone); code != 200 || len(gone) != 1 {
		t.Errorf("revoke the rest: %d %v", code, gone)
	}
	for code := 200; code != http.StatusConflict; {
		if code = call(http.MethodPost, payments, &made); code != 200 && code != http.StatusConflict {
			t.Fatalf("make many: %d", code)
		}
	}
}
