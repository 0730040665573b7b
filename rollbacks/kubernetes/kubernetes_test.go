package kubernetes_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/kubernetes"
	"github.com/oncalm/oncalm/rollbacks/kubernetesfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// authority writes the certificate of a server to a file.
func authority(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// served is a fake cluster, and the target that asks it over TLS, with a token from a file.
func served(t *testing.T, images ...string) (*kubernetesfake.Cluster, rollbacks.Target, *rollbackstest.Watch,
	*httptest.Server) {
	t.Helper()
	w := rollbackstest.NewWatch()
	c := kubernetesfake.New("shop", w.Now)
	server := httptest.NewTLSServer(c)
	t.Cleanup(server.Close)
	for n, image := range images {
		c.Deployed("web", kubernetesfake.Template("web", image), noted(image), time.Duration(len(images)-n)*time.Hour)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target, err := kubernetes.Maker().New(aws.Config{}, rollbacks.Settings{"namespace": "shop", "deployment": "web",
		"server": server.URL, "token_file": token, "ca_file": authority(t, server)})
	if err != nil {
		t.Fatal(err)
	}
	return c, target, w, server
}

// TestAsKubectl holds that Kubernetes is asked for what kubectl rollout undo asks for, in each scene in which that was recorded, and with
// the version of the deployment in front of the patch.
func TestAsKubectl(t *testing.T) {
	all := ofKubectl(t)
	for name, s := range scenes() {
		t.Run(name, func(t *testing.T) {
			c, target, _, _ := served(t)
			s.set(c)
			p, err := target.Plan(t.Context())
			if err == nil {
				_, err = target.Start(t.Context(), "k", p)
			}
			if done := strings.Contains(all[name].Said, "rolled back"); done != (err == nil) {
				t.Errorf("%v; kubectl says %s", err, all[name].Said)
			}
			if diff := cmp.Diff(kinds(t, all[name].Requests, false), kinds(t, c.Requests(), true)); diff != "" {
				t.Errorf("(-kubectl +ours):\n%s", diff)
			}
		})
	}
}

// kinds are requests, each once. Of ours, the test of the version is taken away; without it, it is an error.
func kinds(t *testing.T, all []kubernetesfake.Request, ours bool) map[string]any {
	t.Helper()
	found := map[string]any{}
	for _, r := range all {
		query, err := url.QueryUnescape(r.Query)
		if err != nil {
			t.Fatal(err)
		}
		var body []any
		if len(r.Body) > 0 && string(r.Body) != "null" {
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
		}
		if ours && r.Method == "PATCH" {
			if first, _ := body[0].(map[string]any); first["op"] != "test" || first["path"] != "/metadata/resourceVersion" {
				t.Errorf("the patch begins with %v", first)
			}
			body = body[1:]
		}
		found[strings.TrimSpace(r.Method+" "+r.Path+" "+query+" "+r.Type)] = body
	}
	return found
}

// TestUndo: the revision before is rolled out, and how far that is is said as kubectl rollout status does. After it, the next one goes
// further back, and not to what was left.
func TestUndo(t *testing.T) {
	c, target, w, _ := served(t, "web:41", "web:42", "registry.example.com/shop/web:43")
	p := rollbackstest.Plan(t, target)
	differs := []string{"container app: web:43 → web:42"}
	if p.From != "web:43" || p.To != "web:42" || p.Keyed || len(p.Warnings) != 0 || !slices.Equal(p.Differs, differs) {
		t.Errorf("%+v", p)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error("found before it was started", err)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil || c.Calls("PATCH deployments") != 1 || c.Image("web") != "web:42" {
		t.Fatal(err, c.Calls("PATCH deployments"), c.Image("web"))
	}
	if found, ok, err := target.Find(t.Context(), "k", p); !ok || found != ref || err != nil {
		t.Error("not found", err)
	}
	var notes []string
	for range 4 {
		s := rollbackstest.State(t, target, ref)
		notes = append(notes, strings.TrimSpace(map[rollbacks.Stage]string{rollbacks.Done: "done"}[s.Stage]+" "+s.Note))
		w.Pass(c.Takes / 3)
	}
	want := []string{"1 out of 3 new replicas have been updated", "1 old replicas are pending termination",
		"2 of 3 updated replicas are available", "done"}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
	if next := rollbackstest.Plan(t, target); next.From != "web:42" || next.To != "web:41" {
		t.Errorf("%+v", next)
	}
	if got := c.Annotations("web"); got["kubernetes.io/change-cause"] != "web:42" || got["deployment.kubernetes.io/revision"] != "4" {
		t.Errorf("%v", got)
	}
}

// TestState: what does not come to its end, and what somebody else has ended.
func TestState(t *testing.T) {
	for name, tt := range map[string]struct {
		then  func(*kubernetesfake.Cluster)
		stage rollbacks.Stage
		note  string
	}{
		"stuck": {func(c *kubernetesfake.Cluster) { c.Stick("web") }, rollbacks.Failed, "exceeded its progress deadline"},
		"nobody sees it": {func(c *kubernetesfake.Cluster) { c.Stray("web") }, rollbacks.Running,
			"waiting for the change to be observed"},
		"deployed": {func(c *kubernetesfake.Cluster) {
			c.Deployed("web", kubernetesfake.Template("web", "web:44"), nil, 0)
		}, rollbacks.Failed, "somebody has deployed meanwhile"},
		"scaled": {func(c *kubernetesfake.Cluster) { c.Set("web", func(_, spec map[string]any) { spec["replicas"] = 3.0 }) },
			rollbacks.Done, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, target, w, _ := served(t, "web:42", "web:43")
			p := rollbackstest.Plan(t, target)
			if name == "nobody sees it" {
				tt.then(c)
			}
			ref, err := target.Start(t.Context(), "k", p)
			if err != nil {
				t.Fatal(err)
			}
			tt.then(c)
			w.Pass(11 * time.Minute)
			if s := rollbackstest.State(t, target, ref); s.Stage != tt.stage || !strings.Contains(s.Note, tt.note) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestLock: pods that come and go while it is started do not matter, and what somebody else has deployed is left alone.
func TestLock(t *testing.T) {
	for name, tt := range map[string]struct {
		between func(c *kubernetesfake.Cluster, n int)
		tries   int
		image   string
	}{
		"a pod goes": {func(c *kubernetesfake.Cluster, n int) {
			if n == 1 {
				c.Flap("web")
			}
		}, 2, "web:42"},
		"pods go all the time": {func(c *kubernetesfake.Cluster, _ int) { c.Flap("web") }, 5, "web:43"},
		"somebody deploys": {func(c *kubernetesfake.Cluster, _ int) {
			c.Deployed("web", kubernetesfake.Template("web", "web:44"), nil, 0)
		}, 1, "web:44"},
		"somebody pauses it": {func(c *kubernetesfake.Cluster, _ int) {
			c.Set("web", func(_, spec map[string]any) { spec["paused"] = true })
		}, 1, "web:43"},
	} {
		t.Run(name, func(t *testing.T) {
			c, target, _, _ := served(t, "web:42", "web:43")
			p := rollbackstest.Plan(t, target)
			n := 0
			c.Fail(kubernetesfake.Fault{Before: func() { n++; tt.between(c, n) }})
			_, err := target.Start(t.Context(), "k", p)
			_, refused := errors.AsType[*rollbacks.Refused](err)
			if done := tt.image == "web:42"; done != (err == nil) || !done && !refused {
				t.Error(err)
			}
			if c.Calls("PATCH deployments") != tt.tries || c.Image("web") != tt.image {
				t.Errorf("%d tries, and it is %s", c.Calls("PATCH deployments"), c.Image("web"))
			}
		})
	}
}

// TestOutcome: what Kubernetes refuses was not started; of all else nobody knows, it is not tried again, and it is found if it was done.
func TestOutcome(t *testing.T) {
	for name, tt := range map[string]struct {
		fault   kubernetesfake.Fault
		refused bool
		found   bool
		tries   int
	}{
		"no answer":   {kubernetesfake.Fault{Deaf: true}, false, true, 1},
		"500":         {kubernetesfake.Fault{Status: 500}, false, false, 1},
		"504":         {kubernetesfake.Fault{Status: 504}, false, false, 1},
		"403":         {kubernetesfake.Fault{Status: 403}, true, false, 1},
		"429":         {kubernetesfake.Fault{Status: 429}, true, false, 1},
		"a conflict":  {kubernetesfake.Fault{Status: 409}, true, false, 5},
		"unreachable": {kubernetesfake.Fault{}, true, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, target, _, server := served(t, "web:42", "web:43")
			p := rollbackstest.Plan(t, target)
			c.Fail(tt.fault)
			if name == "unreachable" {
				server.Close()
			}
			_, err := target.Start(t.Context(), "k", p)
			if _, refused := errors.AsType[*rollbacks.Refused](err); err == nil || refused != tt.refused {
				t.Error(err)
			}
			if n := c.Calls("PATCH deployments"); n != tt.tries {
				t.Errorf("%d tries", n)
			}
			if name == "unreachable" {
				return
			}
			if _, found, err := target.Find(t.Context(), "k", p); err != nil || found != tt.found {
				t.Errorf("found: %v, %v", found, err)
			}
		})
	}
}

// TestPlans: what there is to go back to, and what a plan says of it. What pods are given is not shown: there may be secrets in it.
func TestPlans(t *testing.T) {
	c, target, _, _ := served(t)
	impossible := func(why, instead string) {
		t.Helper()
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || !strings.Contains(no.Instead, instead) {
			t.Errorf("%v, want %s; %s", err, why, instead)
		}
	}
	impossible("no deployment web in the namespace shop", "correct the target")
	c.Deployed("web", kubernetesfake.Template("web", "web:latest"), nil, 3*time.Hour)
	impossible("keeps no earlier revision", "deploy the earlier version by your pipeline")
	second := kubernetesfake.Template("web", "web:latest")
	spec := second["spec"].(map[string]any)
	spec["nodeSelector"] = map[string]any{"disk": "hunter2"}
	container := spec["containers"].([]any)[0].(map[string]any)
	container["env"] = []any{map[string]any{"name": "PASSWORD", "value": "hunter2"}}
	spec["containers"] = append(spec["containers"].([]any), map[string]any{"name": "proxy", "image": "proxy:7"})
	second["metadata"].(map[string]any)["annotations"] = map[string]any{"restarted": "hunter2"}
	c.Deployed("web", second, nil, time.Hour)
	p := rollbackstest.Plan(t, target)
	want := []string{"container app: other env", "container proxy of proxy:7 is gone", "pods: other nodeSelector", "pods: other annotations"}
	if diff := cmp.Diff(want, p.Differs); diff != "" {
		t.Error(diff)
	}
	if p.From != "proxy:7" || p.To != "revision 1" || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "web:latest") {
		t.Errorf("%+v", p)
	}
	if text, err := json.Marshal(p); err != nil || bytes.Contains(text, []byte("hunter2")) {
		t.Errorf("%s %v", text, err)
	}
	before := rollbackstest.Digest(p)
	c.Flap("web")
	c.Set("web", func(_, spec map[string]any) { spec["replicas"] = 9.0 })
	if rollbackstest.Digest(rollbackstest.Plan(t, target)) != before {
		t.Error("more pods make another plan")
	}
	c.Set("web", func(_, spec map[string]any) { spec["paused"] = true })
	impossible("is paused", "kubectl rollout resume deployment/web -n shop")
}

// TestOwners: what else deploys it would undo the rollback, and that is said.
func TestOwners(t *testing.T) {
	for key, want := range map[string]string{
		"argocd.argoproj.io/tracking-id": "Argo CD", "kustomize.toolkit.fluxcd.io/name": "Flux",
		"helm.toolkit.fluxcd.io/name": "Flux", "meta.helm.sh/release-name": "Helm", "example.com/mine": "",
	} {
		for _, where := range []string{"labels", "annotations"} {
			c, target, _, _ := served(t, "web:42", "web:43")
			c.Set("web", func(metadata, _ map[string]any) {
				marks, ok := metadata[where].(map[string]any)
				if !ok {
					marks = map[string]any{}
					metadata[where] = marks
				}
				marks[key] = "x"
			})
			said := strings.Join(rollbackstest.Plan(t, target).Warnings, "\n")
			if want == "" && said != "" || !strings.Contains(said, want) {
				t.Errorf("%s in %s: %q", key, where, said)
			}
		}
	}
}

// TestDenied: a token that is not taken, and what is read anew for each rollback.
func TestDenied(t *testing.T) {
	c, target, _, _ := served(t, "web:42", "web:43")
	c.Admits = func(string) bool { return false }
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "Unauthorized (see the role in docs/rollbacks.md)") {
		t.Error(err)
	}
	inside, err := kubernetes.Maker().New(aws.Config{}, rollbacks.Settings{"namespace": "shop", "deployment": "web"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = inside.Plan(t.Context())
	if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || !strings.Contains(no.Why, "does not run in Kubernetes") {
		t.Error(err)
	}
}

// TestRole holds that the role of templates/kubernetes allows what is asked for, and nothing else.
func TestRole(t *testing.T) {
	c, target, _, _ := served(t, "web:42", "web:43")
	if _, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target)); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, r := range c.Requests() {
		parts := strings.Split(r.Path, "/")
		verb := strings.ToLower(r.Method)
		if len(parts) == 7 {
			verb = "list"
		}
		used[verb+" "+parts[6]] = true
	}
	text, err := os.ReadFile("../../templates/kubernetes/rollbacks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	rule := regexp.MustCompile(`resources: \["(\w+)"\]\n *verbs: \[([^]]+)\]`)
	for _, m := range rule.FindAllStringSubmatch(string(text), -1) {
		for verb := range strings.SplitSeq(m[2], ", ") {
			allowed[strings.Trim(verb, `"`)+" "+m[1]] = true
		}
	}
	if diff := cmp.Diff(used, allowed); diff != "" {
		t.Errorf("(-used +allowed):\n%s", diff)
	}
}
