package bot

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
)

// TestForgedDeeds: what Slack did not sign, or not now, is refused whatever it is about, and leaves nothing behind.
func TestForgedDeeds(t *testing.T) {
	forgeries := map[string]func(r *http.Request, body string, now time.Time){
		"unsigned": func(r *http.Request, _ string, _ time.Time) { r.Header.Del("X-Slack-Signature") },
		"no time":  func(r *http.Request, _ string, _ time.Time) { r.Header.Del("X-Slack-Request-Timestamp") },
		"another secret": func(r *http.Request, body string, now time.Time) {
			stampAs(r, "another secret", body, now)
		},
		"another body": func(r *http.Request, body string, now time.Time) { stampAs(r, "", body+" ", now) },
		"stale":        func(r *http.Request, body string, now time.Time) { stampAs(r, "", body, now.Add(-301*time.Second)) },
		"to come":      func(r *http.Request, body string, now time.Time) { stampAs(r, "", body, now.Add(301*time.Second)) },
	}
	synctest.Test(t, func(t *testing.T) {
		w := everything(t)
		w.begun()
		w.wait(10 * time.Second)
		for _, d := range w.deeds() {
			path, contentType, body := w.request(d, w.by(ana))
			for name, forge := range forgeries {
				before := w.digest()
				r := w.sent(path, contentType, body)
				forge(r, body, time.Now())
				got := w.slack.Bot.Send(r)
				synctest.Wait()
				if got.Status != http.StatusUnauthorized || digestLike.Match(got.Body) {
					t.Errorf("%s, %s: %d %s", d, name, got.Status, got.Body)
				}
				if w.digest() != before {
					t.Errorf("%s, %s: something was written", d, name)
				}
			}
		}
	})
}

// stampAs signs a request with a secret, or the right one if it is empty, at a time.
func stampAs(r *http.Request, secret, body string, at time.Time) {
	if secret == "" {
		secret = "fake-signing-secret"
	}
	signed := signedRequest(secret, r.URL.Path, body, at)
	for _, name := range []string{"X-Slack-Request-Timestamp", "X-Slack-Signature"} {
		r.Header.Set(name, signed.Header.Get(name))
	}
}

// TestForeignDeeds: what comes from another workspace, organisation or app leaves nothing behind, whatever it is about.
func TestForeignDeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := everything(t)
		w.begun()
		w.wait(10 * time.Second)
		for name, from := range map[string]func(*doer){
			"another workspace":    func(by *doer) { by.team = "T0OTHER" },
			"another app":          func(by *doer) { by.app = "A0OTHER" },
			"another organisation": func(by *doer) { by.team, by.enterprise = "T0OTHER", "E0OTHER" },
		} {
			for _, d := range w.deeds() {
				by := w.by(ana)
				from(&by)
				before := w.digest()
				r := w.done(d, by)
				synctest.Wait()
				if r.Status != http.StatusOK || w.digest() != before {
					t.Errorf("%s, %s: %d, written: %t", d, name, r.Status, w.digest() != before)
				}
				if spoken := d.kind == "typed" || d.kind == "form"; spoken && !strings.Contains(string(r.Body), "another workspace") {
					t.Errorf("%s, %s: %s", d, name, r.Body)
				}
			}
		}
		if s := w.bot.Status(); s.Barred {
			t.Errorf("an event of another counted: %+v", s)
		}
	})
}

// TestStrangersDeeds: who is not in the configuration does nothing at all where that is all who may; and where the workspace may ask and
// declare, full members do that and nothing else.
func TestStrangersDeeds(t *testing.T) {
	for name, who := range map[string]workspace.User{
		"a member": {}, "a guest": {Guest: true}, "of another organisation": {Team: "T0OTHER"}, "a bot": {IsBot: true},
		"deactivated": {Deleted: true},
	} {
		for _, access := range []rights.Access{{}, {Ask: true, Declare: true}, {Ask: true}, {Declare: true}} {
			if access.Ask != access.Declare && name != "a member" {
				continue // they may not even do both
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := everything(t, func(o *Options) { o.Access = access })
					w.begun()
					w.wait(10 * time.Second)
					who.ID, who.Name = mal, "mal"
					for _, d := range w.deeds() {
						if d.event == "tokens_revoked" || d.event == "app_uninstalled" || d.event == "message.channels" {
							continue // that is nobody's doing, or heard like the rest of a thread
						}
						by := w.by(mal)
						w.slack.SetUser(who)
						greets := d.event == "message.im" && access.Ask // that is answered like the command without a word
						w.visits(d, by, name == "a member" && (greets || access.May(d.room, d.word)))
						w.slack.SetUser(workspace.User{ID: mal, Name: "mal"})
					}
				})
			})
		}
	}
}

