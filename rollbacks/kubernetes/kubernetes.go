// Package kubernetes takes deployments of Kubernetes back to the revision before, as kubectl rollout undo does: a deployment keeps a
// ReplicaSet for each revision, with the template of its pods, and the template of an earlier one is set anew.
//
// Kubernetes is asked over its REST API; there are three requests. It takes no key. What may have begun is found by the template: whoever
// else has set the same has done the same.
package kubernetes

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind: "kubernetes",
		Keys: []rollbacks.Key{
			{Name: "cluster", Such: "prod", Optional: true}, {Name: "namespace", Such: "shop"}, {Name: "deployment", Such: "web"},
			{Name: "server", Such: "https://10.0.0.1:6443", Optional: true, Aside: true, Check: checkServer},
			{Name: "token_file", Such: "/etc/oncalm/kubernetes-token", Optional: true, Aside: true},
			{Name: "ca_file", Such: "/etc/oncalm/kubernetes-ca.pem", Optional: true, Aside: true},
		},
		Thing: []string{"cluster", "namespace", "deployment"},
		Check: checkAccess,
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Deployment{door: doorOf(cfg, keys), namespace: keys["namespace"], name: keys["deployment"]}, nil
		},
	}
}

// Deployment is one deployment.
type Deployment struct {
	door            door
	namespace, name string
}

// Parameters of a plan.
const (
	uid      = "uid"
	running  = "running"    // the fingerprint of the template that was looked at
	set      = "replicaset" // whose template is set
	template = "template"   // the fingerprint of that
)

// mostTries is how often the template is set if the deployment has changed between the look at it and that. Its status changes
// whenever one of its pods comes or goes, and that is often in an incident.
const mostTries = 5

// Plan implements [rollbacks.Target].
func (d *Deployment) Plan(ctx context.Context) (p rollbacks.Plan, err error) {
	a, err := d.dial(ctx)
	if err != nil {
		return p, err
	}
	now, err := a.deployment(ctx)
	if err != nil {
		return p, d.missing(err)
	}
	sets, err := a.sets(ctx, now)
	if err != nil {
		return p, err
	}
	if now.Spec.Paused {
		return p, &rollbacks.Impossible{Why: "the deployment " + d.name + " is paused, and nothing is rolled out while it is",
			Instead: "kubectl rollout resume deployment/" + d.name + " -n " + d.namespace}
	}
	back := before(now, sets)
	if back == nil {
		return p, &rollbacks.Impossible{Why: "Kubernetes keeps no earlier revision of " + d.name,
			Instead: "deploy the earlier version by your pipeline; spec.revisionHistoryLimit says how many revisions are kept"}
	}
	return planOf(now, back), nil
}

// missing says what to do if there is no such deployment.
func (d *Deployment) missing(err error) error {
	if api, ok := errors.AsType[*statusError](err); ok && api.status == http.StatusNotFound {
		return rollbacks.Missing("Kubernetes has no deployment " + d.name + " in the namespace " + d.namespace)
	}
	return err
}

// before is what there is to go back to: of the revisions that were made before that which runs, the highest; nil if there is none.
// Without a rollback before, that is the second highest of all, which kubectl takes. After one it is not that which was left.
func before(now *deployment, sets []*replicaSet) (back *replicaSet) {
	runs := slices.IndexFunc(sets, func(s *replicaSet) bool { return s.Spec.Template.same(now.Spec.Template) })
	if runs < 0 {
		return nil
	}
	for n, s := range sets {
		if n == runs || s.revision() == 0 || s.Metadata.Created.After(sets[runs].Metadata.Created) {
			continue
		}
		if back == nil || s.revision() > back.revision() {
			back = s
		}
	}
	return back
}

// Start implements [rollbacks.Target]. That the deployment is what it was planned for is looked at first, and Kubernetes refuses the
// change if it is another version by then: so it can be tried again.
func (d *Deployment) Start(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, error) {
	a, err := d.dial(ctx)
	if err != nil {
		return "", &rollbacks.Refused{Err: err}
	}
	for range mostTries {
		var now *deployment
		var sets []*replicaSet
		if now, err = a.deployment(ctx); err == nil {
			sets, err = a.sets(ctx, now)
		}
		if err != nil {
			return "", &rollbacks.Refused{Err: err} // nothing but looking was tried
		}
		n := slices.IndexFunc(sets, func(s *replicaSet) bool { return s.Metadata.Name == p.Params[set] })
		if n < 0 || now.Metadata.UID != p.Params[uid] || now.Spec.Paused ||
			now.Spec.Template.fingerprint() != p.Params[running] || sets[n].Spec.Template.fingerprint() != p.Params[template] {
			return "", &rollbacks.Refused{Err: errors.New("the deployment is not what it was when this was planned")}
		}
		err = a.patch(ctx, undo(now, sets[n], now.Metadata.Version))
		if err == nil {
			return rollbacks.Ref(p.Params[template]), nil
		}
		if api, ok := errors.AsType[*statusError](err); !ok || !api.moved() {
			break
		}
	}
	return "", outcome(err)
}

// undo is the patch of kubectl, after a look at the version of the object: if it is another, Kubernetes does nothing. Version may be
// empty, for none.
func undo(now *deployment, back *replicaSet, version string) []change {
	notes := map[string]string{}
	for k, v := range now.Metadata.Annotations {
		if slices.Contains(kept, k) {
			notes[k] = v
		}
	}
	for k, v := range back.Metadata.Annotations {
		if !slices.Contains(kept, k) {
			notes[k] = v
		}
	}
	patch := []change{{"replace", "/spec/template", back.Spec.Template.bare()}, {"replace", "/metadata/annotations", notes}}
	if now.Metadata.Annotations == nil {
		patch[1].Op = "add" // there is nothing to replace
	}
	if version != "" {
		patch = slices.Insert(patch, 0, change{"test", "/metadata/resourceVersion", version})
	}
	return patch
}

// kept are the annotations of a deployment that stay as they are; all others become those of the revision (kubectl's
// annotationsToSkip).
var kept = []string{
	"kubectl.kubernetes.io/last-applied-configuration", revisionNote, "deployment.kubernetes.io/revision-history",
	"deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
}

// Find implements [rollbacks.Target].
func (d *Deployment) Find(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	a, err := d.dial(ctx)
	if err != nil {
		return "", false, err
	}
	now, err := a.deployment(ctx)
	if err != nil || now.Spec.Template.fingerprint() != p.Params[template] {
		return "", false, err
	}
	return rollbacks.Ref(p.Params[template]), true, nil
}

// State implements [rollbacks.Target].
func (d *Deployment) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	a, err := d.dial(ctx)
	if err != nil {
		return rollbacks.State{}, err
	}
	now, err := a.deployment(ctx)
	if err != nil {
		return rollbacks.State{}, err
	}
	if now.Spec.Template.fingerprint() != string(r) {
		return rollbacks.State{Stage: rollbacks.Failed, Note: "somebody has deployed meanwhile"}, nil
	}
	return now.rollout(), nil
}

// change is an operation of a JSON patch.
type change struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// outcome is the error of a change: a [*rollbacks.Refused] if Kubernetes says that it has not done it.
func outcome(err error) error {
	if api, ok := errors.AsType[*statusError](err); ok && api.status/100 == 4 && api.status != http.StatusRequestTimeout {
		return &rollbacks.Refused{Err: err}
	}
	return rollbacks.Outcome(err)
}
