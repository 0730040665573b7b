package wire

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Args are the arguments of a call. What was sent as JSON other than a string is
// kept as its JSON text, so that a form and a JSON body look alike.
type Args map[string]string

// ParseArgs reads the arguments of a request from its query, its body and its Authorization header.
func ParseArgs(r *http.Request, body []byte) (Args, error) {
	a := Args{}
	addForm(a, r.URL.Query())
	var err error
	switch ctype, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); ctype {
	case "application/json":
		if !json.Valid(body) {
			err = Refuse("invalid_json")
		}
		maps.Copy(a, JSONArgs(body))
	case "application/x-www-form-urlencoded", "":
		form, ferr := url.ParseQuery(string(body))
		if ferr != nil {
			err = Refuse("invalid_form_data")
		}
		addForm(a, form)
	default:
		err = Refuse("invalid_post_type")
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		a["token"] = token
	}
	return a, err
}

func addForm(a Args, form url.Values) {
	for k := range form {
		a[k] = form.Get(k)
	}
}

// JSONArgs reads arguments from an object of JSON; there are none in anything else.
func JSONArgs(body []byte) Args {
	var fields map[string]json.RawMessage
	a := Args{}
	if json.Unmarshal(body, &fields) != nil {
		return a
	}
	for k, v := range fields {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			a[k] = text
		default:
			a[k] = string(v)
		}
	}
	return a
}

// Bool says whether an argument is true.
func (a Args) Bool(key string) bool { return a[key] == "true" || a[key] == "1" }

// Has says whether an argument was given.
func (a Args) Has(key string) bool { _, ok := a[key]; return ok }

// List splits a list given with commas or as a JSON array.
func (a Args) List(key string) []string {
	var all []string
	if json.Unmarshal([]byte(a[key]), &all) == nil {
		return all
	}
	for v := range strings.SplitSeq(a[key], ",") {
		if v = strings.TrimSpace(v); v != "" {
			all = append(all, v)
		}
	}
	return all
}
