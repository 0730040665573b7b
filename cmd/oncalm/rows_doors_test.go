package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/doors"
)

// signer is a key that signs what SNS never would.
type signer struct {
	key  *rsa.PrivateKey
	cert []byte // PEM
}

// newSigner makes a key whose certificate has that name and those dates.
func newSigner(name string, from, to time.Time) (*signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from,
		NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &signer{key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

// signers are made once: a good one, one whose time is over, one that is not SNS's.
var signers = sync.OnceValues(func() (all [3]*signer, err error) {
	for n, x := range []struct {
		name     string
		from, to int // years
	}{{"sns.amazonaws.com", 1999, 2010}, {"sns.amazonaws.com", 1998, 1999}, {"sns.example.com", 1999, 2010}} {
		from, to := time.Date(x.from, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(x.to, 1, 1, 0, 0, 0, 0, time.UTC)
		if all[n], err = newSigner(x.name, from, to); err != nil {
			return all, err
		}
	}
	return all, nil
})

const certificateURL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

// envelope is what SNS would post, before it is signed.
func envelope(kind string, changes map[string]string) map[string]string {
	e := map[string]string{
		"Type": kind, "MessageId": "5f1a7e5c-0000-4000-8000-000000000001", "TopicArn": rigTopic, "Message": "the message",
		"Timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2", "SigningCertURL": certificateURL,
	}
	if kind != sns.Notification {
		e["Token"], e["SubscribeURL"] = "a-token", "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"
	}
	maps.Copy(e, changes)
	return e
}

// sign signs an envelope, whatever it says, and returns it as a body.
func (s *signer) sign(t testing.TB, e map[string]string) []byte {
	t.Helper()
	var text strings.Builder
	for _, name := range []string{"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"} {
		if value, ok := e[name]; ok {
			text.WriteString(name + "\n" + value + "\n")
		}
	}
	sum := sha256.Sum256([]byte(text.String()))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signed := maps.Clone(e)
	signed["Signature"] = base64.StdEncoding.EncodeToString(signature)
	body, err := json.Marshal(signed)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// cloud is where AWS keeps its certificates.
type cloud struct {
	asked []string // hosts
	serve func(*http.Request) (*http.Response, error)
}

func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	c.asked = append(c.asked, r.URL.Host)
	return c.serve(r)
}

var errNoRoute = errors.New("no route to host")

// behindCloud makes the world fetch its certificates.
func (w *world) behindCloud(serve func(*http.Request) (*http.Response, error)) *cloud {
	w.t.Helper()
	c := &cloud{serve: serve}
	w.cfg.SNS.Certificate, w.aws = "", c
	w.Restart()
	return c
}

// serves is a cloud that has one certificate.
func (s *signer) serves(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(s.cert))}, nil
}

// asks sends a request to the public door, framed as serve does, and returns the answer
// on one line.
func (w *world) asks(r *http.Request) string {
	rec := httptest.NewRecorder()
	doors.Frame(w.app.public(), slog.New(slog.DiscardHandler)).ServeHTTP(rec, r)
	synctest.Wait()
	said := strconv.Itoa(rec.Code)
	if allow := rec.Header().Get("Allow"); allow != "" {
		said += " Allow: " + allow
	}
	var answer struct{ Status, Code, Error string }
	if json.Unmarshal(rec.Body.Bytes(), &answer) != nil || answer.Status+answer.Code == "" {
		return said + " " + strings.TrimSpace(rec.Body.String())
	}
	return strings.Join(strings.Fields(said+" "+answer.Status+" "+answer.Code+" "+answer.Error), " ")
}

// posts posts a body to /sns, with headers in pairs.
func (w *world) posts(body []byte, headers ...string) string {
	r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body))
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	return w.asks(r)
}

