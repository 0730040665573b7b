// Package codedeployfake is an AWS CodeDeploy with state, for tests: one deployment group with its deployments, behind the wire protocol
// that the real one speaks (awsJson 1.1). It knows only the calls of rollbacks.
package codedeployfake

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Group is a CodeDeploy with one deployment group. Its fields are set before it is used.
type Group struct {
	*awsfake.Server
	Application, Name string
	Platform          string // Server, Lambda or ECS
	Now               func() time.Time
	// Takes is how long a deployment takes.
	Takes time.Duration
	// StopTakes is how long it takes until a deployment that is to be stopped is.
	StopTakes time.Duration
	// Page is how many deployments are listed at a time.
	Page int
	// Alarms are those of the group; while Firing, they stop deployments.
	Alarms []string
	Firing bool
	// AutoRollback rolls deployments back that fail.
	AutoRollback bool
	// Waits has deployments wait for somebody to let the traffic go over.
	Waits bool

	mu          sync.Mutex
	deployments []*deployment
}

// deployment is one of the group. They are in the order in which they were made.
type deployment struct {
	id, creator, description string
	revision                 map[string]any
	previous                 map[string]any // nil for the first
	files                    string
	created, ends            time.Time
	status                   string
	reason                   string
	stops                    time.Time // when it will be stopped; zero: nobody has asked for that
	back                     bool      // whether it is rolled back then
	backID, backOf, backSays string
	shifted                  bool // the traffic has gone over, and what was there before still stands
}

// New makes a group.
func New(application, name, platform string, now func() time.Time) *Group {
	g := &Group{Application: application, Name: name, Platform: platform, Now: now, Takes: 5 * time.Minute, Page: 100}
	g.Server = awsfake.JSON("CodeDeploy_20141006", g.operations())
	return g
}

// Revision is a revision of a number, as the platform of the group has them.
func (g *Group) Revision(n int) map[string]any {
	switch g.Platform {
	case "ECS":
		return spec(fmt.Sprintf(`{"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"%s"}}}]}`,
			awsfake.ARN("ecs", fmt.Sprintf("task-definition/web:%d", n))))
	case "Lambda":
		return spec(fmt.Sprintf("version: 0.0\nResources:\n- charge:\n    Type: AWS::Lambda::Function\n    Properties:\n"+
			"      Name: charge\n      Alias: live\n      CurrentVersion: \"%d\"\n      TargetVersion: \"%d\"\n", n-1, n))
	}
	return map[string]any{"revisionType": "S3", "s3Location": map[string]any{"bucket": "releases", "key": "web.zip",
		"bundleType": "zip", "version": fmt.Sprintf("v%d", n), "eTag": fmt.Sprintf("e%d", n)}}
}

func spec(content string) map[string]any {
	return map[string]any{"revisionType": "AppSpecContent",
		"appSpecContent": map[string]any{"content": content, "sha256": digest(content)}}
}

// Raw is a revision of Lambda as CloudFormation makes it.
func Raw(revision map[string]any) map[string]any {
	return map[string]any{"revisionType": "String", "string": map[string]any{"content": text(revision), "sha256": digest(text(revision))}}
}

func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// Deployed adds a deployment that has ended so long ago, with a status. Tests call it with the oldest first.
func (g *Group) Deployed(revision map[string]any, creator, status string, ago time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.make(revision, creator)
	d.created, d.ends, d.status = g.Now().Add(-ago), g.Now().Add(-ago), status
}

// Deploys begins a deployment, as a pipeline does.
func (g *Group) Deploys(revision map[string]any, creator string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	g.make(revision, creator)
}

// Set changes the newest deployment.
func (g *Group) Set(o Options) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	last := g.deployments[len(g.deployments)-1]
	if o.Status != "" {
		last.status, last.reason = o.Status, o.Reason
	}
	if o.RollbackOf != "" {
		last.backOf, last.backSays = o.RollbackOf, o.Reason
	}
	last.shifted = o.Shifted
	if o.NotBack != "" {
		last.previous, last.backSays = nil, o.NotBack
	}
}

