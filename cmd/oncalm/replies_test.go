package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach/reachtest"
)

// playReplies runs a scene in which answers by SMS come over a topic of their own.
func playReplies(t *testing.T, sms *reachtest.SNS, scene func(*world)) (log string) {
	t.Helper()
	return playReaching(t, sms, func(w *world) {
		w.configure("sns: {topics: [", "sns: {replies: [\""+w.answersTopic().ARN()+"\"], topics: [")
		scene(w)
	}).String()
}

func (w *world) answersTopic() *sns.SigningTopic { return w.topic.Beside("sms-replies") }

// texted is what the service publishes of an SMS.
func texted(from, body string) string {
	return fmt.Sprintf(`{"originationNumber":%q,"destinationNumber":"+491570000000","messageKeyword":"KEYWORD_1","messageBody":%q,`+
		`"inboundMessageId":"","previousPublishedMessageId":"p"}`, from, body)
}

// Texts has an SMS come in, and says what SNS is answered.
func (w *world) Texts(from, body string) string {
	w.t.Helper()
	return w.textsAs(w.answersTopic(), sns.Post{Message: texted(from, body)})
}

func (w *world) textsAs(topic *sns.SigningTopic, p sns.Post) string {
	w.t.Helper()
	p.At = time.Now()
	body, err := topic.Sign(p)
	if err != nil {
		w.t.Fatal(err)
	}
	said := w.posts(body)
	synctest.Wait()
	return said
}

// oncall is the answer to /oncall of a person.
func (w *world) oncall(user, text string) string {
	w.t.Helper()
	resp := w.slack.Hands.Command(w.t.Context(), user, "C0INCIDENTS", "/oncall", text)
	synctest.Wait()
	if resp.Err != nil || resp.Message == nil {
		return fmt.Sprintf("%d, %v", resp.Status, resp.Err)
	}
	return resp.Message.Text
}

// Verify has ana prove her number with the code of the newest SMS.
func (w *world) Verify(sms *reachtest.SNS) {
	w.t.Helper()
	before := len(sms.Sent())
	said := w.oncall("U0ANA", "verify sms")
	w.Wait(time.Second)
	sent := sms.Sent()
	if len(sent) != before+1 || sent[before].To != phoneOfAna {
		w.t.Fatalf("%s; %d SMS were sent", said, len(sent)-before)
	}
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(sent[before].Text)
	if said := w.oncall("U0ANA", "verify sms "+code); !strings.Contains(said, "Proven: you are reached by SMS.") {
		w.t.Fatalf("the code %q is answered %q", code, said)
	}
}

// TestAnswersBySMS: a proven number acknowledges and resolves as its person, and what cannot be done is answered.
func TestAnswersBySMS(t *testing.T) {
	sms := &reachtest.SNS{}
	log := playReplies(t, sms, func(w *world) {
		w.Verify(sms)
		w.Alarm("checkout-5xx")
		w.Texts(phoneOfAna, "ack #1")
		w.Status("1", acknowledged)
		i, _ := w.Incident("1")
		if i.AcknowledgedBy != incidents.Person("ana") {
			w.t.Errorf("acknowledged by %+v", i.AcknowledgedBy)
		}
		if said := fmt.Sprint(w.timelineText("1")); !strings.Contains(said, "sms") || strings.Contains(said, phoneOfAna[1:]) {
			w.t.Errorf("the timeline is %s", said)
		}
		w.Texts(phoneOfAna, "Resolve 1")
		w.Status("1", resolved)
		w.Alarm("search-slow")
		w.Texts(phoneOfAna, "A")
		w.Status("2", acknowledged)
		if n := len(sms.Sent()); n != 1 {
			w.t.Fatalf("%d SMS", n)
		}
		w.Texts(phoneOfAna, "a")
		w.Wait(time.Second)
		const want = "#2 was acknowledged by ana. Send ACK 42, RESOLVE 42, or A if one incident is open. Open: 2."
		if sent := sms.Sent(); len(sent) != 2 || sent[1].Text != want || sent[1].To != phoneOfAna {
			w.t.Errorf("sent %+v", sent)
		}
	})
	if strings.Contains(log, phoneOfAna[1:]) {
		t.Error("the log has a number")
	}
}

