package sns

import (
	"errors"
	"strings"
	"testing"
)

func TestTopics(t *testing.T) {
	topics := topicsOf(t, testARN, "arn:aws:sns:*:111122223333:*", "arn:aws-cn:sns:cn-north-1:444455556666:*", "arn:aws:sns:*:777788889999:alarms")
	for arn, want := range map[string]bool{
		testARN:             true,
		testARN + "2":       false,
		testARN + " ":       false,
		testARN + "\x00":    false,
		testARN[:40]:        false,
		"ARN" + testARN[3:]: false,
		"arn:aws:sns:eu-west-1:123456789012:alarms":       false,
		"arn:aws:sns:eu-west-1:111122223333:anything":     true,
		"arn:aws:sns:us-east-1:111122223333:other.fifo":   true,
		"arn:aws:sns:us-east-1:111122223334:anything":     false,
		"arn:aws:sqs:us-east-1:111122223333:anything":     false,
		"arn:aws-cn:sns:us-east-1:111122223333:anything":  false,
		"arn:aws:sns:cn-north-1:111122223333:anything":    false,
		"arn:aws:sns:*:111122223333:*":                    false,
		"arn:aws:sns:evil.tld/x:111122223333:anything":    false,
		"arn:aws:sns:us-east-1:111122223333:a:b":          false,
		"arn:aws:sns:us-east-1:111122223333:":             false,
		"arn:aws-cn:sns:cn-north-1:444455556666:x":        true,
		"arn:aws-cn:sns:cn-northwest-1:444455556666:x":    false,
		"arn:aws:sns:ap-northeast-3:777788889999:alarms":  true,
		"arn:aws:sns:ap-northeast-3:777788889999:alarms2": false,
		"": false,
	} {
		if _, got := topics.Match(arn); got != want {
			t.Errorf("Match(%q) = %v, want %v", arn, got, want)
		}
	}
	if got := topics.String(); !strings.Contains(got, "arn:aws:sns:*:777788889999:alarms") {
		t.Errorf("written as %s", got)
	}
}

func TestTopicsRefused(t *testing.T) {
	for _, s := range []string{
		"*", "", "alarms", "arn:aws:sns:*:*:*", "arn:aws:sns:eu-central-1:*:alarms", "arn:aws:sns:*:12345678901:*", "arn:*:sns:*:123456789012:*",
		"arn:aws:sqs:eu-central-1:123456789012:queue", "arn:aws:sns:eu-*:123456789012:*", "arn:aws:sns:eu-central-1:123456789012:al*",
		"arn:aws:sns:*:123456789012:al*", "arn:aws:sns:cn-north-1:123456789012:alarms", "arn:aws-us-gov:sns:us-east-1:123456789012:alarms",
		"arn:aws:sns:eu-central-1:123456789012:with space", "arn:aws:sns:nowhere:123456789012:alarms",
	} {
		if topics, err := ParseTopics([]string{testARN, s}); !errors.Is(err, ErrTopic) || !strings.Contains(err.Error(), s) {
			t.Errorf("%q was taken as %v (%v)", s, topics, err)
		}
	}
	if _, err := ParseTopics([]string{"*", "alarms"}); strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("not all problems at once: %v", err)
	}
}
