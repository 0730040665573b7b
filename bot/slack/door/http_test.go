package door

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSigningVectors reads the vectors that were recomputed from Slack's own documentation.
func TestSigningVectors(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "fixtures", "slack", "signing-vectors.json"))
	if err != nil {
		t.Skipf("the vectors are not here: %v", err)
	}
	var vectors []struct {
		Name, Secret, Timestamp, Body, Signature string
		Valid                                    bool
	}
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) < 5 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		d := &door{secrets: []string{v.Secret}, log: slog.New(slog.DiscardHandler)}
		seconds, err := strconv.ParseInt(v.Timestamp, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{"X-Slack-Request-Timestamp": {v.Timestamp}, "X-Slack-Signature": {v.Signature}}
		complaint := d.authentic(h, []byte(v.Body), time.Unix(seconds, 0))
		if (complaint == "") != v.Valid {
			t.Errorf("%s: %q, want valid: %v", v.Name, complaint, v.Valid)
		}
	}
}

// TestSignature needs no files: Slack's documented example, and what must not pass.
func TestSignature(t *testing.T) {
	const secret = "8f742231b10e8888abcd99yyyzzz85a5"
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const good = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	tests := []struct {
		name, stamp, signature, body string
		want                         string
	}{
		{"documented", "1531420618", good, body, ""},
		{"one byte more", "1531420618", good, body + "-", "invalid signature"},
		{"another time", "1531420619", good, body, "invalid signature"},
		{"upper case", "1531420618", strings.ToUpper(good), body, "invalid signature"},
		{"version 1", "1531420618", "v1=" + good[3:], body, "invalid signature"},
		{"shorter", "1531420618", good[:60], body, "invalid signature"},
		{"none", "1531420618", "", body, "invalid signature"},
		{"no time", "", good, body, "invalid signature"},
		{"time that is none", "1531420618.0", good, body, "invalid signature"},
	}
	logged := &bytes.Buffer{}
	d := &door{secrets: []string{"the next secret", secret}, log: slog.New(slog.NewTextHandler(logged, nil))}
	for _, tt := range tests {
		h := http.Header{"X-Slack-Request-Timestamp": {tt.stamp}, "X-Slack-Signature": {tt.signature}}
		if got := d.authentic(h, []byte(tt.body), time.Unix(1531420618, 0)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if regexp.MustCompile(`[0-9a-f]{64}`).MatchString(logged.String()) {
		t.Errorf("the log tells a signature:\n%s", logged)
	}
}
