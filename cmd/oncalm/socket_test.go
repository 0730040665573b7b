package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// playSocket runs a scene in a world whose Slack sends over a connection, and posts nothing.
func playSocket(t *testing.T, scene func(*world)) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		const posted, sent = "signing_secret: fake-signing-secret", "mode: socket, app_token: xapp-fake"
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}}
		w.text = strings.Replace(worldConfig, posted, sent, 1)
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		w.Wait(15 * time.Second) // the connection holds
		scene(w)
	})
}

// redelivered is the reply to the newest request when it comes once more, as what was not acknowledged does.
func (w *world) redelivered() string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Second)
	defer cancel()
	reply, err := w.slack.Socket.Again(httptest.NewRequest(http.MethodPost, "/", nil).WithContext(ctx))
	if err != nil {
		w.t.Errorf("redelivered: %v", err)
	}
	synctest.Wait()
	return string(reply)
}

// TestSocketMode: the whole of an incident over a connection, each request delivered twice; each has one effect, and is acknowledged.
func TestSocketMode(t *testing.T) {
	playSocket(t, func(w *world) {
		rec := httptest.NewRecorder()
		w.app.public().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader("x=1")))
		if rec.Code != http.StatusNotFound {
			t.Errorf("the door that nobody posts to: %d, want 404", rec.Code)
		}
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
		w.redelivered()
		w.contains(w.Says("ana", "/incident", "note 1 the pool is exhausted"), "Noted on")
		w.contains(w.redelivered(), "Noted on")
		w.Restart()
		w.Wait(15 * time.Second)
		w.contains(w.redelivered(), "Noted on")
		w.contains(w.Says("bo", "/incident", "resolve 1 anyway rolled back"), "You resolved")
		w.redelivered()
		w.Wait(time.Minute)
		if got := w.turnsAway("eve", "/incident", "ack"); !strings.Contains(got, "not in Oncalm's people list") {
			t.Errorf("a stranger reads %q", got)
		}
		_, kinds := w.Incident("1")
		want := []string{"opened", "paged", "delivered", "acknowledged", "noted", "resolved"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("the timeline (-want +got):\n%s", diff)
		}
		if sent, acknowledged := w.slack.Socket.Sent(); len(sent) != 8 || acknowledged != 8 {
			t.Errorf("%d requests, and %d acknowledgements, want 8 of each", len(sent), acknowledged)
		}
	})
}

// TestSocketLargeReply: Slack drops a large acknowledgement without a word. What is too large comes by the response URL.
func TestSocketLargeReply(t *testing.T) {
	playSocket(t, func(w *world) {
		w.Alarm("checkout-5xx")
		for range 10 {
			w.Says("ana", "/incident", "note 1 "+strings.Repeat("日", 2900))
		}
		w.Says("ana", "/incident", "postmortem 1")
		w.Wait(time.Second)
		all := w.slack.Ephemerals("C0INCIDENTS", "U0ANA")
		w.contains(all[len(all)-1].Text, "postmortem of incident 1")
		if calls := w.slack.API.Calls("response_url"); len(calls) != 1 {
			t.Errorf("%d replies by response URL, want 1", len(calls))
		}
	})
}

// TestSocketRefresh: Slack wants another connection now and then. Nothing falls in between, and nobody is told.
func TestSocketRefresh(t *testing.T) {
	playSocket(t, func(w *world) {
		w.Alarm("checkout-5xx")
		for n, reason := range []string{"warning", "refresh_requested"} {
			w.Wait(time.Hour)
			w.slack.Socket.Refresh(reason)
			for range 8 {
				w.contains(w.Says("ana", "/incident", "note 1 x"), "Noted on")
				w.Wait(time.Second)
			}
			if got := w.slack.Socket.Connections(); got != 1 {
				t.Errorf("after refresh %d there are %d connections, want 1", n, got)
			}
		}
		w.Reload("cy: {slack: U0CY}", "cy: {slack: U0CY, zone: UTC}")
		if opened := w.slack.API.Calls("apps.connections.open"); len(opened) != 3 {
			t.Errorf("%d connections were opened, want 3: a reload ends none", len(opened))
		}
		w.contains(w.Says("ana", "/incident", "note 1 x"), "Noted on")
		if said := selfPages(w.slack); len(said) != 0 {
			t.Errorf("told: %q", said)
		}
	})
}

