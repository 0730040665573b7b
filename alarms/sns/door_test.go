package sns

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/oncalm/oncalm/store"
)

// liveTopic is a topic whose certificate is valid now, not at testTime.
var liveTopic = sync.OnceValue(func() *SigningTopic {
	topic, err := NewSigningTopic(testARN, time.Now())
	if err != nil {
		panic(err)
	}
	return topic
})

// journal keeps what is logged, by whichever goroutine.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// doorRig is a door, at the time that it is.
type doorRig struct {
	t     *testing.T
	inbox *inbox
	topic *SigningTopic
	door  *Door
	log   *journal
	reg   *prometheus.Registry
}

func newDoorRig(t *testing.T) *doorRig { return doorOf(t, liveTopic()) }

func doorOf(t *testing.T, topic *SigningTopic) *doorRig {
	d := &doorRig{t: t, inbox: newInbox(), topic: topic, log: &journal{}, reg: prometheus.NewRegistry()}
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: trusted(t, d.topic)}
	d.door = NewDoor(v, d.inbox, slog.New(slog.NewTextHandler(d.log, nil)), NewMetrics(d.reg))
	return d
}

// sign signs what is sent now.
func (d *doorRig) sign(p Post) []byte {
	d.t.Helper()
	if p.At.IsZero() {
		p.At = time.Now()
	}
	return must[[]byte](d.t)(d.topic.Sign(p))
}

// post sends a body to the door. Headers are name and value by turns.
func (d *doorRig) post(body []byte, headers ...string) (int, answer) {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return d.serve(r)
}

func (d *doorRig) serve(r *http.Request) (int, answer) {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		d.t.Errorf("the answer is not JSON: %s", w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		d.t.Errorf("content type %s", got)
	}
	if strings.Count(a.Error, "\n") > 0 || len(a.Error) > 400 {
		d.t.Errorf("the answer is not one line: %q", a.Error)
	}
	return w.Code, a
}

// edited replaces a text in a signed body.
func edited(t testing.TB, body []byte, from, to string) []byte {
	t.Helper()
	if !bytes.Contains(body, []byte(from)) {
		t.Fatalf("%s is not in the body", from)
	}
	return bytes.Replace(body, []byte(from), []byte(to), 1)
}

