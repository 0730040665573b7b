package kubernetes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/rollbacks"
)

// revisionNote is the annotation with the number of a revision, which the controller of deployments writes.
const revisionNote = "deployment.kubernetes.io/revision"

// hashLabel tells the pods of one ReplicaSet from those of another. It is of the ReplicaSet and not of what somebody has written.
const hashLabel = "pod-template-hash"

// meta is what all objects have.
type meta struct {
	Name        string            `json:"name"`
	UID         string            `json:"uid"`
	Version     string            `json:"resourceVersion"`
	Generation  int64             `json:"generation"`
	Created     time.Time         `json:"creationTimestamp"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Owners      []struct {
		UID        string `json:"uid"`
		Controller bool   `json:"controller"`
	} `json:"ownerReferences"`
}

// deployment is what is read of a deployment.
type deployment struct {
	Metadata meta `json:"metadata"`
	Spec     struct {
		Replicas *int            `json:"replicas"`
		Paused   bool            `json:"paused"`
		Selector json.RawMessage `json:"selector"`
		Template podTemplate     `json:"template"`
	} `json:"spec"`
	Status struct {
		Observed   int64 `json:"observedGeneration"`
		Replicas   int   `json:"replicas"`
		Updated    int   `json:"updatedReplicas"`
		Available  int   `json:"availableReplicas"`
		Conditions []struct {
			Type   string `json:"type"`
			Reason string `json:"reason"`
		} `json:"conditions"`
	} `json:"status"`
}

// replicaSet is what is read of a ReplicaSet.
type replicaSet struct {
	Metadata meta `json:"metadata"`
	Spec     struct {
		Template podTemplate `json:"template"`
	} `json:"spec"`
}

// revision is its number; 0 if it has none.
func (s *replicaSet) revision() int64 {
	n, err := strconv.ParseInt(s.Metadata.Annotations[revisionNote], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// of reports whether it is one of a deployment: its controller.
func (s *replicaSet) of(d *deployment) bool {
	for _, o := range s.Metadata.Owners {
		if o.Controller {
			return o.UID == d.Metadata.UID
		}
	}
	return false
}

// podTemplate is a template of pods, with all that it has: also what this program knows nothing of is set back.
type podTemplate struct{ all map[string]any }

// UnmarshalJSON implements [json.Unmarshaler]. Numbers stay as they are written.
func (t *podTemplate) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(&t.all)
}

// bare is the template without the label of the ReplicaSet that it was read from. The rest is shared.
func (t podTemplate) bare() map[string]any {
	metadata, _ := t.all["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	if _, ok := labels[hashLabel]; !ok {
		return t.all
	}
	labels = without(labels, hashLabel)
	metadata = without(metadata, "labels")
	if len(labels) > 0 {
		metadata["labels"] = labels
	}
	all := without(t.all, "metadata")
	all["metadata"] = metadata
	return all
}

// without is a map without a key. It is never nil.
func without(m map[string]any, key string) map[string]any {
	rest := map[string]any{}
	for k, v := range m {
		if k != key {
			rest[k] = v
		}
	}
	return rest
}

// fingerprint is the same for templates that make the same pods. The time of creation is always null, and left out by newer versions of
// Kubernetes.
func (t podTemplate) fingerprint() string {
	bare := t.bare()
	if metadata, ok := bare["metadata"].(map[string]any); ok {
		all := without(bare, "metadata")
		all["metadata"] = without(metadata, "creationTimestamp")
		bare = all
	}
	text, err := json.Marshal(bare)
	if err != nil {
		panic(fmt.Sprintf("kubernetes: a template that was read from JSON: %v", err)) // a programming error
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

func (t podTemplate) same(o podTemplate) bool { return t.fingerprint() == o.fingerprint() }

// container is one of a template, with all that it has.
type container map[string]any

func (c container) text(key string) string {
	s, _ := c[key].(string)
	return s
}

// containers are those of a template, those that run first included.
func (t podTemplate) containers() (all []container) {
	spec, _ := t.all["spec"].(map[string]any)
	for _, kind := range []string{"initContainers", "containers"} {
		list, _ := spec[kind].([]any)
		for _, c := range list {
			if c, ok := c.(map[string]any); ok {
				all = append(all, c)
			}
		}
	}
	return all
}

// rollout says how far a deployment is, as kubectl rollout status does, and in its words.
func (d *deployment) rollout() rollbacks.State {
	s := d.Status
	if s.Observed < d.Metadata.Generation {
		return rollbacks.State{Note: "waiting for the change to be observed"}
	}
	for _, c := range s.Conditions {
		if c.Type == "Progressing" && c.Reason == "ProgressDeadlineExceeded" {
			return rollbacks.State{Stage: rollbacks.Failed,
				Note: "the deployment exceeded its progress deadline; what runs is a part of both"}
		}
	}
	switch {
	case d.Spec.Replicas != nil && s.Updated < *d.Spec.Replicas:
		return rollbacks.State{Note: fmt.Sprintf("%d out of %d new replicas have been updated", s.Updated, *d.Spec.Replicas)}
	case s.Replicas > s.Updated:
		return rollbacks.State{Note: fmt.Sprintf("%d old replicas are pending termination", s.Replicas-s.Updated)}
	case s.Available < s.Updated:
		return rollbacks.State{Note: fmt.Sprintf("%d of %d updated replicas are available", s.Available, s.Updated)}
	}
	return rollbacks.State{Stage: rollbacks.Done}
}

// sorted are the keys of two maps.
func sorted[V any](a, b map[string]V) (keys []string) {
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
