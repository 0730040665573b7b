package bot

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/store"
)

// canaries are secrets, by what they are. Nothing that we write or say may have one in it.
type canaries map[string]string

// forms are a secret as it may be written.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret)
	return []string{secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret),
		hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)),
		strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(secret)), "="), fmt.Sprint([]byte(secret))}
}

// in says in which places there is one, and which.
func (c canaries) in(places map[string]string) (found []string) {
	for _, place := range slices.Sorted(maps.Keys(places)) {
		for _, name := range slices.Sorted(maps.Keys(c)) {
			if slices.ContainsFunc(forms(c[name]), func(form string) bool { return strings.Contains(places[place], form) }) {
				found = append(found, place+": "+name)
			}
		}
	}
	return found
}

// secrets are those of this Slack.
func (w *world) secrets() canaries {
	return canaries{"the bot's token": w.slack.Token(), "the app's token": w.slack.AppToken(),
		"the signing secret": w.slack.SigningSecret()}
}

// slipped adds what Slack has handed out with something that somebody did. Of an address it is the end that is secret.
func (c canaries) slipped(d deed, s slip) {
	c["the trigger of "+d.String()] = s.trigger
	c["the response URL of "+d.String()] = s.reply[strings.LastIndex(s.reply, "/")+1:]
}

// places are all that this bot has written and said so far.
func (w *world) places(metrics *prometheus.Registry) map[string]string {
	w.t.Helper()
	all := map[string]string{"the log": w.logged.String()}
	var stored, measured, told strings.Builder
	w.does(w.disk.View(context.Background(), func(tx store.Tx) error {
		for key, val := range tx.Range("", "\xff") {
			stored.WriteString(key + " ")
			stored.Write(val)
			stored.WriteByte('\n')
		}
		return nil
	}))
	families, err := metrics.Gather()
	w.does(err)
	for _, family := range families {
		fmt.Fprintln(&measured, family.String())
	}
	for _, call := range w.slack.API.Calls() {
		if call.Method != "response_url" && call.Method != "views.open" && call.Method != "apps.connections.open" {
			fmt.Fprintln(&told, call.Method, call.Args)
		} else {
			fmt.Fprintln(&told, call.Method, call.Args["text"], call.Args["blocks"], call.Args["view"])
		}
	}
	all["the store"], all["the metrics"], all["what Slack is told"] = stored.String(), measured.String(), told.String()
	return all
}

// TestNoSecretIsTold: whatever people do, and however Slack fails meanwhile, no token, no signing secret, no response URL and no trigger is
// in the log, the store, the metrics, or what anybody reads; neither while an answer waits to be sent, nor later.
func TestNoSecretIsTold(t *testing.T) {
	for _, overSocket := range []bool{false, true} {
		t.Run(map[bool]string{false: "http", true: "socket"}[overSocket], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				metrics := prometheus.NewRegistry()
				w := everything(t, func(o *Options) { o.Metrics = metrics; channelRules(o) })
				if overSocket {
					defer w.overSocket()()
				}
				w.begun()
				secret, replies := w.secrets(), strings.Builder{}
				kinds := []faults.Kind{faults.Reset(), faults.Refused(), faults.Status(500), faults.HTML(), faults.Truncated(),
					faults.Error("invalid_auth"), faults.Error("missing_scope"), faults.RateLimited("1"), faults.Hang(),
					faults.Redirect()}
				for n, d := range w.deeds() {
					w.slack.Faults.Clear()
					by := w.by(ana)
					if n%2 == 1 {
						w.slack.Faults.FailEvery(2, kinds[n/2%len(kinds)])
					}
					secret.slipped(d, by.slip)
					if d.event != "tokens_revoked" && d.event != "app_uninstalled" {
						replies.Write(w.done(d, by).Body)
					}
					if n%3 == 0 { // answers wait
						if found := secret.in(map[string]string{"the store": w.places(metrics)["the store"]}); len(found) > 0 {
							t.Fatalf("%s: %q", d, found)
						}
					}
					w.wait(3 * time.Second)
				}
				w.slack.Faults.Clear()
				w.rarely()
				places := w.places(metrics)
				places["replies"] = replies.String()
				if found := secret.in(places); len(found) > 0 {
					t.Errorf("%d are told: %q", len(found), found[:min(len(found), 10)])
				}
				if lines := strings.Count(places["the log"], "\n"); len(secret) < 100 || lines < 20 {
					t.Errorf("%d secrets, and %d lines of log: it tried too little", len(secret), lines)
				}
				w.wantFound(secret, metrics)
			})
		})
	}
}

// wantFound is the control: what is told is found, wherever it is.
func (w *world) wantFound(secret canaries, metrics *prometheus.Registry) {
	w.t.Helper()
	token := w.slack.Token()
	w.bot.o.Log.Error("cannot reach Slack", "address", "https://slack.com/api/?token="+token)
	w.does(w.db.Update(context.Background(), func(tx store.Tx) error {
		tx.Put("canary/1", []byte(`{"token":"`+base64.StdEncoding.EncodeToString([]byte(token))+`"}`))
		return nil
	}))
	told := prometheus.NewGauge(prometheus.GaugeOpts{Name: "canary", ConstLabels: prometheus.Labels{"token": token}})
	metrics.MustRegister(told)
	w.does(w.bot.out.Whisper(context.Background(), "C0INC", ana, blocks.Draw(blocks.Sentence(token))))
	found := canaries{"the bot's token": token}.in(w.places(metrics))
	want := []string{"the log: the bot's token", "the metrics: the bot's token", "the store: the bot's token",
		"what Slack is told: the bot's token"}
	if !slices.Equal(found, want) {
		w.t.Errorf("of four that are told it finds %q", found)
	}
}