// TestAnswersBySMSOfOthers: what is forged, comes over another topic, from a number that nobody proved, or again, changes nothing.
func TestAnswersBySMSOfOthers(t *testing.T) {
	sms := &reachtest.SNS{}
	log := playReplies(t, sms, func(w *world) {
		w.Alarm("checkout-5xx")
		w.Texts(phoneOfAna, "ACK 1") // it is not proven yet
		w.unanswered("a number that is not proven")
		if n := len(sms.Sent()); n != 0 {
			w.t.Errorf("%d SMS to a number that is not proven", n)
		}
		w.Verify(sms)
		for _, from := range []string{"+4915112345679", "4915112345678", "+4915112345678 ", "ana", ""} {
			w.Texts(from, "ACK 1")
			w.Texts(from, "hello")
		}
		w.unanswered("another number")
		if said := w.textsAs(w.topic.Beside("other"), sns.Post{Message: texted(phoneOfAna, "ACK 1")}); !strings.HasPrefix(said, "403 ") {
			w.t.Errorf("another topic is answered %s", said)
		}
		stranger, err := sns.NewSigningTopic(w.answersTopic().ARN(), time.Now())
		if err != nil {
			w.t.Fatal(err)
		}
		if said := w.textsAs(stranger, sns.Post{Message: texted(phoneOfAna, "ACK 1")}); !strings.HasPrefix(said, "403 ") {
			w.t.Errorf("another key is answered %s", said)
		}
		w.unanswered("a forged message")
		// over the topic of alarms it is a message as any other: it may open an incident, and answers none
		w.textsAs(w.topic, sns.Post{Message: texted(phoneOfAna, "ACK 1")})
		w.unanswered("the topic of alarms")
		if n := len(sms.Sent()); n != 1 {
			w.t.Errorf("%d SMS, want that with the code alone", n)
		}
	})
	if strings.Contains(log, phoneOfAna[1:]) {
		t.Error("the log has a number")
	}
}

// unanswered says that nobody has answered the first incident.
func (w *world) unanswered(what string) {
	w.t.Helper()
	if i, _ := w.Incident("1"); i.Status != triggered {
		w.t.Fatalf("%s: it is %s", what, i.Status)
	}
}

// TestAnswersBySMSComeTwice: the same message acts once, by its own id and by that of the SMS.
func TestAnswersBySMSComeTwice(t *testing.T) {
	sms := &reachtest.SNS{}
	playReplies(t, sms, func(w *world) {
		w.Verify(sms)
		w.Alarm("checkout-5xx")
		w.Alarm("search-slow")
		post := sns.Post{MessageID: "m-1", Message: strings.Replace(texted(phoneOfAna, "hello"), `MessageId":""`, `MessageId":"in-1"`, 1)}
		first := w.textsAs(w.answersTopic(), post)
		post.MessageID = "m-2"
		again := w.textsAs(w.answersTopic(), post)
		w.Wait(time.Second)
		if first != "200 accepted" || again != "200 duplicate" || len(sms.Sent()) != 2 {
			w.t.Errorf("answered %q, then %q; %d SMS", first, again, len(sms.Sent()))
		}
		for n := range 10 {
			w.Texts(phoneOfAna, fmt.Sprint("hello ", n))
			w.Wait(5 * time.Minute)
		}
		helps := 0
		for _, s := range sms.Sent() {
			if strings.HasPrefix(s.Text, "Send ACK 42") {
				helps++
			}
		}
		if helps != 5 {
			w.t.Errorf("help was sent %d times within an hour, want 5", helps)
		}
	})
}

// TestAnsweredStop: whoever wants no more SMS is not proven any more.
func TestAnsweredStop(t *testing.T) {
	sms := &reachtest.SNS{}
	playReplies(t, sms, func(w *world) {
		w.Verify(sms)
		w.Texts(phoneOfAna, "STOP")
		w.Alarm("checkout-5xx")
		w.Texts(phoneOfAna, "ACK 1")
		w.unanswered("a number that answered STOP")
	})
}

