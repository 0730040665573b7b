package kubernetes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// api is the API server of a cluster, opened.
type api struct {
	client          *http.Client
	server, token   string
	namespace, name string
}

// mostBody is how large an answer may be: ten ReplicaSets of a deployment with all that pods can have are less.
const mostBody = 16 << 20

// statusError is an answer of the API server that is none to what was asked.
type statusError struct {
	status  int
	message string
}

func (e *statusError) Error() string {
	if e.status == http.StatusForbidden || e.status == http.StatusUnauthorized {
		return "Kubernetes: " + e.message + " (see the role in docs/rollbacks.md)"
	}
	return "Kubernetes: " + e.message
}

// moved reports whether nothing was done since the object has changed: the test of its version has failed, or the change itself has met
// another.
func (e *statusError) moved() bool {
	return e.status == http.StatusConflict || e.status == http.StatusUnprocessableEntity
}

// call makes one request. It is never repeated.
func (a *api) call(ctx context.Context, method, path string, body, out any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.server, "/")+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("User-Agent", "oncalm")
	if body != nil {
		r.Header.Set("Content-Type", "application/json-patch+json")
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	switch {
	case err != nil:
		return err
	case len(said) > mostBody:
		return errors.New("the answer of Kubernetes is too large")
	case resp.StatusCode/100 != 2:
		var status struct{ Message string }
		if json.Unmarshal(said, &status) != nil || status.Message == "" {
			status.Message = resp.Status
		}
		return &statusError{resp.StatusCode, status.Message}
	}
	return json.Unmarshal(said, out)
}

func (a *api) path(kind string) string {
	return "/apis/apps/v1/namespaces/" + url.PathEscape(a.namespace) + "/" + kind
}

func (a *api) deployment(ctx context.Context) (*deployment, error) {
	var d deployment
	return &d, a.call(ctx, http.MethodGet, a.path("deployments/"+url.PathEscape(a.name)), nil, &d)
}

// sets are the ReplicaSets of a deployment: those that its selector selects, and that it controls. Two deployments may have the same
// selector.
func (a *api) sets(ctx context.Context, d *deployment) (own []*replicaSet, err error) {
	selector, err := selectorOf(d.Spec.Selector)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []*replicaSet `json:"items"`
	}
	if err := a.call(ctx, http.MethodGet, a.path("replicasets")+"?labelSelector="+url.QueryEscape(selector), nil, &list); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(s *replicaSet) bool { return !s.of(d) }), nil
}

// patch changes the deployment.
func (a *api) patch(ctx context.Context, changes []change) error {
	var d deployment
	return a.call(ctx, http.MethodPatch, a.path("deployments/"+url.PathEscape(a.name)), changes, &d)
}

// selectorOf is a selector of labels as a list is asked by it.
func selectorOf(text json.RawMessage) (string, error) {
	var s struct {
		Labels      map[string]string `json:"matchLabels"`
		Expressions []struct {
			Key      string   `json:"key"`
			Operator string   `json:"operator"`
			Values   []string `json:"values"`
		} `json:"matchExpressions"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return "", err
	}
	var parts []string
	for _, key := range sorted(s.Labels, nil) {
		parts = append(parts, key+"="+s.Labels[key])
	}
	for _, e := range s.Expressions {
		values := " (" + strings.Join(slices.Sorted(slices.Values(e.Values)), ",") + ")"
		switch e.Operator {
		case "In":
			parts = append(parts, e.Key+" in"+values)
		case "NotIn":
			parts = append(parts, e.Key+" notin"+values)
		case "Exists":
			parts = append(parts, e.Key)
		case "DoesNotExist":
			parts = append(parts, "!"+e.Key)
		default:
			return "", fmt.Errorf("the selector of the deployment has the operator %q", e.Operator)
		}
	}
	return strings.Join(parts, ","), nil
}
