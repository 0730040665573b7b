package replies

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for body, want := range map[string]struct {
		do Do
		id string
	}{
		"ACK 42": {Acknowledge, "42"}, "ack 42": {Acknowledge, "42"}, " Ack  #42. ": {Acknowledge, "42"}, "ACK#42": {Acknowledge, "42"},
		"A": {Acknowledge, ""}, "a": {Acknowledge, ""}, "Ack": {Acknowledge, ""}, "a 7": {Acknowledge, "7"}, "ACK\n42": {Acknowledge, "42"},
		"RESOLVE 42": {Resolve, "42"}, "resolve #42!": {Resolve, "42"},
		"STOP": {Stop, ""}, "stop": {Stop, ""},
		"": {}, "RESOLVE": {}, "R 42": {}, "ACK 042": {}, "ACK 4 2": {}, "ACK ##4": {}, "ACK -4": {}, "ACK 42x": {}, "ACK 42 43": {},
		"ACK 1234567890": {}, "ACKNOWLEDGE": {}, "please ack 42": {}, "ACK ４２": {}, "A" + strings.Repeat(" ", 60) + "1": {}, "#42": {}, "42": {},
		"STOP 42": {},
	} {
		if do, id := Parse(body); do != want.do || id != want.id {
			t.Errorf("%q is %v %q, want %v %q", body, do, id, want.do, want.id)
		}
	}
}

func TestRead(t *testing.T) {
	r, ok := Read(`{"originationNumber":"+4915112345678","destinationNumber":"+1","messageKeyword":"K","messageBody":"ACK \u0034\u0032",` +
		`"inboundMessageId":"i-1","previousPublishedMessageId":"p"}`)
	if want := (Reply{"+4915112345678", "ACK 42", "i-1"}); !ok || r != want {
		t.Errorf("%+v, %v", r, ok)
	}
	for _, message := range []string{"", "ACK 42", "[]", "{}", `{"originationNumber":42}`, `{"messageBody":"ACK 42"}`, `{"originationNumber":""`} {
		if r, ok := Read(message); ok {
			t.Errorf("%q is %+v", message, r)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"ACK 42", "a", "RESOLVE #1", "STOP", "ack\u00a042", "\xff", "Aſ 1", "ACK 999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		do, id := Parse(body)
		for _, r := range id {
			if r < '0' || r > '9' {
				t.Fatalf("%q names the incident %q", body, id)
			}
		}
		if id != "" && (id[0] == '0' || !strings.Contains(body, id)) || len(id) > digits {
			t.Fatalf("%q names the incident %q", body, id)
		}
		if do == Resolve && id == "" || (do == Nothing || do == Stop) && id != "" {
			t.Fatalf("%q is %v %q", body, do, id)
		}
		upper, same := Parse(" " + strings.ToLower(strings.ToUpper(body)) + ". ")
		if ascii(body) && len(body) < longest-4 && (upper != do || same != id) {
			t.Fatalf("%q depends on case or on what stands around it: %v %q, %v %q", body, do, id, upper, same)
		}
		message, err := json.Marshal(map[string]string{"originationNumber": "+1", "messageBody": body})
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := Read(string(message)); !ok || ascii(body) && r.Body != body {
			t.Fatalf("%q is read as %+v, %v", body, r, ok)
		}
	})
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0 }
