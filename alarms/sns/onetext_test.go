package sns

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
)

// fieldsOf are the signed fields of each form of an envelope, in the order in which they are signed.
var fieldsOf = map[string][]string{
	Notification + " with a subject": {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"},
	Notification:                     {"Message", "MessageId", "Timestamp", "TopicArn", "Type"},
	SubscriptionConfirmed:            {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
}

// cuts are all ways in which a signed text can be cut into these fields.
func cuts(text string, names []string) (all []map[string]string) {
	value, ok := strings.CutPrefix(text, names[0]+"\n")
	if !ok {
		return nil
	}
	if len(names) == 1 {
		if value, ok := strings.CutSuffix(value, "\n"); ok {
			all = append(all, map[string]string{names[0]: value})
		}
		return all
	}
	next := "\n" + names[1] + "\n"
	for at := 0; ; at++ {
		n := strings.Index(value[at:], next)
		if n < 0 {
			return all
		}
		at += n
		for _, rest := range cuts(value[at+1:], names[1:]) {
			rest[names[0]] = value[:at]
			all = append(all, rest)
		}
	}
}

// asBody is a body with these signed fields.
func asBody(t *testing.T, fields map[string]string) []byte {
	t.Helper()
	all := map[string]string{"SignatureVersion": "2", "Signature": "AA==", "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/x.pem"}
	maps.Copy(all, fields)
	return must[[]byte](t)(json.Marshal(all))
}

// TestOneEnvelopeForASignedText: a signed text can be cut into one envelope only that is taken, so that
// nobody can make another message of one that SNS has signed.
func TestOneEnvelopeForASignedText(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	pieces := []string{
		"MessageId", "Subject", "Timestamp", "TopicArn", "Type", "Token", "SubscribeURL", "Message", "m-2", "x", "",
		"2026-11-02T14:02:00.000Z", testARN, Notification, SubscriptionConfirmed,
		"MessageId\nm-2\nTimestamp\n2026-11-02T14:02:00.000Z\nTopicArn\n" + testARN + "\nType\nNotification",
		"m-2\nSubject\nx", "x\nTimestamp\n2026-11-02T14:02:00.000Z", "MessageId\nm-2",
	}
	random := func(lines int) string {
		var text []string
		for range 1 + dice.IntN(lines) {
			text = append(text, pieces[dice.IntN(len(pieces))])
		}
		return strings.Join(text, "\n")
	}
	taken, several := 0, 0
	for range 20000 {
		fields := map[string]string{"Message": random(8), "MessageId": "m-1", "TopicArn": testARN, "Timestamp": "2026-11-02T14:02:00.000Z"}
		switch dice.IntN(3) {
		case 0:
			fields["Type"], fields["Token"], fields["SubscribeURL"] = SubscriptionConfirmed, "t", "https://sns.eu-central-1.amazonaws.com/?x"
		case 1:
			fields["Type"], fields["Subject"] = Notification, "s"
		default:
			fields["Type"] = Notification
		}
		for _, name := range []string{"MessageId", "Subject", "Token", "SubscribeURL"} {
			if fields[name] != "" && dice.IntN(3) == 0 {
				fields[name] = random(3)
			}
		}
		e, err := Decode(asBody(t, fields))
		if err != nil {
			continue
		}
		taken++
		text := string(signedText(e))
		for form, names := range fieldsOf {
			for _, other := range cuts(text, names) {
				o, err := Decode(asBody(t, other))
				if err != nil || string(signedText(o)) != text {
					continue // not taken, or not of that form
				}
				if *o != *e {
					t.Fatalf("one signed text fits two envelopes:\n%#v\nand as %s:\n%#v", *e, form, *o)
				}
				several++
			}
		}
	}
	if taken < 1000 || several < taken {
		t.Fatalf("%d envelopes were taken, and %d found again: the test tries nothing", taken, several)
	}
}

// TestControlCharacters: none stands in a signed field but Message.
func TestControlCharacters(t *testing.T) {
	for _, name := range []string{"Type", "MessageId", "Subject", "Timestamp", "TopicArn", "Token", "SubscribeURL"} {
		for _, c := range []string{"\n", "\r", "\x00", "\t", "\x7f", "\u0085"} {
			fields := map[string]string{
				"Type": SubscriptionConfirmed, "MessageId": "m-1", "Message": "a\nb\tc", "TopicArn": testARN, "Timestamp": "2026-11-02T14:02:00.000Z",
				"Token": "t", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?x", "Subject": "s",
			}
			if _, err := Decode(asBody(t, fields)); err != nil {
				t.Fatal(err)
			}
			fields[name] += c
			if _, err := Decode(asBody(t, fields)); codeOf(err).Status() != 400 {
				t.Errorf("%q in %s: %v", c, name, err)
			}
		}
	}
}
