package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach/reachtest"
)

// TestReachedThroughAnEmulator: the program by itself finds AWS where AWS_ENDPOINT_URL says, for all that it sends.
func TestReachedThroughAnEmulator(t *testing.T) {
	t.Parallel() // it waits more than it computes
	amazon, slack := &reachtest.AWS{}, newSlack(t)
	server := httptest.NewServer(amazon)
	t.Cleanup(server.Close)
	r := newRig(t, slack.APIURL())
	r.env = append(r.env, "AWS_ENDPOINT_URL="+server.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+r.path("none"),
		"AWS_SHARED_CREDENTIALS_FILE="+r.path("none"), "AWS_PROFILE=")
	r.configure("people: {ana: {slack: U0ANA}", "public_url: https://oncall.example.com\n"+
		"sms: {via: end-user-messaging, from: ONCALM}\nemail: {from: oncall@example.com}\ncall: {from: \"+4930123456\"}\n"+
		"people: {ana: {slack: U0ANA, phone: \""+phoneOfAna+"\", email: "+addressOfAna+", notify: {sev2: [sms, email, call]}}")
	r.start()
	if status := r.post(r.alarm("disk-full", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatalf("the alarm was answered %d", status)
	}
	deadline := time.Now().Add(time.Minute)
	for _, via := range []string{"sms", "email", "call"} {
		for !strings.Contains(r.timeline("1"), `"kind":"delivered","body":{"key":"1/page/0.0/ana/`+via+`"`) {
			if time.Now().After(deadline) {
				t.Fatalf("nothing was delivered by %s: %s\n%s", via, r.timeline("1"), r.logs)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	texts, emails, calls := amazon.Telephony.Texts(), amazon.SES.Sent(), amazon.Telephony.Rang()
	if len(texts) != 1 || len(emails) != 1 || len(calls) != 1 || len(amazon.SNS.Sent()) > 0 {
		t.Fatalf("%d SMS, %d e-mails and %d calls came", len(texts), len(emails), len(calls))
	}
	if wrong := amazon.Wrong(); len(wrong) > 0 {
		t.Errorf("AWS would not have understood: %q", wrong)
	}
	if calls[0].Voice != "JOANNA" || calls[0].To != phoneOfAna || emails[0].To != addressOfAna || texts[0].Sender != "ONCALM" {
		t.Errorf("%+v %+v %+v", texts[0], emails[0], calls[0])
	}
	if a, b := linkIn(t, texts[0].Text), linkIn(t, emails[0].Text); a == b {
		t.Errorf("two messages have one link: %s", a)
	}
}
