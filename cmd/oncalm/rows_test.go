package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/store"
)

// A row is one bad input, and what it is answered: status, code and text, and where it
// was accepted what became of it.
type row struct {
	n     int
	input string
	try   func(*world) string
	want  string
}

func TestRows(t *testing.T) {
	for _, rows := range [][]row{envelopeRows(), senderRows(), messageRows(), slackRows(), stateRows()} {
		for _, r := range rows {
			t.Run(fmt.Sprintf("%d %s", r.n, r.input), func(t *testing.T) {
				play(t, func(w *world) {
					if diff := cmp.Diff(r.want, r.try(w)); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// body is a row of a body that nobody signed.
func body(text string, headers ...string) func(*world) string {
	return func(w *world) string { return w.posts([]byte(text), headers...) }
}

// each is a row of several inputs; their answers are told line by line.
func each(tries ...func(*world) string) func(*world) string {
	return func(w *world) string {
		var said []string
		for _, try := range tries {
			said = append(said, try(w))
		}
		return strings.Join(said, "\n")
	}
}

// envelopeRows are posts to /sns that are no envelopes.
func envelopeRows() []row {
	missing := func(field string) func(*world) string {
		return posting(func(text string) string { return strings.Replace(text, `"`+field+`"`, `"Not`+field+`"`, 1) })
	}
	return []row{
		{1, "empty", body(""), "400 E1001 empty body; expected an SNS JSON envelope"},
		{2, "HTML", body("<html><body>502 Bad Gateway</body></html>"), "400 E1002 body is not JSON (starts with '<html')"},
		{2, "no JSON", body("hello"), "400 E1002 body is not JSON (starts with 'hello')"},
		{3, "an array", body("[]"), "400 E1003 body is a JSON array; expected an SNS JSON envelope"},
		{3, "deep", body(strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101)), "400 E1003 JSON is nested more than 100 levels deep"},
		{4, "1.3 MiB", body(strings.Repeat("x", 1363149)), "413 E1004 body 1.3 MiB exceeds 1 MiB"},
		{5, "compressed", posting(unchanged, "Content-Encoding", "gzip"), "415 E1005 Content-Encoding gzip is not supported"},
		{6, "GET", func(w *world) string { return w.asks(httptest.NewRequest(http.MethodGet, "/sns", nil)) }, "405 Allow: POST E1000 only POST is supported here"},
		{7, "a field is missing", each(missing("Type"), missing("MessageId"), missing("TopicArn"), missing("Signature")), `400 E1006 Type is missing
400 E1006 MessageId is missing
400 E1006 TopicArn is missing
400 E1006 Signature is missing`},
		{8, "unknown Type", posting(replaced(`"Type": "Notification"`, `"Type": "Surprise"`)), `400 E1007 unknown Type "Surprise"`},
	}
}

// senderRows are envelopes that SNS did not send us, or not now.
func senderRows() []row {
	address := func(url string) func(*world) string {
		return posting(func(text string) string {
			at := strings.Index(text, `"SigningCertURL": "`) + len(`"SigningCertURL": "`)
			return text[:at] + url + text[at+strings.Index(text[at:], `"`):]
		})
	}
	const host = "sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
	return []row{
		{9, "another topic", posting(replaced(rigTopic, "arn:aws:sns:eu-central-1:999999999999:alarms")), "403 E1010 topic arn:aws:sns:eu-central-1:999999999999:alarms is not in sns.topics; add it or unsubscribe"},
		{10, "SigningCertURL leads elsewhere", func(w *world) string {
			c := w.behindCloud(func(*http.Request) (*http.Response, error) { return nil, errNoRoute })
			said := map[string]bool{}
			for _, url := range []string{
				"http://" + host, "https://evil.example.com/x.pem", "https://s3.amazonaws.com/sns.eu-central-1.amazonaws.com/x.pem",
				"https://sns.eu-central-1.amazonaws.com:444/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
				"https://user@" + host, "https://" + strings.Replace(host, "/", "/../", 1), "https://" + host + "?x=1", "https://" + host + "#x",
				"https://" + strings.Replace(host, "eu-central-1", "us-east-1", 1), "https://" + host + ".evil.example.com/a.pem",
			} {
				said[address(url)(w)] = true
			}
			return fmt.Sprintf("%s, asked %q", strings.Join(slices.Sorted(maps.Keys(said)), " "), c.asked)
		}, "403 E1011 SigningCertURL is not the address of an SNS certificate in eu-central-1, asked []"},
		{11, "the certificate cannot be fetched", func(w *world) string {
			c := w.behindCloud(func(*http.Request) (*http.Response, error) { return nil, errNoRoute })
			return fmt.Sprintf("%s, asked %q", posting(unchanged)(w), c.asked)
		}, `503 E1012 the signing certificate could not be fetched; SNS will send the message again, asked ["sns.eu-central-1.amazonaws.com"]`},
		{11, "the fetch takes too long", func(w *world) string {
			w.behindCloud(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() })
			begun := time.Now()
			return fmt.Sprintf("%s, after %s", posting(unchanged)(w), time.Since(begun))
		}, "503 E1012 the signing certificate could not be fetched; SNS will send the message again, after 5s"},
		{12, "the certificate is right", signedBy(0), "200 accepted"},
		{12, "the certificate is too old", signedBy(1), "403 E1013 the signing certificate was not valid when the message was sent"},
		{12, "the certificate is somebody else's", signedBy(2), "403 E1013 the signing certificate does not belong to SNS in eu-central-1"},
		{13, "bad signature", posting(replaced("checkout-5xx", "checkout-6xx")), "403 E1014 the signature does not match the message"},
		{13, "version 1 when version 2 is required", each(func(w *world) string {
			return w.sends(sns.Post{Message: "x", Version: "1"})
		}, func(w *world) string {
			w.cfg.SNS.RequireV2 = true
			w.Restart()
			return w.sends(sns.Post{Message: "x", Version: "1"})
		}, func(w *world) string { return w.sends(sns.Post{Message: "x"}) }), `200 accepted
403 E1014 the message is not signed with SignatureVersion 2; set that attribute on the topic
200 accepted`},
		{14, "too old", func(w *world) string {
			return w.sends(sns.Post{Message: "x", At: time.Now().Add(-76 * time.Minute)})
		}, "403 E1015 the message is older than 1h15m0s"},
		{14, "from the future", func(w *world) string { return w.sends(sns.Post{Message: "x", At: time.Now().Add(6 * time.Minute)}) }, "403 E1015 the message is from the future; check the clock of this machine"},
		{15, "the same message again", func(w *world) string {
			body, err := w.topic.Alarm(aws.Example{Name: "checkout-5xx", At: time.Now()})
			if err != nil {
				w.t.Fatal(err)
			}
			said := w.posts(body) + "; " + w.posts(body) + "; counted " + w.counted("oncalm_sns_requests_total", "duplicate")
			w.Paged("ana", "checkout-5xx")
			w.Quiet()
			return said
		}, "200 accepted; 200 duplicate; counted 1"},
		{16, "SubscribeURL leads elsewhere", func(w *world) string {
			all, err := signers()
			if err != nil {
				w.t.Fatal(err)
			}
			c := w.behindCloud(all[0].serves)
			said := w.posts(all[0].sign(w.t, envelope(sns.SubscriptionConfirmed, map[string]string{"SubscribeURL": "https://evil.example.com/?Action=ConfirmSubscription"})))
			w.Wait(time.Minute)
			return fmt.Sprintf("%s, asked %q", said, c.asked)
		}, `403 E1016 SubscribeURL does not lead to SNS in eu-central-1, asked ["sns.eu-central-1.amazonaws.com"]`},
	}
}

// signedBy is a row of a message of another signer, whose certificate AWS serves.
func signedBy(n int) func(*world) string {
	return func(w *world) string {
		all, err := signers()
		if err != nil {
			w.t.Fatal(err)
		}
		w.behindCloud(all[n].serves)
		return w.posts(all[n].sign(w.t, envelope(sns.Notification, nil)))
	}
}

// messageRows are signed messages of which not everything makes sense. None is refused:
// whoever signed it had a reason.
func messageRows() []row {
	named := func(name string) func(*world) string {
		return message("", replaced(`"AlarmName":"checkout-5xx"`, fmt.Sprintf(`"AlarmName":%s`, name)))
	}
	return []row{
		{17, "plain text", message("Backup failed", func(string) string { return "the nightly backup failed on db-3" }), `200 accepted; "Backup failed" paged`},
		{18, "no NewStateValue", message("", replaced(`"NewStateValue"`, `"NewState"`)), `200 accepted; "checkout-5xx" (unparsed) paged`},
		{19, "StateChangeTime is no time", message("", replaced(`"StateChangeTime":"2000`, `"StateChangeTime":"soon 2000`)), `200 accepted; "checkout-5xx" (received time used) paged`},
		{20, "no name", named(`""`), `200 accepted; "checkout-5xx" paged`},
		{20, "a long name", named(`"` + strings.Repeat("x", 10_000) + `"`), `200 accepted; "` + strings.Repeat("x", 254) + `…" paged`},
		{20, "a name with NUL", named(`"a\u0000b"`), `200 accepted; "ab" paged`},
		{20, "a name that turns its direction", named(`"a\u202eb"`), `200 accepted; "ab" paged`},
		{20, "a name with an emoji", named(`"🔥 fire"`), `200 accepted; "🔥 fire" paged`},
		{20, "a name that calls everybody", named(`"<!channel> <@U0BO> *bold*"`), `200 accepted; "<!channel> <@U0BO> *bold*" paged`},
		{21, "invalid UTF-8", func(w *world) string {
			body, err := w.topic.Sign(sns.Post{Message: "a\uFFFDb", At: time.Now()})
			if err != nil {
				w.t.Fatal(err)
			}
			return w.posts(bytes.ReplaceAll(body, []byte("\uFFFD"), []byte("\xff"))) + "; " + w.tells("1")
		}, `200 accepted; "a�b" paged`},
	}
}

// slackRows are what comes in at the door for Slack.
func slackRows() []row {
	without := func(change func(*http.Request)) func(*world) string {
		return func(w *world) string {
			r := w.slackRequest("t1", "list")
			change(r)
			return w.asks(r)
		}
	}
	return []row{
		{22, "no signature", without(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), "401 invalid signature"},
		{22, "a wrong signature", without(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("0", 64)) }), "401 invalid signature"},
		{23, "too old", func(w *world) string {
			logs := w.logged()
			r := w.slackRequest("t1", "list")
			w.Wait(412 * time.Second)
			return w.asks(r) + "; " + logs.lineWith("E2002")
		}, `401 stale request; level=WARN msg="E2002 a request from Slack is too old; check the server clock" component=bot offset_seconds=412`},
		{24, "the same request twice", func(w *world) string {
			w.opens("checkout-5xx")
			first := w.asks(w.slackRequest("t1", "note 1 it hangs"))
			again := w.asks(w.slackRequest("t1", "note 1 it hangs"))
			_, kinds := w.Incident("1")
			return fmt.Sprintf("the same answer: %v; %s", first == again, strings.Join(kinds, " "))
		}, "the same answer: true; opened paged delivered noted"},
		{25, "no word", func(w *world) string { return w.answers("") }, "Answer a page: `/incident ack`, `/incident resolve`, `/incident escalate`, `/incident note what you see`.\nNothing is open.\nAll commands: `/incident help`. Who is on call: `/oncall`."},
		{26, "no such incident", func(w *world) string {
			w.opens("a", "b")
			return w.answers("ack 999999")
		}, "No incident 999999. Open now: 1, 2."},
		{27, "two are open", func(w *world) string {
			w.opens("checkout-5xx", "search-p99")
			return w.answers("ack")
		}, "Several incidents are open. Which one? [1 · sev1 · checkout-5xx] [2 · sev3 · search-p99]"},
		{28, "resolved already", func(w *world) string {
			w.opens("checkout-5xx")
			w.Says("bo", "/incident", "resolve 1 anyway")
			w.Wait(3 * time.Minute)
			return w.answers("ack 1")
		}, "1 was resolved 3 min ago by bo; nothing changed."},
	}
}

// stateRows are about the world that the program finds itself in.
func stateRows() []row {
	return []row{
		{45, "the disk is full", func(w *world) string {
			full := &atomic.Bool{}
			w.around = func(s store.Store) store.Store { return fullStore{s, full} }
			w.Restart()
			full.Store(true)
			said := posting(unchanged)(w) + "\n" + w.asks(httptest.NewRequest(http.MethodGet, "/readyz", nil)) +
				"\n" + w.asks(httptest.NewRequest(http.MethodGet, "/healthz", nil))
			said += "\nself-pages: " + strings.Join(selfPages(w.slack), ", ")
			full.Store(false)
			w.Wait(3 * time.Second)
			return said + "\n" + posting(unchanged)(w)
		}, `503 E1017 the message could not be stored; SNS will send it again
503 {"ready":false,"checks":[{"name":"store","ok":false,"reason":"no space left for the store"},{"name":"outbox","ok":true},{"name":"slack","ok":true},{"name":"clock","ok":true},{"name":"scopes","ok":true},{"name":"channel","ok":true}]}
200 alive
self-pages: channel: 🔴 Oncalm cannot store alarms: no space left, ana: 🔴 Oncalm cannot store alarms: no space left, cy: 🔴 Oncalm cannot store alarms: no space left
200 accepted`},
		{46, "the clock jumps by a day", func(w *world) string {
			w.opens("checkout-5xx", "search-p99", "orders-age")
			w.stop()
			time.Sleep(26 * time.Hour)
			w.start()
			w.Wait(time.Minute)
			return fmt.Sprintf("pages to ana %d, bo %d, cy %d", len(w.pages("ana")), len(w.pages("bo")), len(w.pages("cy")))
		}, "pages to ana 3, bo 3, cy 0"},
		{50, "postmortem of an open incident", func(w *world) string {
			w.opens("checkout-5xx")
			_, draft, _ := strings.Cut(w.Says("ana", "/incident", "postmortem 1"), "**DRAFT")
			draft, _, _ = strings.Cut(draft, `\n`)
			return "DRAFT" + draft
		}, "DRAFT.** The incident is not resolved (triggered). What happens next is not in here yet."},
	}
}
