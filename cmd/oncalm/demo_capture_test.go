package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDemoCapture: in the demo, too, a reaction puts what somebody said onto the timeline, and the report of the week tells of it.
func TestDemoCapture(t *testing.T) {
	url := startDemo(t)
	does := func(path, format string, args ...any) {
		t.Helper()
		resp, err := http.Post(url+path, "application/json", strings.NewReader(fmt.Sprintf(format, args...)))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || strings.Contains(string(body), `"error"`) {
			t.Fatalf("%s: %s %s", path, resp.Status, body)
		}
	}
	sees := func(want string) (ts string) {
		t.Helper()
		var body []byte
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			resp, err := http.Get(url + "chat/state?as=U0ANA&in=C0INCIDENTS")
			if err != nil {
				t.Fatal(err)
			}
			body, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			var state struct {
				Open struct{ Messages []struct{ TS, Text string } }
			}
			if err = errors.Join(err, json.Unmarshal(body, &state)); err != nil {
				t.Fatal(err)
			}
			for _, m := range state.Open.Messages {
				if strings.Contains(m.Text, want) {
					return m.TS
				}
			}
		}
		t.Fatalf("%q is not to be seen in\n%s", want, body)
		return ""
	}
	does("chat/control", `{"id":"fire"}`)
	sees("checkout-5xx-rate")
	does("chat/send", `{"as":"U0BO","channel":"C0INCIDENTS","text":"checkout was deployed at 13:58"}`)
	ts := sees("checkout was deployed")
	does("chat/react", `{"as":"U0ANA","channel":"C0INCIDENTS","ts":%q,"name":"pushpin"}`, ts)
	sees("On the timeline of ")
	does("chat/send", `{"as":"U0ANA","channel":"C0INCIDENTS","text":"/incident timeline"}`)
	sees("bo: checkout was deployed at 13:58")
	does("chat/control", `{"id":"week"}`)
	sees("The week's incidents: 1 incident (sev1 1); 1 open still.")
}
