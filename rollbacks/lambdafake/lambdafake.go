// Package lambdafake is an AWS Lambda with state, for tests: functions with versions and aliases, behind the wire protocol that the real
// one speaks (rest-json). It knows only the calls of rollbacks.
package lambdafake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// A Function is one function with one alias. Its fields are set before it is used.
type Function struct {
	Name, Alias string
	Codes       []string // of the versions, from 1 on
	Page        int      // how many versions are listed at a time; 0: 50

	mu       sync.Mutex
	version  string
	weights  map[string]float64
	revision int
	calls    int // of UpdateAlias
	code     string
	status   int
	deaf     bool
}

// Set moves the alias, as somebody else would.
func (f *Function) Set(version string, weights map[string]float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version, f.weights = version, weights
	f.revision++
}

// Fail has each update of the alias go wrong: with an error, or, deaf, it is done and not answered.
func (f *Function) Fail(status int, code string, deaf bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status, f.code, f.deaf = status, code, deaf
}

// Now is where the alias is, and how often an update was asked for.
func (f *Function) Now() (version string, weights map[string]float64, updates int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, f.weights, f.calls
}

const root = "/2015-03-31/functions/"

// ServeHTTP implements [http.Handler].
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, root), "/")
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="):
		problem(w, http.StatusForbidden, "MissingAuthenticationTokenException")
	case name != f.Name:
		problem(w, http.StatusNotFound, "ResourceNotFoundException")
	case r.Method == http.MethodGet && rest == "versions":
		f.list(w, r)
	case rest != "aliases/"+f.Alias:
		problem(w, http.StatusNotFound, "ResourceNotFoundException")
	case r.Method == http.MethodGet:
		answer(w, f.alias())
	case r.Method == http.MethodPut:
		f.update(w, r)
	default:
		problem(w, http.StatusMethodNotAllowed, "InvalidRequest")
	}
}

func (f *Function) alias() map[string]any {
	out := map[string]any{
		"AliasArn": "arn:aws:lambda:eu-central-1:123456789012:function:" + f.Name + ":" + f.Alias, "Name": f.Alias,
		"FunctionVersion": f.version, "RevisionId": strconv.Itoa(f.revision),
	}
	if len(f.weights) > 0 {
		out["RoutingConfig"] = map[string]any{"AdditionalVersionWeights": f.weights}
	}
	return out
}

func (f *Function) list(w http.ResponseWriter, r *http.Request) {
	page := f.Page
	if page == 0 {
		page = 50
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("Marker"))
	versions := []any{}
	if from == 0 {
		versions = append(versions, map[string]any{"Version": "$LATEST", "CodeSha256": "latest"})
	}
	n := from
	for ; n < len(f.Codes) && n < from+page; n++ {
		versions = append(versions, map[string]any{
			"Version": strconv.Itoa(n + 1), "CodeSha256": f.Codes[n], "LastModified": fmt.Sprintf("2026-03-%02dT10:00:00.000+0000", n+1),
		})
	}
	out := map[string]any{"Versions": versions}
	if n < len(f.Codes) {
		out["NextMarker"] = strconv.Itoa(n)
	}
	answer(w, out)
}

func (f *Function) update(w http.ResponseWriter, r *http.Request) {
	f.calls++
	var in struct {
		FunctionVersion string
		Description     *string
		RevisionId      string //nolint:revive // as the wire has it
		RoutingConfig   *struct{ AdditionalVersionWeights map[string]float64 }
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	switch {
	case err != nil || decoder.Decode(&in) != nil:
		problem(w, http.StatusBadRequest, "InvalidParameterValueException")
		return
	case f.status != 0 && !f.deaf:
		problem(w, f.status, f.code)
		return
	case in.RevisionId != "" && in.RevisionId != strconv.Itoa(f.revision):
		problem(w, http.StatusPreconditionFailed, "PreconditionFailedException")
		return
	}
	f.version = in.FunctionVersion
	if in.RoutingConfig != nil { // left out, it stays
		f.weights = in.RoutingConfig.AdditionalVersionWeights
	}
	f.revision++
	if f.deaf {
		panic(http.ErrAbortHandler)
	}
	answer(w, f.alias())
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": "User", "message": "a problem of the fake"})
}
