package main

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// TestFlippedBit flips one bit in the store, which makes an incident say that it is another
// one. Nothing is read as that: all else goes on, it is said once and in /readyz, fsck names
// it, and a repair works it out again and keeps what was there.
func TestFlippedBit(t *testing.T) {
	t.Parallel() // it waits more than it computes
	r, _, accepted := storedRig(t)
	path := r.path("oncalm.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const head = "incident/00000003/head"
	right, wrong := []byte(head+`{"id":"3"`), []byte(head+`{"id":"2"`)
	if !bytes.Contains(file, right) {
		t.Fatal("the head is not found")
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(file, right, wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := r.call("fsck", "-config", r.path("oncalm.yaml"))
	if want := head + ": the value does not match its checksum; oncalm fsck -repair repairs it\n"; code != cli.ExitNo || !strings.Contains(out, want) {
		t.Errorf("fsck: exit %d: %s\nwant exit %d: …%s", code, out, cli.ExitNo, want)
	}
	r.start()
	if status := r.post(r.alarm("alarm-00099", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Errorf("an alarm beside the damage: %d", status)
	}
	const notReady = `{"name":"damage","ok":false,"reason":"the store is damaged (1 of its values): stop Oncalm, and run oncalm fsck -repair"}`
	if status, body := r.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, notReady) {
		t.Errorf("readyz says %d %s", status, body)
	}
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d", code)
	}
	if n := strings.Count(r.logs.String(), "the value of "+head+" does not match its checksum"); n != 1 {
		t.Errorf("it is said %d times, want once:\n%s", n, r.logs)
	}
	out, code = r.call("fsck", "-config", r.path("oncalm.yaml"), "-repair")
	if code != cli.ExitFine || !strings.Contains(out, head+": the value does not match its checksum; repaired\n") {
		t.Errorf("fsck -repair: exit %d: %s", code, out)
	}
	out, code = r.call("fsck", "-config", r.path("oncalm.yaml"))
	if want := "  1 damaged value was set aside by a repair, under damaged/\n  nothing is wrong\n"; code != cli.ExitFine || !strings.HasSuffix(out, want) {
		t.Errorf("fsck: exit %d: %s", code, out)
	}
	holdsAccepted(t, path, accepted)
}