// TestAnOptedOutNumberIsUnproven: what SNS says of a number when it is paged sets its proof back.
func TestAnOptedOutNumberIsUnproven(t *testing.T) {
	sms := &reachtest.SNS{}
	playReplies(t, sms, func(w *world) {
		w.Verify(sms)
		sms.OptOut(phoneOfAna)
		w.Alarm("checkout-5xx")
		w.Wait(2*time.Minute + time.Second)
		_, kinds := w.Incident("1")
		if !slices.Contains(kinds, "undelivered") {
			w.t.Fatalf("the timeline is %q", kinds)
		}
		w.Texts(phoneOfAna, "ACK 1")
		w.unanswered("a number that has opted out")
	})
}

// TestNotifyAndStatus: people see by which channels they are paged and what is missing, and whether anybody is reached.
func TestNotifyAndStatus(t *testing.T) {
	sms := &reachtest.SNS{}
	log := playReplies(t, sms, func(w *world) {
		says := func(text string, want ...string) {
			t.Helper()
			said := w.oncall("U0ANA", text)
			for _, part := range want {
				if !strings.Contains(said, part) || strings.Contains(said, phoneOfAna[1:]) {
					t.Errorf("%s: %q is not in %s", text, part, said)
				}
			}
		}
		says("notify", "sev1: Slack and SMS after 2m", "sev3: Slack", "SMS: not proven; `/oncall verify sms`")
		says("status", "Slack: works", "SMS: 1 person has a contact, of whom 0 proved", "Last page: none lately", "no page waits")
		w.Verify(sms)
		w.slack.Faults.FailEvery(1, faults.Status(503))
		w.Alarm("checkout-5xx")
		w.Wait(2*time.Minute + 5*time.Second)
		says("notify", "SMS: proven")
		says("status", "of whom 1 proved", "ana by SMS for incident 1", "Outbox: a page has been waiting for 2m")
		if said := w.oncall("U0ANA", "status"); strings.Contains(said, "Slack: works") {
			t.Error(said)
		}
		w.slack.Faults.Clear()
		w.Wait(time.Minute)
	})
	if strings.Contains(log, phoneOfAna[1:]) {
		t.Error("the log has a number")
	}
}

// TestATestOfChannels: it says that it is one, and who asked for it hears what became of it; its link serves once, and only a POST.
func TestATestOfChannels(t *testing.T) {
	sms := &reachtest.SNS{}
	log := playReplies(t, sms, func(w *world) {
		if said := w.oncall("U0ANA", "test"); !strings.Contains(said, "A test is on its way by Slack, SMS") {
			t.Fatal(said)
		}
		w.Wait(5 * time.Second)
		sent := sms.Sent()
		if len(sent) != 1 || !strings.HasPrefix(sent[0].Text, "TEST, no incident. This is how you would be paged. https://oncall.example.com/a/test/") {
			t.Fatalf("sent %+v", sent)
		}
		if said := w.directly("U0ANA"); !strings.Contains(said, "SMS: accepted by the channel") || strings.Contains(said, "acknowledged") {
			t.Error(said)
		}
		_, path, _ := strings.Cut(sent[0].Text, "https://oncall.example.com")
		for range 2 {
			if status, page := w.Open(http.MethodGet, path); status != http.StatusOK || !strings.Contains(page, "<button>It reached me</button>") {
				t.Errorf("%d %s", status, page)
			}
		}
		for _, other := range []string{path + "x", "/a/test/x", path[:len(path)-1]} {
			if status, _ := w.Open(http.MethodPost, other); status != http.StatusNotFound {
				t.Errorf("%s: %d", other, status)
			}
		}
		if status, _ := w.Open(http.MethodPost, path); status != http.StatusOK {
			t.Errorf("it answers %d", status)
		}
		if status, _ := w.Open(http.MethodPost, path); status != http.StatusNotFound {
			t.Errorf("used, it answers %d", status)
		}
		w.Wait(5 * time.Second)
		if said := w.directly("U0ANA"); !strings.Contains(said, "acknowledged by its link after 5s") {
			t.Error(said)
		}
		for range 5 {
			w.oncall("U0ANA", "test")
		}
		w.Wait(5 * time.Second)
		if n := len(sms.Sent()); n != 5 {
			t.Errorf("%d SMS within an hour, want 5", n)
		}
	})
	if strings.Contains(log, phoneOfAna[1:]) || strings.Contains(log, "/a/test/") {
		t.Error("the log has a number or a link")
	}
}

// directly is all that stands in the direct messages with somebody.
func (w *world) directly(user string) string {
	var all []string
	for _, m := range w.slack.Messages(user) {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}