// TestSocketCatchesUp: what is marked while there is no connection is on the timeline when there is one again.
func TestSocketCatchesUp(t *testing.T) {
	playSocket(t, func(w *world) {
		w.Alarm("checkout-5xx")
		w.Wait(time.Minute)
		card := w.Card("1")
		said, err := w.slack.Hands.Reply(w.t.Context(), "U0BO", card, "rolled back")
		if err != nil {
			t.Fatal(err)
		}
		w.slack.Socket.Deaf(true)
		w.Wait(30 * time.Second)
		if err := w.slack.Hands.React(w.t.Context(), "U0ANA", said, "pushpin"); err != nil {
			t.Fatal(err)
		}
		w.Wait(10 * time.Second)
		if _, kinds := w.Incident("1"); slices.Contains(kinds, "noted") {
			t.Errorf("it was heard without a connection: %q", kinds)
		}
		w.slack.Socket.Deaf(false)
		w.Wait(2 * time.Minute)
		if _, kinds := w.Incident("1"); !slices.Contains(kinds, "noted") {
			t.Errorf("the timeline: %q", kinds)
		}
	})
}

// TestSocketLost: without a connection for a minute people are told, once, by what needs none; and when there is one again.
func TestSocketLost(t *testing.T) {
	const gone, back = "🔴 Oncalm hears nothing from Slack", "🟢 Oncalm hears from Slack again"
	for name, lose := range map[string]func(w *world) (mend func()){
		"no way": func(w *world) func() {
			w.slack.Socket.Deaf(true)
			return func() { w.slack.Socket.Deaf(false) }
		},
		"a token that is refused": func(w *world) func() {
			w.slack.Faults.Fail(faults.Fault{Method: "apps.connections.open", Kind: faults.Error("invalid_auth")})
			w.slack.Socket.Cut()
			return w.slack.Faults.Clear
		},
	} {
		t.Run(name, func(t *testing.T) {
			playSocket(t, func(w *world) {
				mend := lose(w)
				w.Wait(55 * time.Second)
				if said := selfPages(w.slack); len(said) != 0 {
					t.Errorf("after 55 s: %q", said)
				}
				w.Wait(15 * time.Second)
				told := []string{"channel: " + gone, "ana: " + gone, "cy: " + gone}
				if diff := cmp.Diff(told, selfPages(w.slack)); diff != "" {
					t.Errorf("after 70 s (-want +got):\n%s", diff)
				}
				w.contains(w.readyz(), `"ready":true`, `"name":"socket","ok":false,"reason":"there is no connection to Slack: `)
				w.contains(w.metric("oncalm_slack_socket_lost_seconds"), "70")
				w.Alarm("checkout-5xx") // pages need no connection
				w.Paged("ana", "checkout-5xx")
				mend()
				w.Wait(40 * time.Second)
				w.contains(w.Says("ana", "/incident", "ack"), "You acknowledged")
				var all []string
				for _, who := range []string{"channel: ", "ana: ", "cy: "} {
					all = append(all, who+gone, who+back)
				}
				if diff := cmp.Diff(all, selfPages(w.slack)); diff != "" {
					t.Errorf("later (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestSocketFlaps: a connection that ends at once, each time, is none; and it is not opened anew without a pause.
func TestSocketFlaps(t *testing.T) {
	playSocket(t, func(w *world) {
		for range 600 {
			w.slack.Socket.Cut()
			w.Wait(200 * time.Millisecond)
		}
		if opened := w.slack.API.Calls("apps.connections.open"); len(opened) > 15 {
			t.Errorf("%d connections were opened in 2 minutes", len(opened))
		}
		if said := selfPages(w.slack); len(said) != 3 {
			t.Errorf("told: %q", said)
		}
	})
}

// TestSocketSilent: without a connection whoever types reads Slack's own error.
func TestSocketSilent(t *testing.T) {
	playSocket(t, func(w *world) {
		w.slack.Socket.Deaf(true)
		resp := w.slack.Hands.Command(w.t.Context(), "U0ANA", "C0INCIDENTS", "/incident", "list")
		if resp.Err == nil {
			t.Errorf("without a connection: %+v", resp)
		}
		w.slack.Socket.Deaf(false)
	})
}
