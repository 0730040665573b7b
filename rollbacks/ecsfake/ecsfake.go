// Package ecsfake is an Amazon ECS with state, for tests and the demo: services with their deployments, revisions and task definitions,
// behind the wire protocol that the real one speaks (awsJson 1.1). It knows only the calls of rollbacks.
package ecsfake

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Cluster is an ECS with one cluster. Its fields are set before it is used.
type Cluster struct {
	*awsfake.Server
	Name string
	Now  func() time.Time
	// Takes is how long a deployment takes, and a rollback of one.
	Takes time.Duration

	mu       sync.Mutex
	services map[string]*service
	inactive map[string]bool // task definitions
	n        int             // of deployments
}

// New makes a cluster.
func New(name string, now func() time.Time) *Cluster {
	c := &Cluster{Name: name, Now: now, Takes: 30 * time.Second, services: map[string]*service{},
		inactive: map[string]bool{}}
	c.Server = awsfake.JSON(model, c.operations())
	return c
}

// service is one of its services. Its deployments are in the order in which they were made.
type service struct {
	name        string
	definition  string // family:revision that is set
	controller  string
	deployments []*deployment
}

// deployment is one of a service.
type deployment struct {
	id         string
	definition string
	source     string // the definition that ran before; empty for the first
	image      string
	subnets    []string
	created    time.Time
	ends       time.Time // when it has come to its end, if nobody stops it
	status     string    // the last that was set; see now
	reason     string
	hook       string // that waits for a decision
	breaker    bool   // the circuit breaker watches it
}

// Deployed adds a deployment of a task definition that has succeeded so long ago. The service is made with the first. Tests
// call it with the oldest first.
func (c *Cluster) Deployed(name, definition string, ago time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.deploy(name, definition)
	d.created, d.ends = c.Now().Add(-ago), c.Now().Add(-ago)
	d.status = successful
}

// Deploys begins a deployment of a task definition.
func (c *Cluster) Deploys(name, definition string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deploy(name, definition)
}

// deploy adds a deployment that goes on. Whoever calls it holds the lock.
func (c *Cluster) deploy(name, definition string) *deployment {
	s := c.services[name]
	if s == nil {
		s = &service{name: name, controller: "ECS"}
		c.services[name] = s
	}
	c.n++
	d := &deployment{id: fmt.Sprintf("%022d", c.n), definition: definition, source: s.definition,
		image: imageOf(definition), created: c.Now(), ends: c.Now().Add(c.Takes), status: running}
	s.definition = definition
	s.deployments = append(s.deployments, d)
	return d
}

// imageOf is the image of a task definition: the tag is its revision.
func imageOf(definition string) string {
	family, revision, _ := strings.Cut(definition, ":")
	return awsfake.Account + ".dkr.ecr." + awsfake.Region + ".amazonaws.com/" + family + ":" + revision
}

// Running is the task definition that a service is set to. Between the start of a rollback and its end that is still the
// new one.
func (c *Cluster) Running(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.services[name]; s != nil {
		c.settle(s)
		return s.definition
	}
	return ""
}

// Settled reports whether no deployment of a service goes on.
func (c *Cluster) Settled(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.services[name]
	if s == nil || len(s.deployments) == 0 {
		return true
	}
	c.settle(s)
	last := s.deployments[len(s.deployments)-1]
	return last.status == successful || last.status == rolledBack || last.status == stopped
}

// Set changes the newest deployment of a service, or the service: what it waits for, who deploys it, and so on.
func (c *Cluster) Set(name string, o Options) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.services[name]
	if o.Controller != "" {
		s.controller = o.Controller
	}
	last := s.deployments[len(s.deployments)-1]
	if o.Hook != "" {
		last.hook = o.Hook
	}
	if o.Status != "" {
		last.status, last.reason = o.Status, o.Reason
	}
	if o.Image != "" {
		last.image = o.Image
	}
	last.subnets = append(last.subnets, o.Subnets...)
	last.breaker = last.breaker || o.Breaker
	for _, definition := range o.Inactive {
		c.inactive[definition] = true
	}
}

// Options are what can be set.
type Options struct {
	Controller string // ECS, CODE_DEPLOY or EXTERNAL
	Hook       string // the id of a hook that waits for a decision
	Status     string
	Reason     string
	Image      string
	Subnets    []string
	Breaker    bool
	Inactive   []string // task definitions
}

// Statuses of deployments.
const (
	running    = "IN_PROGRESS"
	successful = "SUCCESSFUL"
	stopped    = "STOPPED"
	requested  = "ROLLBACK_REQUESTED"
	going      = "ROLLBACK_IN_PROGRESS"
	rolledBack = "ROLLBACK_SUCCESSFUL"
)

// settle brings the deployments of a service up to now. A newer one stops an older. There are no timers: whoever looks
// calls this first, so that a test moves its clock and looks again.
func (c *Cluster) settle(s *service) {
	now := c.Now()
	for n, d := range s.deployments {
		switch {
		case d.status == running && n < len(s.deployments)-1:
			d.status, d.reason = stopped, "a newer deployment was started"
		case d.status == running && d.hook == "" && !d.ends.After(now):
			d.status = successful
		// half of its time a rollback is only requested, so that both statuses can be met
		case d.status == requested && !d.ends.After(now.Add(c.Takes/2)):
			d.status = going
		}
		if d.status == going && !d.ends.After(now) {
			d.status, s.definition = rolledBack, d.source
		}
	}
}

// back begins the rollback of a deployment that goes on. As with the real one, a deployment that has ended is past
// stopping.
func (c *Cluster) back(s *service, d *deployment, reason string) *awsfake.Problem {
	c.settle(s)
	if d.status != running {
		return wrong("ConflictException", "the deployment is "+d.status)
	}
	d.status, d.reason, d.hook, d.ends = requested, reason, "", c.Now().Add(c.Takes)
	return nil
}
