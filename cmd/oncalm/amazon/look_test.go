package amazon

import (
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/alarms/setup"
)

const topic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// snsFake is an SNS that keeps one topic, and answers in the query protocol, as SNS does.
type snsFake struct {
	topic, subscription map[string]string
	endpoints           []string
	denied              string // an action
}

// pair is an attribute as SNS writes it.
type pair struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

func pairs(m map[string]string) (all []pair) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, pair{key, m[key]})
	}
	return all
}

func (f *snsFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := r.FormValue("Action")
	refuse := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>`, code)
	}
	if action == f.denied {
		refuse(http.StatusForbidden, "AuthorizationError")
		return
	}
	var inner string
	switch {
	case strings.HasPrefix(action, "GetTopic") && r.FormValue("TopicArn") != topic:
		refuse(http.StatusNotFound, "NotFound")
		return
	case action == "GetTopicAttributes":
		inner = attributes(f.topic)
	case action == "GetSubscriptionAttributes" && r.FormValue("SubscriptionArn") == topic+":0":
		inner = attributes(f.subscription)
	case action == "ListSubscriptionsByTopic":
		from := 0
		_, _ = fmt.Sscan(r.FormValue("NextToken"), &from)
		inner = "<Subscriptions>"
		for n, endpoint := range f.endpoints[from:min(from+100, len(f.endpoints))] {
			inner += fmt.Sprintf("<member><SubscriptionArn>%s:%d</SubscriptionArn><Protocol>https</Protocol><Endpoint>%s</Endpoint></member>",
				topic, from+n, endpoint)
		}
		if inner += "</Subscriptions>"; from+100 < len(f.endpoints) {
			inner += fmt.Sprintf("<NextToken>%d</NextToken>", from+100)
		}
	default:
		refuse(http.StatusBadRequest, "InvalidAction")
		return
	}
	fmt.Fprintf(w, `<%[1]sResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, inner)
}

func attributes(m map[string]string) string {
	text, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"Attributes"`
		Entries []pair   `xml:"entry"`
	}{Entries: pairs(m)})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// looks is what looks at fakes.
func looks(t *testing.T, sns *snsFake, cw *cloudwatchtest.CloudWatch) *Look {
	server := httptest.NewServer(sns)
	t.Cleanup(server.Close)
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH": cw.URL, "AWS_ENDPOINT_URL_SNS": server.URL,
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": none,
		"AWS_SHARED_CREDENTIALS_FILE": none, "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"} {
		t.Setenv(name, value)
	}
	return NewLook(slog.New(slog.DiscardHandler))
}

func rightly() *snsFake {
	return &snsFake{topic: map[string]string{"SignatureVersion": "2", "Policy": `{"Statement":[{"Effect":"Allow","Principal":{"Service":` +
		`["cloudwatch.amazonaws.com","events.amazonaws.com"]},"Action":"sns:Publish"}]}`},
		subscription: map[string]string{"RedrivePolicy": "{}", "DeliveryPolicy": `{"healthyRetryPolicy":{"numRetries":35}}`},
		endpoints:    []string{"https://oncall.example.com/sns"}}
}

// TestLook holds that what is looked at is asked of AWS over the wire, in pages, and that its errors are understood.
func TestLook(t *testing.T) {
	cw := cloudwatchtest.New(t)
	cw.Put(cloudwatchtest.Alarm{Kind: "MetricAlarm", ARN: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a", State: "ALARM",
		Changed: time.Now(), Acts: []string{topic}})
	cw.Mute("a", true)
	fake := rightly()
	for n := range 150 {
		fake.endpoints = append(fake.endpoints, fmt.Sprintf("https://other.example.com/%d", n))
	}
	at := looks(t, fake, cw)
	o := setup.Options{SNS: at, CloudWatch: at, Topics: []string{topic, topic + "2"}, PublicURL: "https://oncall.example.com"}
	look := func() (checks []string) {
		found, err := setup.Look(t.Context(), o, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			checks = append(checks, f.Check)
		}
		return checks
	}
	if got, want := look(), []string{"topic-missing", "alarm-without-ok-action", "alarm-muted"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	o.Topics = o.Topics[:1]
	fake.denied = "ListSubscriptionsByTopic"
	cw.Deny("ListAlarmMuteRules", true)
	if got, want := look(), []string{"aws-permission", "alarm-without-ok-action", "aws-permission"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestNoCredentials holds that they are missed before anything is asked.
func TestNoCredentials(t *testing.T) {
	look := looks(t, rightly(), cloudwatchtest.New(t))
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, err := look.Topic(t.Context(), topic); !errors.Is(err, setup.ErrCredentials) {
		t.Errorf("%v", err)
	}
}
