// Package lambdafake is an AWS Lambda with state, for tests: functions with versions and aliases, behind the wire protocol that the real
// one speaks (rest-json). It knows only the calls of rollbacks.
package lambdafake

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Function is one function with one alias. Its fields are set before it is used.
type Function struct {
	*awsfake.Server
	Name, Alias string
	Codes       []string // of the versions, from 1 on
	Page        int      // how many versions are listed at a time; 0: 50

	mu       sync.Mutex
	version  string
	weights  map[string]float64
	revision int
}

// New makes a function with an alias, and versions of some codes.
func New(name, alias string, codes ...string) *Function {
	f := &Function{Name: name, Alias: alias, Codes: codes}
	f.Server = awsfake.REST(map[string]string{
		"GET /2015-03-31/functions/{FunctionName}/versions":       "ListVersionsByFunction",
		"GET /2015-03-31/functions/{FunctionName}/aliases/{Name}": "GetAlias",
		"PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}": "UpdateAlias",
	}, map[string]awsfake.Operation{
		"ListVersionsByFunction": {In: lambda.ListVersionsByFunctionInput{}, Out: lambda.ListVersionsByFunctionOutput{},
			Required: []string{"FunctionName"}, Do: f.list},
		"GetAlias": {In: lambda.GetAliasInput{}, Out: lambda.GetAliasOutput{}, Required: []string{"FunctionName", "Name"}, Do: f.get},
		"UpdateAlias": {In: lambda.UpdateAliasInput{}, Out: lambda.UpdateAliasOutput{}, Required: []string{"FunctionName", "Name"},
			Do: f.update},
	})
	return f
}

// Set moves the alias, as somebody else would.
func (f *Function) Set(version string, weights map[string]float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version, f.weights = version, weights
	f.revision++
}

// Now is where the alias is.
func (f *Function) Now() (version string, weights map[string]float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, f.weights
}

// find says that the function or alias is not there.
func (f *Function) find(call awsfake.Call) *awsfake.Problem {
	alias := call.HTTP.PathValue("Name")
	if call.HTTP.PathValue("FunctionName") == f.Name && (alias == "" || alias == f.Alias) {
		return nil
	}
	return &awsfake.Problem{Code: "ResourceNotFoundException", Message: "Cannot find it", Status: http.StatusNotFound}
}

func (f *Function) get(call awsfake.Call) (any, *awsfake.Problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.alias(), f.find(call)
}

func (f *Function) alias() map[string]any {
	out := map[string]any{
		"AliasArn": awsfake.ARN("lambda", "function:"+f.Name+":"+f.Alias), "Name": f.Alias,
		"FunctionVersion": f.version, "RevisionId": strconv.Itoa(f.revision),
	}
	if len(f.weights) > 0 {
		out["RoutingConfig"] = map[string]any{"AdditionalVersionWeights": f.weights}
	}
	return out
}

func (f *Function) list(call awsfake.Call) (any, *awsfake.Problem) {
	if p := f.find(call); p != nil {
		return nil, p
	}
	page := f.Page
	if page == 0 {
		page = 50
	}
	from, _ := strconv.Atoi(call.HTTP.URL.Query().Get("Marker"))
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
	return out, nil
}

func (f *Function) update(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		FunctionVersion string
		RevisionID      string `json:"RevisionId"`
		RoutingConfig   *struct{ AdditionalVersionWeights map[string]float64 }
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(call); p != nil {
		return nil, p
	}
	if in.RevisionID != "" && in.RevisionID != strconv.Itoa(f.revision) {
		return nil, &awsfake.Problem{Code: "PreconditionFailedException", Message: "The RevisionId provided does not match",
			Status: http.StatusPreconditionFailed}
	}
	f.version = in.FunctionVersion
	// a routing that is left out stays, and so do weights that are
	if in.RoutingConfig != nil && in.RoutingConfig.AdditionalVersionWeights != nil {
		f.weights = in.RoutingConfig.AdditionalVersionWeights
	}
	f.revision++
	return f.alias(), nil
}
