// Package kubernetesfake is a Kubernetes with state, for tests: deployments and their ReplicaSets, with the controller that makes the one
// of the other, behind the API that the real one has. It knows the requests of a rollout undo, those of kubectl and of rollbacks, and refuses
// others; it checks tokens, content types and versions of objects as the real one does.
package kubernetesfake

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"sync"
	"time"
)

// Annotations and the label that the controller of deployments keeps.
const (
	revisionNote = "deployment.kubernetes.io/revision"
	hashLabel    = "pod-template-hash"
)

// A Cluster is a Kubernetes with one namespace. Its fields are set before it is used.
type Cluster struct {
	Namespace string
	Admits    func(token string) bool
	Now       func() time.Time
	// Takes is how long a rollout takes.
	Takes time.Duration

	mu          sync.Mutex
	deployments map[string]*deployment
	version     int // of the object that was changed last
	calls       map[string]int
	fault       Fault
	requests    []Request
}

// A Request is what was asked for.
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Query  string          `json:"query,omitempty"`
	Type   string          `json:"type,omitempty"` // of the content
	Body   json.RawMessage `json:"body,omitempty"`
}

// A Fault is what goes wrong with requests that change something.
type Fault struct {
	Status int  // that is answered; 0 for none
	Deaf   bool // does what is asked and does not answer
	// Before is done before it is carried out.
	Before func()
}

// deployment is a deployment with its ReplicaSets.
type deployment struct {
	object  object
	sets    []object
	begun   time.Time // of the rollout
	stuck   bool      // its pods do not become ready
	unaware bool      // the controller is away
}

// object is one of Kubernetes, as JSON has it.
type object = map[string]any

// New makes a cluster with a namespace.
func New(namespace string, now func() time.Time) *Cluster {
	return &Cluster{Namespace: namespace, Now: now, Takes: 30 * time.Second,
		Admits:      func(t string) bool { return t == "token" },
		deployments: map[string]*deployment{}, calls: map[string]int{}}
}

// at reads a member of an object; nil if there is none.
func at(o object, path ...string) any {
	var v any = o
	for _, name := range path {
		m, _ := v.(object)
		v = m[name]
	}
	return v
}

// in is a member of an object that is one; one that is not is a mistake of the test, and cannot be written to.
func in(o object, path ...string) object {
	m, _ := at(o, path...).(object)
	return m
}

// texts is a map of texts, such as labels.
func texts(o object, path ...string) map[string]string {
	all := map[string]string{}
	for k, v := range in(o, path...) {
		all[k], _ = v.(string)
	}
	return all
}

// copied is a copy of what JSON can have.
func copied[T any](v T) (c T) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		panic(err) // a mistake of the test
	}
	return c
}

