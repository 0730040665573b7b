package incoming

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// ErrForm says that something is not what its kind of request is. What exactly is wrong is of no use to anybody: Slack does not send it.
var ErrForm = errors.New("the body is not what this path accepts")

const (
	// maxDepth is how deeply what Slack sends may be nested.
	maxDepth = 100
	// ourDepth is how deep the members lie whose names Slack chooses, among them all that say who did what. Deeper, such as in the
	// values of a form, names are chosen by others, and two may differ in capitals only.
	ourDepth = 3
)

// plainObject finds members that come twice. Our reader takes "Type" for "type" as well, and the last of several counts.
func plainObject(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	if begin, err := in.Token(); err != nil || begin != json.Delim('{') {
		return ErrForm
	}
	if err := membersOnce(in, 1); err != nil {
		return err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return ErrForm // something follows
	}
	return nil
}

// membersOnce reads the rest of an object at a depth.
func membersOnce(in *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for in.More() {
		token, err := in.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return ErrForm
		}
		if depth <= ourDepth {
			name = strings.ToLower(name)
		}
		if seen[name] {
			return ErrForm
		}
		seen[name] = true
		if err := valueOnce(in, depth); err != nil {
			return err
		}
	}
	_, err := in.Token()
	return err
}

// valueOnce reads one value, with all that is in it.
func valueOnce(in *json.Decoder, depth int) error {
	token, err := in.Token()
	switch {
	case err != nil:
		return err
	case depth >= maxDepth:
		return ErrForm
	case token == json.Delim('{'):
		return membersOnce(in, depth+1)
	case token == json.Delim('['):
		for in.More() {
			if err := valueOnce(in, depth+1); err != nil {
				return err
			}
		}
		_, err = in.Token()
	}
	return err
}