// TestBadInputs is the list of what a door must bear, each with its answer.
func TestBadInputs(t *testing.T) {
	d := newDoorRig(t)
	good := func() []byte { return d.sign(Post{Message: "m"}) }
	tests := []struct {
		name    string
		body    []byte
		headers []string
		status  int
		code    Code
		text    string // part of the answer
	}{
		{"empty body", nil, nil, 400, "E1001", "empty body; expected an SNS JSON envelope"},
		{"HTML", []byte("<html><h1>hi"), nil, 400, "E1002", "body is not JSON (starts with '<html')"},
		{"text", []byte("hello"), nil, 400, "E1002", "body is not JSON"},
		{"array", []byte("[]"), nil, 400, "E1003", "array"},
		{"deep", []byte(strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101)), nil, 400, "E1003", "nested"},
		{"1.3 MiB", bytes.Repeat([]byte("x"), 13<<20/10), nil, 413, "E1004", "body 1.3 MiB exceeds 1 MiB"},
		{"1 MiB and a byte", bytes.Repeat([]byte("x"), 1<<20+1), nil, 413, "E1004", "exceeds 1 MiB"},
		{"gzip", good(), []string{"Content-Encoding", "gzip"}, 415, "E1005", "gzip"},
		{"no Type", edited(t, good(), `"Type"`, `"Typ"`), nil, 400, "E1006", "Type is missing"},
		{"no MessageId", edited(t, good(), `"MessageId"`, `"M"`), nil, 400, "E1006", "MessageId is missing"},
		{"no TopicArn", edited(t, good(), `"TopicArn"`, `"T"`), nil, 400, "E1006", "TopicArn is missing"},
		{"no Signature", edited(t, good(), `"Signature"`, `"S"`), nil, 400, "E1006", "Signature is missing"},
		{"version 3", edited(t, good(), `"SignatureVersion": "2"`, `"SignatureVersion": "3"`), nil, 400, "E1006", "SignatureVersion"},
		{"version as number", edited(t, good(), `"SignatureVersion": "2"`, `"SignatureVersion": 2`), nil, 400, "E1006", "SignatureVersion"},
		{"unknown Type", edited(t, good(), `"Type": "Notification"`, `"Type": "Note"`), nil, 400, "E1007", "Note"},
		{"raw delivery", []byte("anything"), []string{"x-amz-sns-rawdelivery", "true"}, 400, "E1008", "turn RawMessageDelivery off"},
		{"another type in the header", good(), []string{"x-amz-sns-message-type", "SubscriptionConfirmation"}, 400, "E1009", "message-type"},
		{"another id in the header", good(), []string{"x-amz-sns-message-id", "x"}, 400, "E1009", "message-id"},
		{"another topic in the header", good(), []string{"x-amz-sns-topic-arn", "x"}, 400, "E1009", "topic-arn"},
		{"foreign topic", edited(t, good(), testARN, testARN+"2"), nil, 403, "E1010", "is not in sns.topics; add it or unsubscribe"},
		{"bad signature", edited(t, good(), `"Message": "m"`, `"Message": "n"`), nil, 403, "E1014", "signature"},
		{"old", d.sign(Post{Message: "m", At: time.Now().Add(-76 * time.Minute)}), nil, 403, "E1015", "older"},
		{"from the future", d.sign(Post{Message: "m", At: time.Now().Add(6 * time.Minute)}), nil, 403, "E1015", "clock"},
		{"older than the certificate", d.sign(Post{Message: "m", At: time.Now().Add(-48 * time.Hour)}), nil, 403, "E1015", "older"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, a := d.post(tt.body, tt.headers...)
			if status != tt.status || a.Code != tt.code || !strings.Contains(a.Error, tt.text) {
				t.Errorf("%d %+v, want %d %s %s", status, a, tt.status, tt.code, tt.text)
			}
		})
	}
	if n := len(d.inbox.taken); n != 0 {
		t.Errorf("%d messages were taken in", n)
	}
}

func TestNoCertificateWasValidThen(t *testing.T) {
	d := newDoorRig(t)
	d.door.verifier.MaxAge = 72 * time.Hour
	status, a := d.post(d.sign(Post{Message: "m", At: time.Now().Add(-48 * time.Hour)}))
	if status != 403 || a.Code != "E1013" || !strings.Contains(a.Error, "certificate") {
		t.Errorf("%d %+v", status, a)
	}
}

