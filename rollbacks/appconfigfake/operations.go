package appconfigfake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

func problem(code string, status int) *awsfake.Problem {
	return &awsfake.Problem{Code: code, Message: "a problem of the fake", Status: status}
}

// listed answers a list of what has a name and an id. The first page is empty, as a page may be.
func listed(all map[string]string) func(awsfake.Call) (any, *awsfake.Problem) {
	return func(c awsfake.Call) (any, *awsfake.Problem) {
		if id := c.HTTP.PathValue("ApplicationId"); id != "" && id != applicationID {
			return nil, problem("ResourceNotFoundException", http.StatusNotFound)
		}
		if c.HTTP.URL.Query().Get("next_token") == "" {
			return map[string]any{"Items": []any{}, "NextToken": "more"}, nil
		}
		items := []any{}
		for name, id := range all {
			items = append(items, map[string]any{"Name": name, "Id": id})
		}
		return map[string]any{"Items": items}, nil
	}
}

// here leaves the lock held if the environment is meant.
func (e *Environment) here(c awsfake.Call) *awsfake.Problem {
	if c.HTTP.PathValue("ApplicationId") != applicationID || c.HTTP.PathValue("EnvironmentId") != environmentID {
		return problem("ResourceNotFoundException", http.StatusNotFound)
	}
	e.mu.Lock()
	e.settle()
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (e *Environment) list(c awsfake.Call) (any, *awsfake.Problem) {
	if p := e.here(c); p != nil {
		return nil, p
	}
	defer e.mu.Unlock()
	items := []any{}
	for _, d := range slices.Backward(e.deployments) {
		one := map[string]any{"DeploymentNumber": d.number, "ConfigurationName": d.profile, "ConfigurationVersion": d.version,
			"State": d.state, "StartedAt": stamp(d.started)}
		if d.state == complete || d.state == reverted {
			one["CompletedAt"] = stamp(d.completed)
		}
		items = append(items, one)
	}
	return map[string]any{"Items": items}, nil
}

// find leaves the lock held if there is such a deployment.
func (e *Environment) find(c awsfake.Call) (*deployment, *awsfake.Problem) {
	if p := e.here(c); p != nil {
		return nil, p
	}
	n, err := strconv.Atoi(c.HTTP.PathValue("DeploymentNumber"))
	if err != nil || n < 1 || n > len(e.deployments) {
		e.mu.Unlock()
		return nil, problem("ResourceNotFoundException", http.StatusNotFound)
	}
	return e.deployments[n-1], nil
}

func (d *deployment) whole() map[string]any {
	return map[string]any{"ApplicationId": applicationID, "EnvironmentId": environmentID, "DeploymentNumber": d.number,
		"ConfigurationName": d.profile, "ConfigurationProfileId": profiles()[d.profile], "ConfigurationVersion": d.version, "State": d.state,
		"PercentageComplete": 100.0, "EventLog": []any{map[string]any{"Description": "it is " + strings.ToLower(d.state)}}}
}

func (e *Environment) get(c awsfake.Call) (any, *awsfake.Problem) {
	d, p := e.find(c)
	if p != nil {
		return nil, p
	}
	defer e.mu.Unlock()
	return d.whole(), nil
}

// stop stops what is being deployed; with Allow-Revert also what is watched after that, and what has completed within three days.
func (e *Environment) stop(c awsfake.Call) (any, *awsfake.Problem) {
	d, p := e.find(c)
	if p != nil {
		return nil, p
	}
	defer e.mu.Unlock()
	allowed := c.HTTP.Header.Get("Allow-Revert") == "true"
	switch {
	case d.state == deploying, d.state == baking && allowed:
		d.state, d.ends = rollingBack, e.Now().Add(e.Takes/2)
	case d.state == complete && allowed && e.Now().Sub(d.completed) < 72*time.Hour:
		d.state = reverted
	default:
		return nil, problem("BadRequestException", http.StatusBadRequest)
	}
	return d.whole(), nil
}

// start deploys one thing at a time.
func (e *Environment) start(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ ConfigurationProfileId, ConfigurationVersion, DeploymentStrategyId string } //nolint:revive // as the wire has them
	if p := c.Read(&in); p != nil {
		return nil, p
	}
	if p := e.here(c); p != nil {
		return nil, p
	}
	defer e.mu.Unlock()
	profile := ""
	for name, id := range profiles() {
		if id == in.ConfigurationProfileId {
			profile = name
		}
	}
	busy := func(d *deployment) bool { return d.state == deploying || d.state == baking || d.state == rollingBack }
	switch {
	case profile == "":
		return nil, problem("ResourceNotFoundException", http.StatusNotFound)
	case slices.ContainsFunc(e.deployments, busy):
		return nil, problem("ConflictException", http.StatusConflict)
	}
	return e.add(profile, in.ConfigurationVersion, in.DeploymentStrategyId).whole(), nil
}
