package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/shifts"
)

// TestFeedWhileServing makes a link through the running server, reads the calendar at the public door, and revokes the link.
func TestFeedWhileServing(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	r.start()
	read := func(path string) (int, string) {
		resp, err := r.client.Get("http://" + r.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	feed := func(args ...string) string {
		out, code := r.call(append([]string{"feed", "-config", r.path("oncalm.yaml")}, args...)...)
		if code != cli.ExitFine {
			t.Fatalf("feed %q: %d: %s", args, code, out)
		}
		return out
	}
	var made shifts.Made
	out := feed("make", "-schedule", "main", "-json")
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if made.URL != "" {
		t.Errorf("without public_url the address is %s", made.URL)
	}
	if status, body := read(made.Path); status != http.StatusOK || !strings.Contains(body, "SUMMARY:ana on call: main\r\n") {
		t.Errorf("%d: %s", status, body)
	}
	if out := feed("make", "-person", "ana"); !strings.Contains(out, "public_url is not configured") {
		t.Error(out)
	}
	if status, _ := read("/ical/main.ics?token=wrong"); status != http.StatusNotFound {
		t.Errorf("a wrong token: %d", status)
	}
	if out := feed("list"); strings.Count(out, "\n") != 3 {
		t.Errorf("list: %s", out)
	}
	feed("revoke", "-schedule", "main", "-id", made.ID)
	if status, _ := read(made.Path); status != http.StatusNotFound {
		t.Errorf("revoked: %d", status)
	}
	r.stop()
	if strings.Contains(r.logs.String(), made.Token) {
		t.Errorf("the token is in the log:\n%s", r.logs)
	}
	if out := feed("list"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "person  ana") {
		t.Errorf("list of a stopped server: %s", out)
	}
}
