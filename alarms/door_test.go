package alarms

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// liveTopic is a topic whose certificate is valid now, not at testTime.
var liveTopic = sync.OnceValue(func() *sns.SigningTopic {
	topic, err := sns.NewSigningTopic(testARN, time.Now())
	if err != nil {
		panic(err)
	}
	return topic
})

// doorRig is the door of SNS before a rig, at the time that it is.
type doorRig struct {
	*rig
	door *sns.Door
}

func newDoorRig(t *testing.T) *doorRig { return doorOf(t, liveTopic()) }

func doorOf(t *testing.T, topic *sns.SigningTopic) *doorRig {
	r := newRig(t)
	r.topic, r.now = topic, time.Now().UTC()
	v := &sns.Verifier{Topics: r.intake.Topics, Certificates: trusted(t, topic)}
	return &doorRig{r, sns.NewDoor(v, r.intake, quiet(), nil)}
}

// sign signs what is sent now.
func (d *doorRig) sign(p sns.Post) []byte {
	d.t.Helper()
	p.At = time.Now()
	return must[[]byte](d.t)(d.topic.Sign(p))
}

// post sends a body to the door.
func (d *doorRig) post(body []byte) (status int, answer string) {
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body)))
	return w.Code, w.Body.String()
}

// TestUnusualButGood are messages that must be taken, whatever they say.
func TestUnusualButGood(t *testing.T) {
	alarm := `{"AlarmName":"checkout-1","NewStateValue":"ALARM","StateChangeTime":"soon","Trigger":{}}`
	tests := []struct {
		name, message, subject string
		check                  func(evident) bool
	}{
		{"plain text", "the house is on fire", "Fire", func(i evident) bool { return i.Title == "Fire" && i.Service == "platform" }},
		{"no state", `{"AlarmName":"checkout-1","Trigger":{}}`, "", func(i evident) bool { return i.Alarm.Flags[0] == FlagUnparsed && i.Service == "checkout" }},
		{"no time", alarm, "", func(i evident) bool { return i.Alarm.Flags[0] == incidents.FlagReceived }},
		{"hostile name", strings.Replace(alarm, "checkout-1", `<!channel>\u0000\u202e🔥`, 1), "", func(i evident) bool { return i.Title == "<!channel>🔥" }},
		{"empty name", strings.Replace(alarm, "checkout-1", "", 1), "", func(i evident) bool { return i.Title == "(no name)" }},
		{"long name", strings.Replace(alarm, "checkout-1", strings.Repeat("n", 10000), 1), "", func(i evident) bool {
			return i.Title == strings.Repeat("n", 254)+"…"
		}},
		{"empty message", "", "", func(i evident) bool { return i.Title == "(empty message)" }},
		{"256 KiB", strings.Repeat("long ", 50<<10),
			"", func(i evident) bool { return len(i.Alarm.Raw) <= aws.MaxRaw+3 && len(i.Alarm.Raw) > 10000 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDoorRig(t)
			if status, a := d.post(d.sign(sns.Post{Message: tt.message, Subject: tt.subject})); status != 200 ||
				!strings.Contains(a, "accepted") {
				t.Fatalf("%d %s", status, a)
			}
			if i := d.incident(); !tt.check(i) {
				t.Errorf("%+v with %+v", i, i.Alarm)
			}
		})
	}
}

// TestOneOfHundred: the same message a hundred times at once is one incident.
func TestOneOfHundred(t *testing.T) {
	d := newDoorRig(t)
	body := must[[]byte](t)(d.topic.Alarm(aws.Example{At: time.Now()}))
	var all sync.WaitGroup
	statuses := make([]int, 100)
	for n := range statuses {
		all.Go(func() { statuses[n], _ = d.post(body) })
	}
	all.Wait()
	for _, status := range statuses {
		if status != 200 {
			t.Errorf("status %d", status)
		}
	}
	if got := d.timeline(d.incident().ID); got != "opened" {
		t.Errorf("timeline: %s", got)
	}
}

// TestUnsubscribed: who removes our subscription takes the alarms from us. The owner
// is paged, and told when we are back.
func TestUnsubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := doorOf(t, must[*sns.SigningTopic](t)(sns.NewSigningTopic(testARN, time.Now())))
		if status, a := d.post(d.sign(sns.Post{Type: sns.UnsubscribeConfirmation})); status != 200 {
			t.Fatalf("%d %s", status, a)
		}
		i := d.incident()
		if i.Title != "SNS subscription removed: alarms" || i.Severity != incidents.Sev1 || i.Service != "platform" ||
			!strings.Contains(i.Alarm.Description, "aws sns subscribe --region eu-central-1 --topic-arn "+testARN) {
			t.Errorf("%+v with %+v", i, i.Alarm)
		}
		if !i.Alarm.Received.Equal(i.Opened) || i.Alarm.MessageID == "" {
			t.Errorf("came at %s in message %q, opened at %s", i.Alarm.Received, i.Alarm.MessageID, i.Opened)
		}
		time.Sleep(time.Minute)
		d.post(d.sign(sns.Post{Type: sns.UnsubscribeConfirmation}))
		d.incident() // still one
		time.Sleep(time.Minute)
		d.post(d.sign(sns.Post{Type: sns.SubscriptionConfirmed}))
		if !d.all()[0].Open() {
			t.Error("resolved before SNS had confirmed")
		}
		topic, _ := aws.ParseARN(testARN)
		asked := time.Now()
		time.Sleep(time.Second)
		if err := d.store.Update(t.Context(),
			func(tx store.Tx) error { return d.intake.Subscribed(tx, time.Now(), topic, asked) }); err != nil {
			t.Fatal(err)
		}
		if i := d.incident(); i.Open() {
			t.Errorf("still open after the confirmation: %s", d.timeline(i.ID))
		}
	})
}
