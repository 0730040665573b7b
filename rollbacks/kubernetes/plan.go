package kubernetes

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/rollbacks"
)

// planOf is the plan to go back to a revision. Nothing in it changes while pods come and go, or are more or fewer: it would be void.
func planOf(now *deployment, back *replicaSet) rollbacks.Plan {
	from, to := now.Spec.Template, back.Spec.Template
	differs := compare(from, to)
	p := rollbacks.Plan{
		From: named(now.Metadata.Annotations[revisionNote], from, to),
		To:   named(strconv.FormatInt(back.revision(), 10), to, from), Differs: differs,
		Will: []string{"the template of pods is set to that of revision " + strconv.FormatInt(back.revision(), 10) +
			", and Kubernetes replaces the pods as in any rollout"},
		Cannot: []string{"ConfigMaps, Secrets, the number of replicas, and what the version has written into databases " +
			"or queues stay"},
		Warnings: warnings(now, to),
		Params: map[string]string{uid: now.Metadata.UID, running: from.fingerprint(), set: back.Metadata.Name,
			template: to.fingerprint()},
	}
	return p
}

// named is a version for people: the first image that is another in the other version, or else the number of the revision.
func named(revision string, t, other podTemplate) string {
	others := map[string]string{}
	for _, c := range other.containers() {
		others[c.text("name")] = c.text("image")
	}
	for _, c := range t.containers() {
		if image := c.text("image"); others[c.text("name")] != image {
			return short(image)
		}
	}
	return "revision " + revision
}

// short is an image without its registry and path.
func short(image string) string { return image[strings.LastIndex(image, "/")+1:] }

// compare says in what two templates differ: which images, and by name what else. What else is not shown, as there may be secrets in it.
func compare(from, to podTemplate) (all []string) {
	olds, news := map[string]container{}, map[string]container{}
	for _, c := range from.containers() {
		olds[c.text("name")] = c
	}
	for _, c := range to.containers() {
		news[c.text("name")] = c
	}
	for _, name := range sorted(olds, news) {
		a, b := olds[name], news[name]
		switch {
		case a == nil:
			all = append(all, "container "+name+" is there again, of "+short(b.text("image")))
		case b == nil:
			all = append(all, "container "+name+" of "+short(a.text("image"))+" is gone")
		default:
			if a.text("image") != b.text("image") {
				all = append(all, "container "+name+": "+short(a.text("image"))+" → "+short(b.text("image")))
			}
			if others := unlike(without(a, "image"), without(b, "image")); len(others) > 0 {
				all = append(all, "container "+name+": other "+strings.Join(others, ", "))
			}
		}
	}
	specs := func(t podTemplate) map[string]any {
		spec, _ := t.all["spec"].(map[string]any)
		return without(without(spec, "containers"), "initContainers")
	}
	labels := func(t podTemplate) map[string]any {
		metadata, _ := t.bare()["metadata"].(map[string]any)
		return without(metadata, "creationTimestamp")
	}
	for _, names := range [][]string{unlike(specs(from), specs(to)), unlike(labels(from), labels(to))} {
		if len(names) > 0 {
			all = append(all, "pods: other "+strings.Join(names, ", "))
		}
	}
	return all
}

// unlike are the names of members that are not the same in both.
func unlike(a, b map[string]any) (names []string) {
	for _, name := range sorted(a, b) {
		one, err := json.Marshal(a[name])
		two, errTwo := json.Marshal(b[name])
		if err != nil || errTwo != nil || string(one) != string(two) {
			names = append(names, name)
		}
	}
	return names
}

// warnings are about what would undo the rollback, or make it another than it looks.
func warnings(now *deployment, to podTemplate) (all []string) {
	for _, by := range ownedBy(now.Metadata) {
		all = append(all, by+" keeps this deployment, and sets it to what its source says again: go back there, too, "+
			"or stop it")
	}
	for _, c := range to.containers() {
		image := short(c.text("image"))
		if !strings.Contains(image, ":") || strings.HasSuffix(image, ":latest") {
			all = append(all, "container "+c.text("name")+" names "+image+": that may be another image by now")
		}
	}
	return all
}

// ownedBy is what else deploys it, by the labels and annotations that these leave.
func ownedBy(m meta) (all []string) {
	marked := func(prefixes ...string) bool {
		for _, marks := range []map[string]string{m.Labels, m.Annotations} {
			for key := range marks {
				for _, p := range prefixes {
					if strings.HasPrefix(key, p) {
						return true
					}
				}
			}
		}
		return false
	}
	if marked("argocd.argoproj.io/") {
		all = append(all, "Argo CD")
	}
	if marked("kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/") {
		all = append(all, "Flux")
	}
	if marked("meta.helm.sh/") || m.Labels["app.kubernetes.io/managed-by"] == "Helm" {
		all = append(all, "Helm")
	}
	return all
}