func TestOtherMethods(t *testing.T) {
	d := newDoorRig(t)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, "TRACE"} {
		w := httptest.NewRecorder()
		d.door.ServeHTTP(w, httptest.NewRequest(method, "/sns", http.NoBody))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

// TestInvalidUTF8: what was signed is what decoders make of it.
func TestInvalidUTF8(t *testing.T) {
	d := newDoorRig(t)
	body := edited(t, d.sign(Post{Message: "a\uFFFDb"}), "a\uFFFDb", "a\xffb")
	if status, a := d.post(body); status != 200 {
		t.Fatalf("%d %+v", status, a)
	}
	if got := d.inbox.only(t); got != "a\uFFFDb" {
		t.Errorf("message %q", got)
	}
}

// TestShadowedNames: another spelling of a name, or the name twice, changes nothing
// that was signed.
func TestShadowedNames(t *testing.T) {
	d := newDoorRig(t)
	body := d.sign(Post{Message: "right"})
	shadowed := edited(t, body, `"Message": "right",`, `"Message": "right", "message": "evil", "MESSAGE": "evil",`)
	if status, a := d.post(shadowed); status != 200 || d.inbox.only(t) != "right" {
		t.Errorf("%d %+v", status, a)
	}
	twice := edited(t, body, `"Message": "right",`, `"Message": "right", "Message": "evil",`)
	if status, a := d.post(twice); status != 403 || a.Code != CodeSignature {
		t.Errorf("twice: %d %+v", status, a)
	}
}

func TestHeadersThatAgree(t *testing.T) {
	d := newDoorRig(t)
	status, _ := d.post(d.sign(Post{Message: "m", MessageID: "id-1"}),
		"x-amz-sns-message-type", "Notification", "x-amz-sns-message-id", "id-1", "x-amz-sns-topic-arn", testARN,
		"x-amz-sns-subscription-arn", testARN+":1", "Content-Type", "text/plain; charset=UTF-8", "Content-Encoding", "identity")
	if status != 200 {
		t.Error(status)
	}
}

func TestDuplicate(t *testing.T) {
	d := newDoorRig(t)
	body := d.sign(Post{Message: "m"})
	for n, want := range []string{"accepted", "duplicate", "duplicate"} {
		if status, a := d.post(body); status != 200 || a.Status != want {
			t.Errorf("%d: %d %+v", n, status, a)
		}
	}
	d.inbox.only(t)
	counts := `
# HELP oncalm_sns_requests_total Requests to /sns, by result: accepted, duplicate, or the error code.
# TYPE oncalm_sns_requests_total counter
oncalm_sns_requests_total{result="accepted"} 1
oncalm_sns_requests_total{result="duplicate"} 2
oncalm_sns_requests_total{result="E1002"} 1
`
	for n := range len(codes()) { // the others are there, and zero
		if n != 2 {
			counts += fmt.Sprintf("oncalm_sns_requests_total{result=\"E%d\"} 0\n", 1000+n)
		}
	}
	d.post([]byte("x"))
	if err := testutil.GatherAndCompare(d.reg, strings.NewReader(counts), "oncalm_sns_requests_total"); err != nil {
		t.Error(err)
	}
}

// TestOurOwnTrouble: 503, and the next attempt of SNS succeeds once.
func TestOurOwnTrouble(t *testing.T) {
	d := newDoorRig(t)
	body := d.sign(Post{Message: "m"})
	for _, err := range []error{store.ErrFull, store.ErrClosed, store.ErrUnknownOutcome} {
		d.inbox.fail = []error{err}
		if status, a := d.post(body); status != 503 || a.Code != CodeStore || strings.Contains(a.Error, err.Error()) {
			t.Errorf("%v: %d %+v", err, status, a)
		}
		if !strings.Contains(d.log.String(), err.Error()) {
			t.Errorf("the log does not say %q", err)
		}
	}
	if status, a := d.post(body); status != 200 || a.Status != "accepted" {
		t.Errorf("%d %+v", status, a)
	}
	d.inbox.only(t)
}

func TestCertificateTrouble(t *testing.T) {
	d := newDoorRig(t)
	d.door.verifier.Certificates = NewAWSCertificates(&awsFake{answer: serve(500, "")}, nil, quiet())
	if status, a := d.post(d.sign(Post{Message: "m"})); status != 503 || a.Code != CodeFetch {
		t.Errorf("%d %+v", status, a)
	}
	other := must[*SigningTopic](t)(newSigningTopic(testTopicARN(), "evil.example", time.Now(), time.Now().Add(time.Hour)))
	d.door.verifier.Certificates = NewAWSCertificates(&awsFake{answer: serve(200, string(other.Certificate()))}, nil,
		quiet())
	if status, a := d.post(d.sign(Post{Message: "m"})); status != 403 || a.Code != CodeCertificate {
		t.Errorf("%d %+v", status, a)
	}
	d.door.verifier.Certificates = NewAWSCertificates(tripwire{t}, nil, quiet())
	for _, url := range forgedURLs[1:] {
		body := edited(t, d.sign(Post{Message: "m"}), d.topic.CertificateURL(),
			strings.Trim(string(must[[]byte](t)(json.Marshal(url))), `"`))
		if status, a := d.post(body); status != 403 || a.Code != CodeCertURL {
			t.Errorf("%s: %d %+v", url, status, a)
		}
	}
}

// TestForeignTopicsAreLoggedOnce in an hour, each.
// TestRefusalsAreLogged: of each kind a line a minute, whoever they come from, and none is left out without being counted.
func TestRefusalsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		lines := func(code string) int { return strings.Count(d.log.String(), "code="+code) }
		body := d.sign(Post{Message: "m"})
		for n := range 3000 { // as many topics
			d.post(edited(t, body, testARN, testARN+strconv.Itoa(n)))
		}
		d.post(edited(t, body, `"m"`, `"forged"`))
		d.post([]byte("hello"))
		if lines("E1010") != 1 || lines("E1014") != 1 || lines("E1002") != 1 {
			t.Errorf("lines: %s", d.log.String())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if lines("E1010") != 2 || !strings.Contains(d.log.String(), "not_shown=2998") {
			t.Errorf("lines: %s", d.log.String())
		}
		time.Sleep(time.Hour)
		if synctest.Wait(); lines("E1010") != 2 {
			t.Errorf("lines: %s", d.log.String())
		}
		if d.post(edited(t, body, testARN, testARN+"x")); lines("E1010") != 3 {
			t.Errorf("lines: %s", d.log.String())
		}
	})
}

