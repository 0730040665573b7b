package kubernetesfake

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// ServeHTTP implements [http.Handler].
func (c *Cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	const apps = "/apis/apps/v1/namespaces/{namespace}/"
	mux.HandleFunc("GET "+apps+"deployments/{name}", c.get)
	mux.HandleFunc("PATCH "+apps+"deployments/{name}", c.patch)
	mux.HandleFunc("GET "+apps+"replicasets", c.list)
	for path, text := range discovery {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusOK, json.RawMessage(text))
		})
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !ok || !c.Admits(token) {
		refuse(w, http.StatusUnauthorized, "Unauthorized", "Unauthorized")
		return
	}
	mux.ServeHTTP(w, r)
}

// discovery is how kubectl finds out what there is.
var discovery = map[string]string{
	"/version": `{"major":"1","minor":"32","gitVersion":"v1.32.4"}`,
	"/api":     `{"kind":"APIVersions","versions":["v1"]}`,
	"/apis": `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],` +
		`"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}]}`,
	"/api/v1": `{"kind":"APIResourceList","groupVersion":"v1","resources":[]}`,
	"/apis/apps/v1": `{"kind":"APIResourceList","groupVersion":"apps/v1","resources":[` +
		`{"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","verbs":["get","list","patch"]},` +
		`{"name":"replicasets","singularName":"replicaset","namespaced":true,"kind":"ReplicaSet","verbs":["get","list"]}]}`,
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}

// refuse answers with a Status, as Kubernetes does.
func refuse(w http.ResponseWriter, status int, reason, message string) {
	answer(w, status, object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message,
		"code": status})
}

// find notes a request, and finds its deployment. Whoever calls it holds the lock.
func (c *Cluster) find(w http.ResponseWriter, r *http.Request, what string, body []byte) *deployment {
	c.calls[r.Method+" "+what]++
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	c.requests = append(c.requests, Request{r.Method, r.URL.Path, r.URL.RawQuery, kind, body})
	name := r.PathValue("name")
	d := c.deployments[name]
	if name != "" && d == nil || r.PathValue("namespace") != c.Namespace {
		refuse(w, http.StatusNotFound, "NotFound", `deployments.apps "`+name+`" not found`)
		return nil
	}
	for _, d := range c.deployments {
		c.control(d, c.Now())
		c.settle(d)
	}
	return d
}

func (c *Cluster) get(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.find(w, r, "deployments", nil); d != nil {
		answer(w, http.StatusOK, d.object)
	}
}

// list lists the ReplicaSets that a selector of equal labels selects.
func (c *Cluster) list(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.find(w, r, "replicasets", nil)
	items := []object{}
	for _, name := range slices.Sorted(maps.Keys(c.deployments)) {
		for _, s := range c.deployments[name].sets {
			labels, fits := texts(s, "metadata", "labels"), true
			for want := range strings.SplitSeq(r.URL.Query().Get("labelSelector"), ",") {
				key, value, _ := strings.Cut(want, "=")
				fits = fits && labels[key] == value
			}
			if fits {
				items = append(items, s)
			}
		}
	}
	answer(w, http.StatusOK, object{"kind": "ReplicaSetList", "apiVersion": "apps/v1", "metadata": object{"resourceVersion": "1"},
		"items": items})
}

// op is an operation of a JSON patch.
type op struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patch carries a JSON patch out: all of it, or nothing.
func (c *Cluster) patch(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	c.mu.Lock()
	before := c.fault.Before
	c.mu.Unlock()
	if before != nil {
		before()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.find(w, r, "deployments", body)
	switch {
	case d == nil:
		return
	case r.Header.Get("Content-Type") != "application/json-patch+json":
		refuse(w, http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the content type of a JSON patch is application/json-patch+json")
		return
	case c.fault.Status != 0:
		refuse(w, c.fault.Status, http.StatusText(c.fault.Status), "a fault of the fake")
		return
	}
	changed, status, why := d.patched(body)
	if status != http.StatusOK {
		refuse(w, status, map[int]string{http.StatusConflict: "Conflict", http.StatusUnprocessableEntity: "Invalid",
			http.StatusBadRequest: "BadRequest"}[status], why)
		return
	}
	rolls := !reflect.DeepEqual(changed["spec"], d.object["spec"])
	d.object = changed
	c.changed(d, rolls, c.Now())
	if c.fault.Deaf {
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusOK, d.object)
}

// patched is the deployment with a patch, or why it is refused.
func (d *deployment) patched(body []byte) (changed object, status int, why string) {
	var ops []op
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ops); err != nil {
		return nil, http.StatusBadRequest, "error decoding patch: " + err.Error()
	}
	changed = copied(d.object)
	for _, o := range ops {
		names := strings.Split(strings.TrimPrefix(o.Path, "/"), "/")
		last := names[len(names)-1]
		holder := in(changed, names[:len(names)-1]...)
		old, there := holder[last]
		switch {
		case !there || o.Op != "test" && o.Op != "replace":
			return nil, http.StatusUnprocessableEntity, o.Op + " operation does not apply: doc is missing path: " + o.Path
		case o.Op == "test" && !reflect.DeepEqual(old, o.Value):
			return nil, http.StatusUnprocessableEntity, "the server rejected our request due to an error in our request"
		case o.Op == "replace":
			holder[last] = o.Value
		}
	}
	if at(changed, "metadata", "resourceVersion") != at(d.object, "metadata", "resourceVersion") {
		return nil, http.StatusConflict, "the object has been modified; please apply your changes to the latest version"
	}
	labels := texts(changed, "spec", "template", "metadata", "labels")
	for k, v := range texts(changed, "spec", "selector", "matchLabels") {
		if labels[k] != v {
			return nil, http.StatusUnprocessableEntity, "`selector` does not match template `labels`"
		}
	}
	return changed, http.StatusOK, ""
}
