package ecsfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// problem is an error as the wire has it.
type problem struct{ code, message string }

// target is what the header X-Amz-Target begins with in awsJson 1.1: the name of the service in AWS's model and a point.
// The name of the operation follows.
const target = "AmazonEC2ContainerServiceV20141113."

// ServeHTTP implements [http.Handler]: awsJson 1.1.
func (c *Cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	do := c.operations()[operation]
	switch {
	case r.Method != http.MethodPost || !ok || do == nil || err != nil:
		answer(w, http.StatusBadRequest, &problem{"UnknownOperationException", operation})
		return
	case r.Header.Get("Content-Type") != "application/x-amz-json-1.1":
		answer(w, http.StatusBadRequest, &problem{"SerializationException", "the content type is not that of awsJson 1.1"})
		return
	// the signature itself is not checked: that it is right is the matter of AWS's own client
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="):
		answer(w, http.StatusBadRequest, &problem{"MissingAuthenticationTokenException", "the request is not signed"})
		return
	}
	fault := c.note(operation)
	if fault.Code != "" {
		answer(w, fault.Status, &problem{fault.Code, "a fault of the fake"})
		return
	}
	out, wrong := do(body)
	switch {
	case fault.Deaf:
		panic(http.ErrAbortHandler) // the connection breaks before the answer
	case wrong != nil:
		answer(w, http.StatusBadRequest, wrong)
	default:
		answer(w, http.StatusOK, out)
	}
}

// note counts a call, and returns what goes wrong with it.
func (c *Cluster) note(operation string) Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[operation]++
	f := c.faults[operation]
	if f.Left == 0 {
		return Fault{}
	}
	f.Left--
	c.faults[operation] = f
	return f
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if p, ok := v.(*problem); ok {
		w.WriteHeader(status)
		v = map[string]string{"__type": p.code, "message": p.message}
	}
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}

// operation does one thing that can be asked for.
type operation func(body []byte) (any, *problem)

func (c *Cluster) operations() map[string]operation {
	return map[string]operation{
		"DescribeServices": c.describeServices, "ListServiceDeployments": c.listDeployments,
		"DescribeServiceDeployments": c.describeDeployments, "DescribeServiceRevisions": c.describeRevisions,
		"DescribeTaskDefinition": c.describeDefinition, "UpdateService": c.updateService,
		"StopServiceDeployment": c.stopDeployment, "ContinueServiceDeployment": c.continueDeployment,
	}
}

// read reads a request that has only members of in, and those that are required. A member that the real one knows and
// rollbacks does not use must be listed in the struct of the operation all the same.
func read(body []byte, in any, required ...string) *problem {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(in); err != nil {
		return &problem{"SerializationException", err.Error()}
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil {
		return &problem{"SerializationException", err.Error()}
	}
	for _, name := range required {
		if _, ok := given[name]; !ok {
			return &problem{"InvalidParameterException", name + " is required"}
		}
	}
	return nil
}

func (c *Cluster) arn(kind, rest string) string {
	return "arn:aws:ecs:" + region + ":" + account + ":" + kind + "/" + c.Name + "/" + rest
}

func definitionARN(definition string) string {
	return "arn:aws:ecs:" + region + ":" + account + ":task-definition/" + definition
}

// named is what an ARN or a name is about.
func named(s string) string { return s[strings.LastIndex(s, "/")+1:] }

// stamp is a time as awsJson 1.1 has it: seconds since 1970, with a fraction.
func stamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// find looks a service up in the cluster.
func (c *Cluster) find(cluster, name string) (*service, *problem) {
	if named(cluster) != c.Name {
		return nil, &problem{"ClusterNotFoundException", "Cluster not found."}
	}
	s := c.services[named(name)]
	if s == nil {
		return nil, &problem{"ServiceNotFoundException", "Service not found."}
	}
	c.settle(s)
	return s, nil
}

// deployment looks a deployment up by its ARN.
func (c *Cluster) deployment(arn string) (*service, *deployment) {
	for _, s := range c.services {
		for _, d := range s.deployments {
			if c.arn("service-deployment", s.name+"/"+d.id) == arn {
				c.settle(s)
				return s, d
			}
		}
	}
	return nil, nil
}

func (c *Cluster) describeServices(body []byte) (any, *problem) {
	var in struct {
		Cluster  string   `json:"cluster"`
		Services []string `json:"services"`
		Include  []string `json:"include"`
	}
	if p := read(body, &in, "services"); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if named(in.Cluster) != c.Name {
		return nil, &problem{"ClusterNotFoundException", "Cluster not found."}
	}
	services, failures := []any{}, []any{}
	for _, name := range in.Services {
		s, p := c.find(in.Cluster, name)
		if p != nil {
			failures = append(failures, map[string]any{"arn": c.arn("service", name), "reason": "MISSING"})
			continue
		}
		services = append(services, c.serviceOf(s))
	}
	return map[string]any{"services": services, "failures": failures}, nil
}

func (c *Cluster) serviceOf(s *service) map[string]any {
	last := s.deployments[len(s.deployments)-1]
	return map[string]any{
		"serviceArn": c.arn("service", s.name), "serviceName": s.name, "clusterArn": "arn:aws:ecs:" + region + ":" + account + ":cluster/" + c.Name,
		"status": "ACTIVE", "taskDefinition": definitionARN(s.definition), "desiredCount": 2, "runningCount": 2,
		"deploymentController":     map[string]any{"type": s.controller},
		"currentServiceDeployment": c.arn("service-deployment", s.name+"/"+last.id), "launchType": "FARGATE",
	}
}

func (c *Cluster) listDeployments(body []byte) (any, *problem) {
	var in struct {
		Service    string          `json:"service"`
		Cluster    string          `json:"cluster"`
		Status     []string        `json:"status"`
		CreatedAt  json.RawMessage `json:"createdAt"`
		NextToken  string          `json:"nextToken"`
		MaxResults int             `json:"maxResults"`
	}
	if p := read(body, &in, "service"); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, p := c.find(in.Cluster, in.Service)
	if p != nil {
		return nil, p
	}
	most := in.MaxResults
	if most == 0 {
		most = 20
	}
	list := []any{}
	for _, d := range slices.Backward(s.deployments) {
		if len(list) < most && (len(in.Status) == 0 || slices.Contains(in.Status, d.status)) {
			list = append(list, c.brief(s, d))
		}
	}
	return map[string]any{"serviceDeployments": list}, nil
}

// brief is a deployment as lists have it. Its target is an ARN here, and an object in the description (see whole).
func (c *Cluster) brief(s *service, d *deployment) map[string]any {
	return map[string]any{
		"serviceDeploymentArn": c.arn("service-deployment", s.name+"/"+d.id), "serviceArn": c.arn("service", s.name),
		"createdAt": stamp(d.created), "startedAt": stamp(d.created), "status": d.status, "statusReason": d.reason,
		"targetServiceRevisionArn": c.revision(s, d),
	}
}

func (c *Cluster) revision(s *service, d *deployment) string {
	return c.arn("service-revision", s.name+"/"+d.id)
}