// slowBody gives its beginning, then waits.
type slowBody struct {
	io.Reader
	release chan struct{}
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		<-b.release
	}
	return n, err
}

// TestLargeBodiesTakeTurns: strangers with large bodies cannot fill the memory, and do
// not keep small messages out.
func TestLargeBodiesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		release := make(chan struct{})
		var all sync.WaitGroup
		for range largeBodies {
			r := httptest.NewRequest(http.MethodPost, "/sns", &slowBody{bytes.NewReader(make([]byte, 100<<10)), release})
			r.ContentLength = -1
			all.Go(func() { d.serve(r) })
		}
		synctest.Wait()
		if status, a := d.post(bytes.Repeat([]byte("x"), 100<<10)); status != 503 || a.Code != CodeBusy {
			t.Errorf("one too many: %d %+v", status, a)
		}
		if status, _ := d.post(d.sign(Post{Message: "m"})); status != 200 {
			t.Errorf("a small one: %d", status)
		}
		close(release)
		all.Wait()
		if status, a := d.post(bytes.Repeat([]byte("x"), 100<<10)); status != 400 {
			t.Errorf("when the place is free: %d %+v", status, a)
		}
	})
}

// TestCutShort: a body that did not arrive in full is not the sender's fault.
func TestCutShort(t *testing.T) {
	d := newDoorRig(t)
	body := d.sign(Post{Message: "m"})
	r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body[:100]))
	r.ContentLength = int64(len(body))
	if status, a := d.serve(r); status != 503 {
		t.Errorf("%d %+v", status, a)
	}
}

// TestChunksCutShort: the same where nothing says how long the body is to be. A small
// body and a large one are read in different ways.
func TestChunksCutShort(t *testing.T) {
	d := newDoorRig(t)
	server := httptest.NewServer(d.door)
	defer server.Close()
	for _, size := range []int{10, 100 << 10} {
		body := d.sign(Post{Message: strings.Repeat("x", size)})
		for _, sent := range []int{len(body) - 20, len(body)} { // the last chunk, which is empty, lacks always
			conn := must[net.Conn](t)(net.Dial("tcp", server.Listener.Addr().String()))
			_, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", len(body), body[:sent])
			if err := errors.Join(err, conn.(*net.TCPConn).CloseWrite()); err != nil {
				t.Fatal(err)
			}
			resp := must[*http.Response](t)(http.ReadResponse(bufio.NewReader(conn), nil))
			if resp.StatusCode != 503 {
				t.Errorf("%d of %d bytes: status %d", sent, len(body), resp.StatusCode)
			}
			resp.Body.Close()
			conn.Close()
		}
	}
}

// TestOverTheWire posts through a real server.
func TestOverTheWire(t *testing.T) {
	d := newDoorRig(t)
	server := httptest.NewServer(d.door)
	defer server.Close()
	for _, body := range [][]byte{d.sign(Post{Message: "small"}), d.sign(Post{Message: strings.Repeat("x", 200<<10)})} {
		resp, err := server.Client().Post(server.URL, "text/plain; charset=UTF-8", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("status %d for %d bytes", resp.StatusCode, len(body))
		}
	}
	resp, err := server.Client().Post(server.URL, "text/plain", io.MultiReader(bytes.NewReader(make([]byte, 2<<20)))) // of unknown length
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Errorf("status %d for 2 MiB", resp.StatusCode)
	}
}
