package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/rollbacks"
)

// phoneOfAna stands on no timeline and in no log.
const phoneOfAna = "+4915112345678"

// withSMS changes the configuration of a world: ana is reached by SMS two minutes after Slack.
func withSMS(text string) string {
	text = strings.Replace(text, "people: {ana: {slack: U0ANA,", "public_url: https://oncall.example.com\nsms: {via: sns, from: ONCALM}\n"+
		"people: {ana: {slack: U0ANA, phone: \""+phoneOfAna+"\", notify: {sev1-sev2: [slack, sms after 2m]},", 1)
	return text
}

// playReaching runs a scene in which SNS is sms.
func playReaching(t *testing.T, sms *reachtest.SNS, scene func(*world)) (log *bytes.Buffer) {
	t.Helper()
	return playAccount(t, sms, withSMS(worldConfig), scene)
}

// An account is what stands in for one of AWS.
type account interface {
	Config() aws.Config
	Wrong() []string
}

// playAccount runs a scene in which AWS is that, with that configuration.
func playAccount(t *testing.T, amazon account, text string, scene func(*world)) (log *bytes.Buffer) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	log = &bytes.Buffer{}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}, text: text,
			log:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			ways: func(context.Context, rollbacks.Credentials) (aws.Config, error) { return amazon.Config(), nil }}
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w)
	})
	if wrong := amazon.Wrong(); len(wrong) > 0 {
		t.Errorf("AWS would not have understood: %q", wrong)
	}
	return log
}

// linkIn is the path of the link at the end of a text.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	found := regexp.MustCompile(`https://oncall\.example\.com(/a/[a-z0-9-]+)\s*$`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link in %q", text)
	}
	return found[1]
}

// Open opens a path of the public door.
func (w *world) Open(method, path string) (status int, page string) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.app.public().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	synctest.Wait()
	return rec.Code, rec.Body.String()
}

// TestSlackIsAwayAndAnSMSArrives: whatever Slack does for ten minutes, the SMS comes at its time, its link acknowledges, and the page in
// Slack is withheld when Slack is back.
func TestSlackIsAwayAndAnSMSArrives(t *testing.T) {
	for name, fault := range map[string]faults.Kind{
		"hanging": faults.Hang(), "500": faults.Status(500), "503": faults.Status(503), "429": faults.RateLimited("30"),
		"refused": faults.Refused(), "token revoked": faults.Error("token_revoked"),
	} {
		t.Run(name, func(t *testing.T) {
			sms := &reachtest.SNS{}
			log := playReaching(t, sms, func(w *world) { awayAndAcknowledged(w, sms, fault) })
			if strings.Contains(log.String(), phoneOfAna[1:]) || strings.Contains(log.String(), "/a/1-") {
				t.Error("the log has a number or a link")
			}
		})
	}
}

func awayAndAcknowledged(w *world, sms *reachtest.SNS, fault faults.Kind) {
	w.slack.Faults.FailEvery(1, fault)
	begun := time.Now()
	w.Alarm("checkout-5xx")
	w.Wait(2*time.Minute - time.Second)
	if sent := sms.Sent(); len(sent) > 0 {
		w.t.Fatalf("an SMS came early: %+v", sent)
	}
	w.Wait(2 * time.Second)
	sent := sms.Sent()
	if len(sent) != 1 || sent[0].To != phoneOfAna || !strings.HasPrefix(sent[0].Text, "sev1 #1 checkout: ") {
		w.t.Fatalf("sent %+v", sent)
	}
	if late := sent[0].At.Sub(begun) - 2*time.Minute; late < -time.Second || late > time.Second {
		w.t.Errorf("the SMS came %s late", late)
	}
	link := linkIn(w.t, sent[0].Text)
	w.onlyReads(link)
	status, page := w.Open(http.MethodPost, link)
	if status != http.StatusOK || !strings.Contains(page, "Acknowledged.") {
		w.t.Fatalf("the link answers %d: %s", status, page)
	}
	w.Status("1", acknowledged)
	i, _ := w.Incident("1")
	if i.AcknowledgedBy != incidents.Person("ana") {
		w.t.Errorf("acknowledged by %+v", i.AcknowledgedBy)
	}
	w.usedUp(link)
	w.Wait(10*time.Minute - time.Since(begun))
	w.slack.Faults.Clear()
	w.Wait(3 * time.Minute)
	_, kinds := w.Incident("1")
	if n := len(w.pages("ana")); n > 0 || !slices.Contains(kinds, "withheld") {
		w.t.Errorf("%d pages came through Slack; the timeline is %q", n, kinds)
	}
	if text := fmt.Sprint(w.timelineText("1")); strings.Contains(text, phoneOfAna[1:]) || strings.Contains(text, "/a/1-") {
		w.t.Errorf("the timeline has a number or a link: %s", text)
	}
	if n := len(sms.Sent()); n != 1 {
		w.t.Errorf("%d SMS", n)
	}
}

// onlyReads opens a link as telephones, crawlers and scanners do.
func (w *world) onlyReads(link string) {
	w.t.Helper()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if status, _ := w.Open(method, link); status != http.StatusOK {
			w.t.Errorf("%s answers %d", method, status)
		}
	}
	for _, wrong := range []string{link + "a", link[:len(link)-1], "/a/1-2-aaaaaaaaaaaaaaaaaaaa", "/a/", "/a/1"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if status, _ := w.Open(method, wrong); status != http.StatusNotFound {
				w.t.Errorf("%s %s answers %d", method, wrong, status)
			}
		}
	}
	w.Status("1", triggered)
}

// usedUp opens a link that was used.
func (w *world) usedUp(link string) {
	w.t.Helper()
	_, before := w.Incident("1")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, page := w.Open(method, link); status != http.StatusNotFound || !strings.Contains(page, "was used") {
			w.t.Errorf("a used link answers %d: %s", status, page)
		}
	}
	if _, after := w.Incident("1"); len(after) != len(before) {
		w.t.Errorf("a used link did something: %q", after[len(before):])
	}
}

// timelineText is all that is stored of a timeline.
func (w *world) timelineText(id string) (all []string) {
	w.t.Helper()
	path := filepath.Join(w.dir, "oncalm.yaml")
	w.stop()
	var out bytes.Buffer
	if code := run(context.Background(), []string{"timeline", id, "-json", "-config", path}, os.LookupEnv, nil, &out, &out); code != 0 {
		w.t.Fatalf("timeline: exit %d: %s", code, out.String())
	}
	w.start()
	return []string{out.String()}
}
