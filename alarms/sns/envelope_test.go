package sns

import (
	"errors"
	"strings"
	"testing"
)

// codeOf returns the code of a refusal; empty if there is none.
func codeOf(err error) Code {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Code
	}
	return ""
}

const plainEnvelope = `{"Type":"Notification","MessageId":"m-1","TopicArn":"` + testARN + `","Message":"hi","Timestamp":"2026-11-02T14:02:00.000Z",` +
	`"SignatureVersion":"2","Signature":"AA==","SigningCertURL":"https://sns.eu-central-1.amazonaws.com/x.pem"}`

func TestDecode(t *testing.T) {
	without := func(name string) string {
		return strings.Replace(plainEnvelope, `"`+name+`":`, `"No`+name+`":`, 1)
	}
	with := func(name, value string) string { // a repeated name: the last one counts
		return strings.TrimSuffix(plainEnvelope, "}") + `,"` + name + `":` + value + "}"
	}
	tests := []struct {
		name, body string
		code       Code
		text       string // part of it
	}{
		{"fine", plainEnvelope, "", ""},
		{"unknown fields", with("Else", `{"a":[1]}`), "", ""},
		{"no subject", with("Subject", "null"), "", ""},
		{"empty message", with("Message", `""`), "", ""},
		{"another spelling hides nothing", with("message", `"evil"`), "", ""},
		{"empty", "", CodeEmpty, "empty body; expected an SNS JSON envelope"},
		{"white space", " \n", CodeEmpty, "empty body"},
		{"HTML", "<html><body>", CodeNotJSON, "body is not JSON (starts with '<html')"},
		{"text", "hello world", CodeNotJSON, "body is not JSON (starts with 'hello')"},
		{"binary", "\x1f\x8b\x00", CodeNotJSON, "body is not JSON (starts with '"},
		{"cut off", plainEnvelope[:50], CodeNotJSON, "unexpected end of JSON input"},
		{"two values", plainEnvelope + "{}", CodeNotJSON, "after top-level value"},
		{"array", "[" + plainEnvelope + "]", CodeNotObject, "JSON array"},
		{"string", `"x"`, CodeNotObject, "not a JSON object"},
		{"null", `null`, CodeNotObject, "not a JSON object"},
		{"100 deep", with("Else", strings.Repeat("[", 99)+strings.Repeat("]", 99)), "", ""},
		{"101 deep", with("Else", strings.Repeat("[", 100)+strings.Repeat("]", 100)), CodeNotObject, "nested more than 100"},
		{"10000 brackets", strings.Repeat("[", 10000), CodeNotObject, "nested more than 100"},
		{"too many members", `{"a":0` + strings.Repeat(`,"a":0`, 10_000) + `}`, CodeNotObject, "more than 10000 members"},
		{"too large", `{"a":"` + strings.Repeat("x", MaxBody) + `"}`, CodeTooLarge, "1 MiB"},
		{"no Type", without("Type"), CodeField, "Type is missing"},
		{"no MessageId", without("MessageId"), CodeField, "MessageId is missing"},
		{"no TopicArn", without("TopicArn"), CodeField, "TopicArn is missing"},
		{"no Message", without("Message"), CodeField, "Message is missing"},
		{"no Timestamp", without("Timestamp"), CodeField, "Timestamp is missing"},
		{"no SignatureVersion", without("SignatureVersion"), CodeField, "SignatureVersion is missing"},
		{"no Signature", without("Signature"), CodeField, "Signature is missing"},
		{"no SigningCertURL", without("SigningCertURL"), CodeField, "SigningCertURL is missing"},
		{"empty MessageId", with("MessageId", `""`), CodeField, "MessageId is empty"},
		{"lower case", strings.Replace(plainEnvelope, `"Type"`, `"type"`, 1), CodeField, "Type is missing"},
		{"null", with("TopicArn", "null"), CodeField, "TopicArn is missing"},
		{"object for string", with("Message", `{"a":1}`), CodeField, "Message is not a string"},
		{"number for subject", with("Subject", `1`), CodeField, "Subject is not a string"},
		{"unknown Type", with("Type", `"Notifikation"`), CodeType, `unknown Type "Notifikation"`},
		{"version 3", with("SignatureVersion", `"3"`), CodeField, "SignatureVersion"},
		{"empty version", with("SignatureVersion", `""`), CodeField, "SignatureVersion"},
		{"version as number", with("SignatureVersion", `1`), CodeField, "SignatureVersion"},
		{"no time", with("Timestamp", `"yesterday"`), CodeField, "Timestamp is not a time"},
		{"long id", with("MessageId", `"`+strings.Repeat("x", 201)+`"`), CodeField, "MessageId is longer"},
		{"no Token", with("Type", `"SubscriptionConfirmation"`), CodeField, "Token is missing"},
		{"no SubscribeURL", with("Token", `"x","Type":"UnsubscribeConfirmation"`), CodeField, "SubscribeURL is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Decode([]byte(tt.body))
			if codeOf(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("got %v, want %s %s", err, tt.code, tt.text)
			}
			if (e == nil) == (err == nil) {
				t.Errorf("envelope %v with error %v", e, err)
			}
			if err == nil && (e.Message != "hi" && tt.name != "empty message" || e.HasSubject) {
				t.Errorf("message %q, subject %v", e.Message, e.HasSubject)
			}
		})
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(plainEnvelope))
	f.Add([]byte(strings.Replace(plainEnvelope, `"Message"`, `"message":"x","Mess\u0061ge"`, 1)))
	f.Add([]byte("<html>"))
	body, err := testTopic().Sign(Post{Type: SubscriptionConfirmed, At: testTime})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := Decode(body)
		if err != nil {
			if codeOf(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if e.Type == "" || e.MessageID == "" || e.TopicARN == "" || e.Signature == "" || e.Sent.IsZero() {
			t.Fatalf("a field is missing: %+v", e)
		}
		written, err := e.body()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(written)
		if err != nil {
			t.Fatalf("what we wrote cannot be read: %v\n%s", err, written)
		}
		again.HasSubject = e.HasSubject // an empty one is not written
		if *again != *e {
			t.Fatalf("read %+v, then %+v", e, again)
		}
	})
}
