package cloudwatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/incidents"
)

const topic = "arn:aws:sns:eu-central-1:123456789012:alarms"

var changed = time.Date(2026, 3, 2, 12, 0, 0, 123e6, time.UTC)

// against is a client of a fake.
func against(fake *cloudwatchtest.CloudWatch) *Client {
	return New(func(context.Context) (aws.Config, error) {
		return aws.Config{Region: "eu-central-1", BaseEndpoint: aws.String(fake.URL), RetryMaxAttempts: 1,
			HTTPClient: awshttp.Client(nil),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
			})}, nil
	})
}

func alarm(kind, name, state string) cloudwatchtest.Alarm {
	return cloudwatchtest.Alarm{Kind: kind, ARN: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:" + name, State: state, Changed: changed,
		Acts: []string{topic}, OK: []string{topic}, Dimensions: map[string]string{"ServiceName": "checkout"}}
}

// TestAlarms holds that alarms of all kinds are read, over all pages, by state and by name, and what the message of one would have been.
func TestAlarms(t *testing.T) {
	fake := cloudwatchtest.New(t)
	c := against(fake)
	for n := range 230 {
		fake.Put(alarm("MetricAlarm", fmt.Sprintf("m-%03d", n), "ALARM"))
	}
	fake.Put(alarm("CompositeAlarm", "whole", "ALARM"))
	fake.Put(alarm("LogAlarm", "log", "ALARM"))
	fake.Put(alarm("MetricAlarm", "well", "OK"))
	all, err := c.Firing(t.Context(), "eu-central-1")
	if err != nil || len(all) != 232 {
		t.Fatalf("%d alarms, %v", len(all), err)
	}
	if calls := fake.Calls("DescribeAlarms"); calls != 3 {
		t.Errorf("%d calls for 232 alarms", calls)
	}
	a := all[0]
	text, err := json.Marshal(a.Text)
	if err != nil || a.State != incidents.AlarmFiring || !a.Changed.Equal(changed) || a.Acts[0] != topic {
		t.Errorf("%+v, %v", a, err)
	}
	for _, part := range []string{`"NewStateValue":"ALARM"`, `"StateChangeTime":"2026-03-02T12:00:00.123+0000"`, `"OKActions":["` + topic + `"]`,
		`"AWSAccountId":"123456789012"`, `"Dimensions":[{"name":"ServiceName","value":"checkout"}]`, `"Threshold":5`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the message lacks %s: %s", part, text)
		}
	}
	names := []string{"well", "gone", "log"}
	for n := range 150 {
		names = append(names, fmt.Sprint("none-", n))
	}
	if named, err := c.Named(t.Context(), "eu-central-1", names); err != nil || len(named) != 2 {
		t.Errorf("by name: %d, %v", len(named), err)
	}
}

// TestActionsOff holds that an alarm whose actions are off acts on nothing, and that a suppressed one is known.
func TestActionsOff(t *testing.T) {
	fake := cloudwatchtest.New(t)
	off, held := alarm("MetricAlarm", "off", "ALARM"), alarm("CompositeAlarm", "held", "ALARM")
	off.Off, held.Suppressed = true, true
	fake.Put(off)
	fake.Put(held)
	all, err := against(fake).Firing(t.Context(), "eu-central-1")
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if len(all[0].Acts) != 0 || all[0].Suppressed || len(all[1].Acts) != 1 || !all[1].Suppressed {
		t.Errorf("%+v", all)
	}
}

// TestMuted holds that mute rules in force are asked for by the alarm.
func TestMuted(t *testing.T) {
	fake := cloudwatchtest.New(t)
	fake.Mute("a", true)
	for name, want := range map[string]bool{"a": true, "b": false} {
		if muted, err := against(fake).Muted(t.Context(), "eu-central-1", name); err != nil || muted != want {
			t.Errorf("%s: %v, %v", name, muted, err)
		}
	}
}

// TestRefused holds that an error names the permission, and that what could not be loaded is tried again.
func TestRefused(t *testing.T) {
	fake := cloudwatchtest.New(t)
	fake.Deny("DescribeAlarms", true)
	c := against(fake)
	if _, err := c.Firing(t.Context(), "eu-central-1"); err == nil || !strings.Contains(err.Error(), "cloudwatch:DescribeAlarms") {
		t.Errorf("%v", err)
	}
	tries := 0
	c = New(func(context.Context) (aws.Config, error) {
		tries++
		return aws.Config{}, errors.New("no credentials")
	})
	for range 2 {
		if _, err := c.Firing(t.Context(), "eu-central-1"); err == nil {
			t.Error("there is a client without credentials")
		}
	}
	if tries != 2 {
		t.Errorf("looked for credentials %d times", tries)
	}
}
