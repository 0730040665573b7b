package chat

import (
	"errors"
	"strings"
	"testing"
)

// TestSeal: an address is read with the token and for the request that it was sealed with, and with no other; nothing of it is in what is
// written down.
func TestSeal(t *testing.T) {
	const address = "https://hooks.slack.com/actions/T1/2/abcdef"
	s := newSeal("xoxb-one")
	sealed := s.close(address, "slack:1")
	if got, err := s.open(sealed, "slack:1"); got != address || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if strings.Contains(sealed, "hooks") || s.close(address, "slack:1") == sealed {
		t.Errorf("it tells too much: %s", sealed)
	}
	for name, open := range map[string]func() (string, error){
		"another token":   func() (string, error) { return newSeal("xoxb-two").open(sealed, "slack:1") },
		"another request": func() (string, error) { return s.open(sealed, "slack:2") },
		"changed":         func() (string, error) { return s.open("A"+sealed[1:], "slack:1") },
		"cut":             func() (string, error) { return s.open(sealed[:8], "slack:1") },
		"no base64":       func() (string, error) { return s.open("?", "slack:1") },
		"nothing":         func() (string, error) { return s.open("", "slack:1") },
	} {
		if got, err := open(); got != "" || !errors.Is(err, errSealed) {
			if name == "changed" && sealed[0] == 'A' {
				continue
			}
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}
