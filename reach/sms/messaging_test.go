package sms_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/reach/sms"
	"github.com/oncalm/oncalm/reach/telephony"
)

// messaging is a channel through End User Messaging, whose calls go to a fake.
func messaging(t *testing.T, fake *reachtest.Telephony) *sms.Channel {
	t.Helper()
	c := channel(t, &reachtest.SNS{})
	c.AWS, c.Send = func(context.Context) (aws.Config, error) { return fake.Config(), nil }, telephony.Text
	return c
}

func TestEndUserMessaging(t *testing.T) {
	for _, from := range []string{"ONCALM", "+4930123456", "", "arn:aws:sms-voice:eu-central-1:123456789012:pool/pool-1"} {
		fake := &reachtest.Telephony{}
		c := messaging(t, fake)
		c.From = from
		r, err := c.Page(t.Context(), "42/page/0.0/ana/sms", page)
		if err != nil || r.Message != "v-1" {
			t.Fatalf("%+v, %v", r, err)
		}
		if wrong := fake.Wrong(); len(wrong) > 0 {
			t.Errorf("wrong %q", wrong)
		}
		if got := fake.Texts()[0]; got.To != phone || got.Sender != from || got.Type != "TRANSACTIONAL" ||
			!strings.HasPrefix(got.Text, "sev1 #42 checkout: ") || !strings.HasSuffix(got.Text, " "+link) {
			t.Errorf("%+v", got)
		}
	}
}

func TestEndUserMessagingRefuses(t *testing.T) {
	for said, state := range map[string]func(*reachtest.Telephony){
		"has opted out":                         func(f *reachtest.Telephony) { f.OptOut(phone) },
		"in the sandbox":                        func(f *reachtest.Telephony) { f.Sandbox(phone) },
		"the spend limit of the month for text": (*reachtest.Telephony).SpendAll,
	} {
		fake := &reachtest.Telephony{}
		state(fake)
		_, err := messaging(t, fake).Page(t.Context(), "k", page)
		if _, never := errors.AsType[*paging.Undeliverable](err); !never || !strings.Contains(err.Error(), said) {
			t.Errorf("%v, want %q", err, said)
		}
		if fake.Calls() != 1 || strings.Contains(err.Error(), phone[1:]) {
			t.Errorf("%d calls, %v", fake.Calls(), err)
		}
	}
	fake := &reachtest.Telephony{}
	fake.Fail(func(int) reachtest.Fault { return reachtest.Fault{Status: 400, Code: "ThrottlingException"} })
	_, err := messaging(t, fake).Page(t.Context(), "k", page)
	if _, never := errors.AsType[*paging.Undeliverable](err); never || err == nil {
		t.Errorf("%v", err)
	}
}
