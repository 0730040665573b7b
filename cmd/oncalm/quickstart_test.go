package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// newcomer does what docs/quickstart.md says, with a Slack and an SNS that are not the real ones.
type newcomer struct {
	*rig
	doc   string
	slack *slackfake.Slack
	front string // the reverse proxy
	asked atomic.Int32
}

// found is what the quickstart says in a place.
func (n *newcomer) found(pattern string) string {
	n.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(n.doc)
	if m == nil {
		n.t.Fatalf("the quickstart has no %s", pattern)
	}
	return m[1]
}

// TestQuickstart goes the way of the quickstart, from the manifest to the first page, as far as it is not in Slack's or AWS's hands: the
// app has just what the manifest says, the configuration is the example with one's own names, and the proxy passes what its lines say.
func TestQuickstart(t *testing.T) {
	doc, err := os.ReadFile("../../docs/quickstart.md")
	if err != nil {
		t.Fatal(err)
	}
	n := &newcomer{rig: newRig(t, "http://127.0.0.1:1"), doc: string(doc)}
	n.makesApp()
	n.configures()
	n.starts()
	n.subscribes()
	n.isPaged()
}

// makesApp prints the manifest, and has a Slack in which the app is what that says.
func (n *newcomer) makesApp() {
	n.t.Helper()
	host := n.found(`oncalm manifest -url (https://\S+?)` + "`")
	printed, code := n.call("manifest", "-url", host, "-json")
	var m struct {
		OAuth struct{ Scopes struct{ Bot []string } } `json:"oauth_config"`
		Set   struct {
			Events struct {
				URL string   `json:"request_url"`
				Bot []string `json:"bot_events"`
			} `json:"event_subscriptions"`
		} `json:"settings"`
	}
	if err := json.Unmarshal([]byte(printed), &m); err != nil || code != cli.ExitFine || len(m.OAuth.Scopes.Bot) < 5 ||
		m.Set.Events.URL != host+"/slack/events" {
		n.t.Fatalf("%v, exit code %d, %+v:\n%s", err, code, m, printed)
	}
	server := httptest.NewUnstartedServer(nil)
	n.slack = slackfake.New(slackfake.Options{
		BaseURL:  "http://" + server.Listener.Addr().String(),
		BotToken: "xoxb-given-by-slack", SigningSecret: "0123456789abcdef0123456789abcdef",
		Scopes: m.OAuth.Scopes.Bot, Subscriptions: m.Set.Events.Bot,
		Users:    []workspace.User{{ID: "U0ANA", Name: "ana"}, {ID: "U0BO", Name: "bo"}},
		Channels: []workspace.Channel{{ID: "C0INCIDENTS", Name: "incidents"}},
	})
	server.Config.Handler = n.slack.API
	server.Start()
	n.t.Cleanup(server.Close)
}

// configures edits the example, and checks it: before the edits, it says what is still to be done.
func (n *newcomer) configures() {
	n.t.Helper()
	example, err := os.ReadFile("../../oncalm.example.yaml")
	if err != nil {
		n.t.Fatal(err)
	}
	for _, line := range regexp.MustCompile(`(?m)^SLACK_\w+=`).FindAllString(n.doc, -1) {
		value := map[string]string{"SLACK_BOT_TOKEN=": n.slack.Token(), "SLACK_SIGNING_SECRET=": n.slack.SigningSecret()}[line]
		n.env = append(n.env, line+value)
	}
	n.write("oncalm.yaml", example)
	said, code := n.call("check", "-config", n.path("oncalm.yaml"))
	for _, want := range []string{"slack.channel is a placeholder", "sns.topics[0] is a placeholder", "people.ana.slack is a placeholder"} {
		if code != cli.ExitNo || !strings.Contains(said, want) {
			n.t.Errorf("of the example check says %q, want %q (%d)", said, want, code)
		}
	}
	for from, to := range map[string]string{
		"C0123456789": "C0INCIDENTS", "U0123456788": "U0ANA", "U0123456789": "U0BO", "111122223333": "123456789012",
		"/var/lib/oncalm/oncalm.db": n.store,
		// Only here: free ports, a Slack and an SNS other than the real ones.
		`listen: ":8080"`: `listen: "` + n.addr + "\"\nweb: {listen: \"" + n.web + "\"}",
		"\nslack:\n":      "\nslack:\n  api_url: " + n.slack.APIURL() + "\n", "\nsns:\n": "\nsns:\n  certificate: sns.pem\n",
	} {
		n.configure(from, to)
	}
	if said, code := n.call("check", "-config", n.path("oncalm.yaml")); code != cli.ExitFine || strings.Contains(said, "placeholder") {
		n.t.Fatalf("check exits with %d:\n%s", code, said)
	}
}