// sends posts a message that SNS has signed.
func (w *world) sends(p sns.Post) string {
	w.t.Helper()
	if p.At.IsZero() {
		p.At = time.Now()
	}
	body, err := w.topic.Sign(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.posts(body)
}

// posting is a row of one body, edited after it was signed.
func posting(edit func(body string) string, headers ...string) func(*world) string {
	return func(w *world) string {
		w.t.Helper()
		body, err := w.topic.Alarm(aws.Example{Name: "checkout-5xx", At: time.Now()})
		if err != nil {
			w.t.Fatal(err)
		}
		return w.posts([]byte(edit(string(body))), headers...)
	}
}

func unchanged(text string) string { return text }

// message is a row of one CloudWatch message, edited before it is signed; the answer
// tells what became of it.
func message(subject string, edit func(text string) string) func(*world) string {
	return func(w *world) string {
		w.t.Helper()
		at := time.Now().UTC().Format("2006-01-02T15:04:05.000-0700")
		text := fmt.Sprintf(`{"AlarmName":"checkout-5xx","AWSAccountId":"123456789012","NewStateValue":"ALARM","NewStateReason":"Threshold Crossed","StateChangeTime":%q,`+
			`"Region":"EU (Frankfurt)","AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx","OldStateValue":"OK"}`, at)
		said := w.sends(sns.Post{Subject: subject, Message: edit(text)})
		return said + "; " + w.tells("1")
	}
}

// tells says in short what an incident is, and whether somebody was paged.
func (w *world) tells(id string) string {
	w.t.Helper()
	i, _ := w.Incident(id)
	said := fmt.Sprintf("%q", i.Title)
	if a := w.evidence(i); a != nil && len(a.Flags) > 0 {
		said += " (" + strings.Join(a.Flags, ", ") + ")"
	}
	if pages := w.pages("ana"); len(pages) > 0 {
		for _, problem := range liveIn(pages[0]) {
			said += "; " + problem
		}
		return said + " paged"
	}
	return said
}

// replaced returns an edit that replaces a part, which must be there.
func replaced(old, replacement string) func(string) string {
	return func(text string) string {
		if !strings.Contains(text, old) {
			return "there is no " + old
		}
		return strings.ReplaceAll(text, old, replacement)
	}
}

// form is a slash command as Slack posts it.
func form(w *world, trigger, text string) []byte {
	return []byte("team_id=" + w.slack.TeamID() + "&api_app_id=" + w.slack.AppID() + "&user_id=U0ANA&channel_id=C0INCIDENTS&command=%2Fincident" +
		"&trigger_id=" + trigger + "&text=" + strings.ReplaceAll(text, " ", "+"))
}

// request is a signed request of Slack's.
func (w *world) slackRequest(trigger, text string) *http.Request {
	w.t.Helper()
	r, err := w.slack.Bot.Request(w.t.Context(), "/slack/commands",
		"application/x-www-form-urlencoded", form(w, trigger, text))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// answers is the text of an answer to a slash command, and the labels of its buttons.
func (w *world) answers(text string) string {
	w.t.Helper()
	resp := w.slack.Hands.Command(w.t.Context(), "U0ANA", "C0INCIDENTS", "/incident", text)
	synctest.Wait()
	if resp.Err != nil || resp.Message == nil {
		return fmt.Sprintf("%d, %v", resp.Status, resp.Err)
	}
	said := resp.Message.Text
	for _, b := range resp.Message.Buttons() {
		said += " [" + b.Label + "]"
	}
	return said
}

// opens lets alarms fire, one incident each.
func (w *world) opens(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.Alarm(name)
	}
	w.Wait(10 * time.Second)
}

// logged makes the world's logs readable.
func (w *world) logged() *syncBuffer {
	w.t.Helper()
	logs := &syncBuffer{}
	w.log = slog.New(slog.NewTextHandler(logs, nil))
	w.Restart()
	return logs
}

// commanded runs a command and returns what it said, without the name of the folder.
func commanded(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // if serve should find nothing wrong
	defer cancel()
	code := run(ctx, args, os.LookupEnv, nil, &out, &out)
	text := strings.ReplaceAll(out.String(), dir+string(os.PathSeparator), "")
	return fmt.Sprintf("exit %d: %s", code, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\t"))
}

// counted is the value of a metric with that label.
func (w *world) counted(metric, label string) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.app.private().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://localhost/metrics", nil))
	for line := range strings.Lines(rec.Body.String()) {
		if strings.HasPrefix(line, metric+"{") && strings.Contains(line, `"`+label+`"`) {
			return strings.TrimSpace(line[strings.LastIndexByte(line, ' '):])
		}
	}
	return "nothing"
}

// lineWith is the line of a log that has a text in it, without its time.
func (b *syncBuffer) lineWith(part string) string {
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, part) {
			_, line, _ = strings.Cut(line, " ")
			return strings.TrimSpace(line)
		}
	}
	return "nothing with " + part
}
