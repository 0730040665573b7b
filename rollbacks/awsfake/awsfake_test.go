package awsfake_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

type kind string

func (kind) Values() []kind { return []kind{"GOOD", "BAD"} }

type (
	inner struct{ Name *string }
	in    struct {
		ID    *string
		Kind  kind
		List  []inner
		Names []string
		Map   map[string]inner
		Deep  *inner
	}
	out struct{ Answer *string }
)

// ask posts a body with some headers, and returns the answer.
func ask(t *testing.T, s *awsfake.Server, method, path, body string, header map[string]string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(text)
}

func operations(answer any) map[string]awsfake.Operation {
	return map[string]awsfake.Operation{"Do": {In: in{}, Out: out{}, Required: []string{"iD"},
		Do: func(awsfake.Call) (any, *awsfake.Problem) { return answer, nil }}}
}

// TestJSON holds that requests and answers are of the model, and all others are refused.
func TestJSON(t *testing.T) {
	good := map[string]string{"X-Amz-Target": "Svc.Do", "Content-Type": "application/x-amz-json-1.1"}
	s := awsfake.JSON("Svc", operations(map[string]any{"answer": "yes"}))
	for body, want := range map[string]string{
		`{"iD":"a","kind":"GOOD","list":[{"name":"x"}],"names":["n"],"map":{"k":{"name":"x"}},"deep":{"name":"x"}}`: `{"answer":"yes"}`,
		`{"kind":"GOOD"}`:                      "iD is required",
		`{"iD":"a","kind":"UGLY"}`:             `is no kind`,
		`{"iD":"a","other":1}`:                 "in has no member other",
		`{"iD":"a","list":[{"other":"x"}]}`:    "inner has no member other",
		`{"iD":"a","map":{"k":{"other":"x"}}}`: "inner has no member other",
		`{"iD":"a","deep":{"other":"x"}}`:      "inner has no member other",
		`{"iD":"a","deep":"x"}`:                `is no awsfake_test.inner`,
		`{"iD":"a","deep":["x"]}`:              `a list is no awsfake_test.inner`,
		`{"iD":{"a":1}}`:                       `an object is no string`,
		`[`:                                    "SerializationException",
	} {
		code, got := ask(t, s, http.MethodPost, "/", body, good)
		if !strings.Contains(strings.ReplaceAll(got, `\"`, `"`), want) || (code == http.StatusOK) != strings.Contains(want, "answer") {
			t.Errorf("%s: %d %s, want %s", body, code, got, want)
		}
	}
	for name, value := range map[string]string{"X-Amz-Target": "Svc.Other", "Content-Type": "application/json", "Authorization": ""} {
		header := map[string]string{"X-Amz-Target": "Svc.Do", "Content-Type": "application/x-amz-json-1.1"}
		header[name] = value
		if code, got := ask(t, s, http.MethodPost, "/", `{"iD":"a"}`, header); code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, code, got)
		}
	}
	odd := awsfake.JSON("Svc", operations(map[string]any{"unheard": "yes"}))
	if code, got := ask(t, odd, http.MethodPost, "/", `{"iD":"a"}`, good); code != http.StatusInternalServerError {
		t.Errorf("an answer that the model does not have: %d %s", code, got)
	}
}

// TestQuery: forms come in, and XML goes out.
func TestQuery(t *testing.T) {
	type result struct {
		XMLName xml.Name `xml:"DoResult" json:"-"`
		Answer  string
	}
	all := operations(result{Answer: "yes"})
	o := all["Do"]
	o.Required = []string{"ID"}
	all["Do"] = o
	s := awsfake.Query("urn:x", "2010-05-15", all)
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for body, want := range map[string]string{
		"Action=Do&Version=2010-05-15&ID=a&Kind=BAD&Names.member.1=x&Names.member.2=y": "<DoResult><Answer>yes</Answer></DoResult>",
		"Action=Do&Version=2010-05-15":               "<Message>ID is required</Message>",
		"Action=Do&Version=2010-05-15&ID=a&Other=b":  "in has no member Other",
		"Action=Do&Version=2010-05-15&ID.member.1=b": "a list is no",
		"Action=Do&Version=2010-05-16&ID=a":          "<Code>InvalidAction</Code>",
		"Action=Other&Version=2010-05-15":            "UnknownOperationException",
	} {
		code, got := ask(t, s, http.MethodPost, "/", body, header)
		if !strings.Contains(got, want) || (code == http.StatusOK) != strings.Contains(want, "Answer") {
			t.Errorf("%s: %d %s, want %s", body, code, got, want)
		}
	}
}

// TestFaults: a call fails so often as it was said, and each is counted.
func TestFaults(t *testing.T) {
	s := awsfake.REST(map[string]string{"PUT /do/{iD}": "Do"}, operations(map[string]any{"Answer": "yes"}))
	s.Fail("Do", awsfake.Fault{Code: "Down", Status: 503, Left: 1})
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		if code, got := ask(t, s, http.MethodPut, "/do/a", "", nil); code != want {
			t.Errorf("%d %s, want %d", code, got, want)
		}
	}
	s.Fail("Do", awsfake.Fault{Deaf: true, Left: -1})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it answered")
			}
		}()
		ask(t, s, http.MethodPut, "/do/a", "", nil)
	}()
	if s.Calls("Do") != 3 {
		t.Error(s.Calls("Do"))
	}
}
