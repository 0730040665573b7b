package aws

import (
	"regexp"
	"strings"
	"testing"
)

func TestParseARN(t *testing.T) {
	for text, want := range map[string]ARN{
		"arn:aws:sns:eu-central-1:123456789012:oncall":       {"aws", "sns", "eu-central-1", "123456789012", "oncall"},
		"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a:": {"aws", "cloudwatch", "eu-west-1", "123456789012", "alarm:a:"},
		"arn:::::x": {Resource: "x"}, "arn:::::": {}, "arn::::x": {}, "ARN:a:b:c:d:e": {}, "": {}, ":::::x": {}, "arn": {},
	} {
		if got, ok := ParseARN(text); got != want || ok != (want != ARN{}) {
			t.Errorf("%q: %+v, %v", text, got, ok)
		} else if ok && got.String() != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
}

// FuzzForms holds the forms of names against what they are meant to be.
func FuzzForms(f *testing.F) {
	for _, s := range []string{
		"eu-central-1", "us-gov-west-1", "us-iso-east-12", "a-b-1", "ab-c-1", "abcd-e-1", "abcde-f-1", "eu--1", "eu-1", "eu-a-", "eu-a-b", "eu-a-123", "eu-a-1-2", "eu-a1-2",
		"-a-b-1", "eu", "", "EU-central-1", "eu-central-1\n", "eu-é-1", "123456789012", "12345678901", "1234567890123", "12345678901x", "123456789012\n",
		"oncall", "On_call-9", "oncall.fifo", ".fifo", "a.fifo.fifo", "a.b", "a b", "ä", strings.Repeat("x", 256), strings.Repeat("x", 257), strings.Repeat("x", 256) + ".fifo",
	} {
		f.Add(s)
	}
	region := regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
	account := regexp.MustCompile(`^[0-9]{12}$`)
	topic := regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}(\.fifo)?$`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := IsRegion(s); got != region.MatchString(s) {
			t.Errorf("%q is a region: %v", s, got)
		}
		if got := IsAccount(s); got != account.MatchString(s) {
			t.Errorf("%q is an account: %v", s, got)
		}
		if got := IsTopicName(s); got != topic.MatchString(s) {
			t.Errorf("%q is the name of a topic: %v", s, got)
		}
	})
}