// Options are what can be set.
type Options struct {
	Status, Reason string
	RollbackOf     string // it is the rollback of that deployment
	Shifted        bool   // the traffic has gone over
	NotBack        string // why there is nothing to roll back to
}

// make adds a deployment that goes on. Whoever calls it holds the lock.
func (g *Group) make(revision map[string]any, creator string) *deployment {
	d := &deployment{id: fmt.Sprintf("d-%09d", len(g.deployments)+1), creator: creator, revision: revision, status: inProgress,
		created: g.Now(), ends: g.Now().Add(g.Takes), previous: g.good()}
	g.deployments = append(g.deployments, d)
	return d
}

// good is the revision that has succeeded last.
func (g *Group) good() map[string]any {
	for _, d := range slices.Backward(g.deployments) {
		if d.status == succeeded {
			return d.revision
		}
	}
	return nil
}

// Statuses of deployments.
const (
	inProgress = "InProgress"
	succeeded  = "Succeeded"
	failed     = "Failed"
	stopped    = "Stopped"
	ready      = "Ready"
)

// settle brings the deployments up to now. There are no timers: whoever looks calls this first, so that a test moves its clock and looks
// again.
func (g *Group) settle() {
	for n := 0; n < len(g.deployments); n++ { // more may be added
		d := g.deployments[n]
		switch {
		case d.status == inProgress && !d.stops.IsZero() && !d.stops.After(g.Now()):
			d.status = stopped
			if d.back && d.previous != nil {
				g.rollBack(d, d.stops)
			}
		case d.status == inProgress && !d.ends.After(g.Now()):
			d.status = g.end(d)
			if d.status == failed && g.AutoRollback && d.previous != nil {
				g.rollBack(d, d.ends)
			}
		}
	}
}

// end is how a deployment ends: one of Lambda fails if the alias is not on the version that it names as current.
func (g *Group) end(d *deployment) string {
	if g.Waits {
		return ready
	}
	if g.Platform != "Lambda" {
		return succeeded
	}
	now := target.FindStringSubmatch(text(g.good()))
	if now != nil && current.FindStringSubmatch(text(d.revision))[1] != now[1] {
		d.reason = "The current version in the AppSpec file is not that of the alias"
		return failed
	}
	return succeeded
}

var (
	current = regexp.MustCompile(`CurrentVersion: "(\d+)"`)
	target  = regexp.MustCompile(`TargetVersion: "(\d+)"`)
)

// text is the specification of a revision.
func text(revision map[string]any) string {
	s, ok := revision["appSpecContent"].(map[string]any)
	if !ok {
		s, _ = revision["string"].(map[string]any)
	}
	content, _ := s["content"].(string)
	return content
}

// rollBack begins the rollback of a deployment at a time.
func (g *Group) rollBack(d *deployment, at time.Time) {
	revision := d.previous
	if g.Platform == "Lambda" { // the alias is moved back, whatever a specification says
		g.deployments = append(g.deployments, &deployment{id: fmt.Sprintf("d-%09d", len(g.deployments)+1), creator: "codeDeployRollback",
			revision: revision, status: succeeded, created: at, ends: at, previous: g.good(), backOf: d.id})
		d.backID = g.deployments[len(g.deployments)-1].id
		return
	}
	b := g.make(revision, "codeDeployRollback")
	b.created, b.ends, b.backOf = at, at.Add(g.Takes), d.id
	d.backID = b.id
}

// Running is the specification or version that has succeeded last.
func (g *Group) Running() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	if s, ok := g.good()["s3Location"].(map[string]any); ok {
		version, _ := s["version"].(string)
		return version
	}
	for _, form := range []*regexp.Regexp{target, regexp.MustCompile(`web:(\d+)`)} {
		if m := form.FindStringSubmatch(text(g.good())); m != nil {
			return "v" + m[1]
		}
	}
	return ""
}

// Settled reports whether no deployment goes on.
func (g *Group) Settled() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	return len(g.deployments) == 0 || g.deployments[len(g.deployments)-1].status != inProgress
}