// starts starts the bot behind a proxy that passes the paths of the quickstart, and looks whether all is well.
func (n *newcomer) starts() {
	n.t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") == "ConfirmSubscription" && r.FormValue("AuthenticateOnUnsubscribe") == "true" {
			n.asked.Add(1)
		}
		_, _ = w.Write([]byte(`<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>` +
			n.topic.ARN() + `:1</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`))
	}))
	n.t.Cleanup(api.Close)
	n.env = append(n.env, "AWS_ENDPOINT_URL_SNS="+api.URL, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example")
	n.start()
	open := strings.Fields(n.found(`@open path (.*)`))
	to := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: n.addr})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.ContainsFunc(open, func(path string) bool {
			prefix, all := strings.CutSuffix(path, "*")
			return path == r.URL.Path || all && strings.HasPrefix(r.URL.Path, prefix)
		}) {
			http.NotFound(w, r)
			return
		}
		to.ServeHTTP(w, r)
	}))
	n.t.Cleanup(proxy.Close)
	n.front = proxy.URL
	n.slack.Bot.Connect(n.front, nil)
	n.eventually("readyz", func() bool {
		resp, err := http.Get(n.front + "/readyz")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	if r := n.slack.Bot.Verify(n.t.Context(), "challenge"); r.Err != nil || !strings.Contains(string(r.Body), "challenge") {
		n.t.Errorf("Slack cannot verify the address: %+v", r)
	}
	if said, code := n.call("doctor", "-slack", "-config", n.path("oncalm.yaml")); code != cli.ExitFine || !strings.Contains(said, "are fine.") {
		n.t.Errorf("doctor exits with %d:\n%s", code, said)
	}
	if r := n.slack.Hands.Command(n.t.Context(), "U0BO", "incidents", "/oncall", ""); r.Err != nil {
		n.t.Error(r.Err)
	}
	n.eventually("/oncall", func() bool {
		return slices.ContainsFunc(n.slack.Ephemerals("incidents", "U0BO"), func(m workspace.Message) bool {
			return strings.Contains(m.Text, "payments: ")
		})
	})
}

// subscribes has SNS ask for a confirmation, which the bot gives by itself.
func (n *newcomer) subscribes() {
	n.t.Helper()
	body, err := n.topic.Sign(sns.Post{Type: sns.SubscriptionConfirmed, At: time.Now()})
	if err != nil {
		n.t.Fatal(err)
	}
	n.sends(body)
	n.eventually("subscription confirmed", func() bool {
		return n.asked.Load() > 0 && strings.Contains(n.logs.String(), n.found("its log says `(subscription confirmed)`"))
	})
}

// sends posts what SNS would, by the proxy.
func (n *newcomer) sends(body []byte) {
	n.t.Helper()
	resp, err := http.Post(n.front+"/sns", "text/plain; charset=UTF-8", strings.NewReader(string(body)))
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		n.t.Fatalf("SNS is answered %s", resp.Status)
	}
}

// isPaged tests a page: who is on call gets it, the card is in the channel, and the alarm's end and the postmortem come after it.
func (n *newcomer) isPaged() {
	n.t.Helper()
	alarm := n.found(`set-alarm-state --alarm-name (\S+)`)
	n.sends(n.alarm(alarm, incidents.AlarmFiring, time.Now()))
	var user string
	var page workspace.Message
	n.eventually("the page", func() bool {
		for _, user = range []string{"U0ANA", "U0BO"} {
			for _, page = range n.slack.DM(user) {
				if _, ok := page.Button("Acknowledge"); ok && strings.Contains(page.Text, alarm) {
					return true
				}
			}
		}
		return false
	})
	n.eventually("the card", func() bool { return len(n.slack.Messages("incidents")) == 1 })
	if r := n.slack.Hands.Press(n.t.Context(), page, "Acknowledge", user); r.Err != nil {
		n.t.Fatal(r.Err)
	}
	n.eventually("the acknowledgement", func() bool {
		return strings.Contains(string(n.slack.Messages("incidents")[0].Blocks), "Acknowledged")
	})
	n.sends(n.alarm(alarm, incidents.AlarmOK, time.Now()))
	n.eventually("the end", func() bool {
		return strings.Contains(string(n.slack.Messages("incidents")[0].Blocks), "Resolved")
	})
	n.found("`/incident (postmortem)` shows the draft")
	if r := n.slack.Hands.Command(n.t.Context(), user, "incidents", "/incident", "postmortem"); r.Err != nil {
		n.t.Fatal(r.Err)
	}
	n.eventually("the postmortem", func() bool {
		return slices.ContainsFunc(n.slack.Ephemerals("incidents", user), func(m workspace.Message) bool {
			return strings.Contains(string(m.Blocks), "Postmortem of incident 1: "+alarm)
		})
	})
}
