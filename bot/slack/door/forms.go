package door

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// What Slack signs is a body alone: not the address that it is for, nor how it is to be read. A part of that body is written by
// others, so a body of one kind must never be read as one of another. Each address takes its own kind and no other.

const (
	pathCommands     = "/slack/commands"
	pathInteractions = "/slack/interactions"
	pathEvents       = "/slack/events"
)

// bodyKind is the content type of what Slack sends to an address; "" for addresses that we do not have.
func bodyKind(path string) string {
	switch path {
	case pathCommands, pathInteractions:
		return "application/x-www-form-urlencoded"
	case pathEvents:
		return "application/json"
	}
	return ""
}

// ofKind reports whether a request says, once, that its body is of a kind. Parameters such as a charset do not matter.
func ofKind(r *http.Request, kind string) bool {
	said := r.Header["Content-Type"]
	if len(said) != 1 {
		return false
	}
	media, _, err := mime.ParseMediaType(said[0])
	return err == nil && media == kind
}

// errForm says that a body is not what its address takes. What exactly is wrong is of no use to anybody: Slack does not send it.
var errForm = errors.New("the body is not what this path accepts")

// commandForm reads the form of a slash command: no field comes twice, there is a command, and no payload.
func commandForm(body []byte) (url.Values, error) {
	form, err := formOnce(body)
	if err != nil || !form.Has("command") || form.Has("payload") {
		return nil, errForm
	}
	return form, nil
}

// payloadForm reads the form of an interaction, which is one payload and nothing else, into v.
func payloadForm(body []byte, v any) error {
	form, err := formOnce(body)
	if err != nil || len(form) != 1 || !form.Has("payload") {
		return errForm
	}
	return readJSON([]byte(form.Get("payload")), v)
}

// formOnce reads a form in which no field comes twice: of two readers, one might take the first and one the last.
func formOnce(body []byte) (url.Values, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	for _, values := range form {
		if len(values) != 1 {
			return nil, errForm
		}
	}
	return form, nil
}

// readJSON reads an object of which no member can be taken for another. It is the only way in which what Slack signed as JSON
// is read.
func readJSON(text []byte, v any) error {
	if err := plainObject(text); err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

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
		return errForm
	}
	if err := membersOnce(in, 1); err != nil {
		return err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return errForm // something follows
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
			return errForm
		}
		if depth <= ourDepth {
			name = strings.ToLower(name)
		}
		if seen[name] {
			return errForm
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
		return errForm
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