// visits does something as somebody who is not in the configuration, and may or may not.
func (w *world) visits(d deed, by doer, may bool) {
	w.t.Helper()
	before, seen := w.kept(), w.digest()
	r := w.done(d, by)
	synctest.Wait()
	changed, wrote := !maps.Equal(before, w.kept()), w.digest() != seen
	declares := may && d.word == "declare" && (d.said != "" || d.kind == "button" || d.kind == "form")
	if changed != declares {
		w.t.Errorf("%s: changed something: %t, want %t: %s", d, changed, declares, r.Body)
	}
	if wrote && !may && d.event != "app_home_opened" {
		w.t.Errorf("%s: something is written down for a stranger", d)
	}
	if said := string(r.Body); said != "" && !may && !strings.Contains(said, "nothing was done") {
		w.t.Errorf("%s: %s", d, said)
	}
}

// mayDo is who may do what, written by hand: the table of the program is held against it.
func mayDo() map[rights.Action][]rights.Role {
	all := []rights.Role{rights.Viewer, rights.Responder, rights.Commander, rights.Approver, rights.Admin}
	respond := []rights.Role{rights.Responder, rights.Commander, rights.Admin}
	return map[rights.Action][]rights.Role{
		rights.Look: all, rights.Declare: all, rights.Respond: respond, rights.Silence: respond, rights.Duty: respond,
		rights.Hush: {rights.Commander, rights.Admin}, rights.Reassign: {rights.Commander, rights.Admin},
		rights.RollBack: all[1:], rights.Approve: {rights.Approver, rights.Admin},
	}
}

// TestDeedsOfEachRole: whatever it is about, somebody of a role does what the table lets the role do; else nothing is done and it is said
// who may.
func TestDeedsOfEachRole(t *testing.T) {
	for _, role := range rights.Roles() {
		t.Run(string(role), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rules := rights.Rules{rights.Responder: {"bo"}, rights.Commander: {"bo"}, rights.Admin: {"bo"}, rights.Approver: {"bo"}}
				rules[role] = append(rules[role], "ana")
				w := everything(t, func(o *Options) { o.Rights = rules })
				w.wait(10 * time.Second)
				refused := 0
				for _, d := range w.deeds() {
					refused += w.inRole(d, role)
				}
				if looks := role == rights.Viewer || role == rights.Approver; looks != (refused > 80) {
					t.Errorf("refused %d times", refused)
				}
			})
		})
	}
}

// inRole does something as ana, who has a role, and counts if it was refused.
func (w *world) inRole(d deed, role rights.Role) (refusals int) {
	w.t.Helper()
	action, known := rights.Of(d.room, d.word)
	switch {
	case d.kind == "event" && strings.Contains(d.event, "_added") || strings.Contains(d.event, "_removed"):
		action = rights.Respond // a mark
	case d.kind == "event":
		return 0
	case !known:
		w.t.Fatalf("%s is in no table", d)
	}
	may := slices.Contains(mayDo()[action], role)
	by := w.by(ana)
	before := w.kept()
	told := string(w.done(d, by).Body)
	synctest.Wait()
	if d.kind != "typed" && d.kind != "form" && d.kind != "event" {
		told = w.remembered(d, by)
	}
	said := strings.Contains(told, "You may not "+string(action)) && strings.Contains(told, "Who may: ")
	if d.kind != "event" && said == may {
		w.t.Errorf("%s: may: %t, and is told: %s", d, may, told)
	}
	if !may {
		refusals = 1
		if !maps.Equal(before, w.kept()) {
			w.t.Errorf("%s was refused, and changed something", d)
		}
	}
	w.quieten()
	return refusals
}

// quieten resolves what was opened meanwhile, so that the next deed finds what it is about.
func (w *world) quieten() {
	w.t.Helper()
	if i := w.head("1"); i.Status == incidents.StatusResolved {
		if _, err := w.book.Record(w.t.Context(), "1", incidents.ByAlarm("a"), incidents.Reopened{}); err != nil {
			w.t.Fatal(err)
		}
		synctest.Wait()
	}
}
