// Package appconfigfake is an AWS AppConfig with state, for tests: one application with one environment, its profiles and their
// deployments, behind the wire protocol that the real one speaks (rest-json). It knows only the calls of rollbacks.
package appconfigfake

import (
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/appconfig"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// An Environment is an AppConfig with one environment. Its fields are set before it is used.
type Environment struct {
	*awsfake.Server
	Now func() time.Time
	// Takes is how long a deployment takes, and how long it is watched after that.
	Takes time.Duration
	// Contents are what AppConfig stores of the profile flags, by versions; of others it stores nothing.
	Contents map[string]string

	mu          sync.Mutex
	deployments []*deployment // the oldest first
}

// The names and ids of what there is.
const (
	application, applicationID = "shop", "app1234"
	environment, environmentID = "prod", "env1234"
)

func profiles() map[string]string { return map[string]string{"flags": "pro1234", "limits": "pro5678"} }

type deployment struct {
	number             int
	profile, version   string
	strategy           string
	state              string
	started, completed time.Time
	ends               time.Time // of what it is doing
}

// States of deployments.
const (
	deploying   = "DEPLOYING"
	baking      = "BAKING"
	complete    = "COMPLETE"
	rollingBack = "ROLLING_BACK"
	rolledBack  = "ROLLED_BACK"
	reverted    = "REVERTED"
)

// New makes an environment.
func New(now func() time.Time) *Environment {
	e := &Environment{Now: now, Takes: 5 * time.Minute, Contents: map[string]string{}}
	const env = "/applications/{ApplicationId}/environments/{EnvironmentId}/deployments"
	ids := []string{"ApplicationId", "EnvironmentId"}
	e.Server = awsfake.REST(map[string]string{
		"GET /applications": "ListApplications", "GET /applications/{ApplicationId}/environments": "ListEnvironments",
		"GET /applications/{ApplicationId}/configurationprofiles": "ListConfigurationProfiles",
		"GET " + env: "ListDeployments", "POST " + env: "StartDeployment", "GET " + env + "/{DeploymentNumber}": "GetDeployment",
		"DELETE " + env + "/{DeploymentNumber}": "StopDeployment",
	}, map[string]awsfake.Operation{
		"ListApplications": {In: appconfig.ListApplicationsInput{}, Out: appconfig.ListApplicationsOutput{},
			Do: listed(map[string]string{application: applicationID})},
		"ListEnvironments": {In: appconfig.ListEnvironmentsInput{}, Out: appconfig.ListEnvironmentsOutput{}, Required: ids[:1],
			Do: listed(map[string]string{environment: environmentID})},
		"ListConfigurationProfiles": {In: appconfig.ListConfigurationProfilesInput{}, Out: appconfig.ListConfigurationProfilesOutput{},
			Required: ids[:1], Do: listed(profiles())},
		"ListDeployments": {In: appconfig.ListDeploymentsInput{}, Out: appconfig.ListDeploymentsOutput{}, Required: ids, Do: e.list},
		"GetDeployment": {In: appconfig.GetDeploymentInput{}, Out: appconfig.GetDeploymentOutput{},
			Required: append(ids, "DeploymentNumber"), Do: e.get},
		"StopDeployment": {In: appconfig.StopDeploymentInput{}, Out: appconfig.StopDeploymentOutput{},
			Required: append(ids, "DeploymentNumber"), Do: e.stop},
		"StartDeployment": {In: appconfig.StartDeploymentInput{}, Out: appconfig.StartDeploymentOutput{},
			Required: append(ids, "ConfigurationProfileId", "ConfigurationVersion", "DeploymentStrategyId"), Do: e.start},
	})
	return e
}

// hosted is the path of a version that AppConfig stores.
var hosted = regexp.MustCompile(`^/applications/app1234/configurationprofiles/pro[0-9]+/hostedconfigurationversions/([0-9]+)$`)

// ServeHTTP implements [http.Handler]. Answers have the time of the environment's clock. A version that is stored is answered as it is,
// and not in JSON of the protocol.
func (e *Environment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", e.Now().UTC().Format(http.TimeFormat))
	m := hosted.FindStringSubmatch(r.URL.Path)
	switch {
	case m != nil && e.Contents[m[1]] == "":
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		http.Error(w, "{}", http.StatusNotFound)
		return
	case m != nil:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Version-Number", m[1])
		_, _ = w.Write([]byte(e.Contents[m[1]]))
		return
	}
	e.Server.ServeHTTP(w, r)
}

// Deployed adds a deployment of a version that has completed so long ago. Tests call it with the oldest first.
func (e *Environment) Deployed(profile, version string, ago time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.add(profile, version, "")
	d.started, d.completed, d.state = e.Now().Add(-ago-time.Hour), e.Now().Add(-ago), complete
}

// Deploys begins a deployment of a version.
func (e *Environment) Deploys(profile, version string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.add(profile, version, "")
}

// Set sets the state of the newest deployment.
func (e *Environment) Set(state string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deployments[len(e.deployments)-1].state = state
}

func (e *Environment) add(profile, version, strategy string) *deployment {
	d := &deployment{number: len(e.deployments) + 1, profile: profile, version: version, strategy: strategy,
		state: deploying, started: e.Now(), ends: e.Now().Add(e.Takes)}
	e.deployments = append(e.deployments, d)
	return d
}

// Version is the one that clients get, or are about to.
func (e *Environment) Version(profile string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settle()
	for _, d := range slices.Backward(e.deployments) {
		if d.profile == profile && (d.state == deploying || d.state == baking || d.state == complete) {
			return d.version
		}
	}
	return ""
}

// Strategy is that of the newest deployment.
func (e *Environment) Strategy() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.deployments[len(e.deployments)-1].strategy
}

// settle brings deployments up to now. There are no timers: whoever looks calls this first.
func (e *Environment) settle() {
	for _, d := range e.deployments {
		if d.state == deploying && !d.ends.After(e.Now()) {
			d.state, d.ends = baking, d.ends.Add(e.Takes)
		}
		if d.ends.After(e.Now()) {
			continue
		}
		switch d.state {
		case baking:
			d.state, d.completed = complete, d.ends
		case rollingBack:
			d.state = rolledBack
		}
	}
}