// Template is the template of pods of one container, with an image.
func Template(name, image string) map[string]any {
	return copied(object{
		"metadata": object{"creationTimestamp": nil, "labels": object{"app": name}},
		"spec": object{
			"containers": []object{{"name": "app", "image": image, "imagePullPolicy": "IfNotPresent", "resources": object{},
				"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}},
			"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "securityContext": object{},
			"terminationGracePeriodSeconds": 30,
		},
	})
}

// Deployed sets a deployment to a template, with annotations of its own, and has that rolled out so long ago. It is made with the
// first; tests call it with the oldest first.
func (c *Cluster) Deployed(name string, template map[string]any, notes map[string]string, ago time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.deployments[name]
	if d == nil {
		d = &deployment{object: object{
			"kind": "Deployment", "apiVersion": "apps/v1",
			"metadata": object{"name": name, "namespace": c.Namespace, "uid": "uid-of-" + name, "annotations": object{}, "generation": 0.0},
			"spec": object{"replicas": 3.0, "selector": object{"matchLabels": object{"app": name}}, "progressDeadlineSeconds": 600.0,
				"strategy": object{"type": "RollingUpdate"}, "revisionHistoryLimit": 10.0},
			"status": object{},
		}}
		c.deployments[name] = d
	}
	own := in(d.object, "metadata", "annotations")
	maps.DeleteFunc(own, func(k string, _ any) bool { return k != revisionNote })
	for k, v := range notes {
		own[k] = v
	}
	in(d.object, "spec")["template"] = copied(template)
	c.changed(d, true, c.Now().Add(-ago))
	c.control(d, c.Now().Add(-ago))
	c.settle(d)
}

// Set changes a deployment, as somebody else would. It is nothing that is rolled out.
func (c *Cluster) Set(name string, change func(metadata, spec map[string]any)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.deployments[name]
	change(in(d.object, "metadata"), in(d.object, "spec"))
	c.changed(d, true, d.begun)
}

// Flap changes the status of a deployment alone, as pods do that come and go.
func (c *Cluster) Flap(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed(c.deployments[name], false, time.Time{})
}

// Stick has the pods of a deployment not become ready any more.
func (c *Cluster) Stick(name string) { c.with(name, func(d *deployment) { d.stuck = true }) }

// Stray has the controller not see what is changed.
func (c *Cluster) Stray(name string) { c.with(name, func(d *deployment) { d.unaware = true }) }

func (c *Cluster) with(name string, do func(*deployment)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(c.deployments[name])
}

// Image is what a deployment is set to.
func (c *Cluster) Image(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	containers, _ := at(c.deployments[name].object, "spec", "template", "spec", "containers").([]any)
	first, _ := containers[0].(object)
	image, _ := first["image"].(string)
	return image
}

// Annotations are those of a deployment.
func (c *Cluster) Annotations(name string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return texts(c.deployments[name].object, "metadata", "annotations")
}

// Calls is how often something was asked for, such as "PATCH deployments".
func (c *Cluster) Calls(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[what]
}

// Requests are those about deployments and ReplicaSets, in order, and are forgotten then.
func (c *Cluster) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.requests
	c.requests = nil
	return all
}

// Fail has requests go wrong that change something.
func (c *Cluster) Fail(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = f
}

// changed gives a deployment a new version, and a new generation if it is its specification that has changed.
func (c *Cluster) changed(d *deployment, spec bool, begun time.Time) {
	c.version++
	meta := in(d.object, "metadata")
	meta["resourceVersion"] = strconv.Itoa(c.version)
	if spec {
		generation, _ := meta["generation"].(float64)
		meta["generation"] = generation + 1
		d.begun = begun
	}
}

// bare is a template without what the controller adds to it.
func bare(template object) object {
	t := copied(template)
	delete(in(t, "metadata", "labels"), hashLabel)
	return t
}

// revision is that of an object; 0 if it has none.
func revision(o object) int {
	n, _ := strconv.Atoi(texts(o, "metadata", "annotations")[revisionNote])
	return n
}

// control does what the controller of deployments does: the ReplicaSet of the template has the highest revision. One that was there
// before gets a new number, and its old one is gone.
func (c *Cluster) control(d *deployment, created time.Time) {
	if d.unaware {
		return
	}
	template := bare(in(d.object, "spec", "template"))
	var own object
	highest := 0
	for _, s := range d.sets {
		highest = max(highest, revision(s))
		if reflect.DeepEqual(bare(in(s, "spec", "template")), template) {
			own = s
		}
	}
	if own == nil {
		own = c.set(d, template, created)
		d.sets = append(d.sets, own)
	}
	notes := in(own, "metadata", "annotations")
	if revision(own) < highest || revision(own) == 0 {
		if old := notes[revisionNote]; old != nil {
			notes["deployment.kubernetes.io/revision-history"] = old
		}
		notes[revisionNote] = strconv.Itoa(highest + 1)
		c.version++
		in(d.object, "metadata")["resourceVersion"] = strconv.Itoa(c.version)
	}
	for k, v := range in(d.object, "metadata", "annotations") {
		if k != revisionNote && k != "kubectl.kubernetes.io/last-applied-configuration" {
			notes[k] = v
		}
	}
	in(d.object, "metadata", "annotations")[revisionNote] = notes[revisionNote]
}

// set is the ReplicaSet of a template.
func (c *Cluster) set(d *deployment, template object, created time.Time) object {
	text, err := json.Marshal(template)
	if err != nil {
		panic(err)
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(text))[:10]
	template = copied(template)
	in(template, "metadata", "labels")[hashLabel] = hash
	meta := in(d.object, "metadata")
	name, _ := meta["name"].(string)
	return copied(object{
		"kind": "ReplicaSet", "apiVersion": "apps/v1",
		"metadata": object{"name": name + "-" + hash, "namespace": c.Namespace, "uid": "uid-of-" + hash,
			"labels": at(template, "metadata", "labels"), "annotations": object{},
			"creationTimestamp": created.UTC().Format(time.RFC3339),
			"ownerReferences": []object{{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": meta["uid"],
				"controller": true, "blockOwnerDeletion": true}}},
		"spec": object{"replicas": 3, "template": template,
			"selector": object{"matchLabels": at(template, "metadata", "labels")}},
	})
}

// settle brings the status of a deployment up to now. There are no timers: whoever looks calls it first.
func (c *Cluster) settle(d *deployment) {
	meta, status := in(d.object, "metadata"), in(d.object, "status")
	if d.unaware {
		return
	}
	status["observedGeneration"] = meta["generation"]
	status["replicas"], status["updatedReplicas"], status["availableReplicas"] = 3.0, 3.0, 3.0
	reason, well := "NewReplicaSetAvailable", "True"
	switch gone := c.Now().Sub(d.begun); {
	case gone < c.Takes/3:
		status["replicas"], status["updatedReplicas"], status["availableReplicas"], reason = 4.0, 1.0, 3.0, "ReplicaSetUpdated"
	case gone < c.Takes*2/3:
		status["replicas"], reason = 4.0, "ReplicaSetUpdated"
	case gone < c.Takes || d.stuck && gone < 10*time.Minute:
		status["availableReplicas"], reason = 2.0, "ReplicaSetUpdated"
	case d.stuck:
		status["availableReplicas"], reason, well = 2.0, "ProgressDeadlineExceeded", "False"
	}
	status["conditions"] = []any{object{"type": "Progressing", "status": well, "reason": reason}}
}
