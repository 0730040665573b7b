package kubernetes_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/rollbacks/kubernetesfake"
)

// record has kubectl itself asked, and its requests written to testdata.
var record = flag.Bool("record", false, "record what kubectl asks for; it must be installed")

// noted are the annotations of a deployment of before, one of each kind.
func noted(cause string) map[string]string {
	return map[string]string{
		"kubernetes.io/change-cause":                       cause,
		"kubectl.kubernetes.io/last-applied-configuration": `{"applied":"` + cause + `"}`,
		"example.com/team":                                 cause,
	}
}

// scenes are the cases in which kubectl was recorded. Args are those of kubectl rollout undo.
func scenes() map[string]struct {
	args []string
	set  func(*kubernetesfake.Cluster)
} {
	type scene = struct {
		args []string
		set  func(*kubernetesfake.Cluster)
	}
	deployed := func(c *kubernetesfake.Cluster, images ...string) {
		for n, image := range images {
			c.Deployed("web", kubernetesfake.Template("web", image), noted(image), time.Duration(len(images)-n)*time.Hour)
		}
	}
	return map[string]scene{
		"previous": {nil, func(c *kubernetesfake.Cluster) { deployed(c, "web:41", "web:42", "web:43") }},
		"after an undo": {[]string{"--to-revision=1"}, func(c *kubernetesfake.Cluster) {
			deployed(c, "web:41", "web:42", "web:43", "web:42")
		}},
		"paused": {nil, func(c *kubernetesfake.Cluster) {
			deployed(c, "web:41", "web:42")
			c.Set("web", func(_, spec map[string]any) { spec["paused"] = true })
		}},
		"first": {nil, func(c *kubernetesfake.Cluster) { deployed(c, "web:41") }},
		"another deployment's": {nil, func(c *kubernetesfake.Cluster) {
			deployed(c, "web:41", "web:42")
			other := kubernetesfake.Template("web", "other:7")
			for range 2 {
				c.Deployed("other", other, nil, time.Minute)
				other = kubernetesfake.Template("web", "other:8")
			}
		}},
		"other fields": {nil, func(c *kubernetesfake.Cluster) {
			for n, image := range []string{"web:41", "web:42"} {
				t := kubernetesfake.Template("web", image)
				container := t["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
				container["env"] = []any{map[string]any{"name": "N", "value": image}}
				container["resources"] = map[string]any{"limits": map[string]any{"cpu": "500m", "memory": "1Gi"}}
				container["ports"] = []any{map[string]any{"containerPort": 8080 + n, "protocol": "TCP"}}
				t["metadata"].(map[string]any)["annotations"] = map[string]any{"example.com/restarted": image}
				c.Deployed("web", t, nil, time.Duration(2-n)*time.Hour)
			}
		}},
	}
}

// recorded is what kubectl did.
type recorded struct {
	Said     string                   `json:"said"`
	Requests []kubernetesfake.Request `json:"requests"`
}

// ofKubectl is what kubectl did, for each scene.
func ofKubectl(t *testing.T) map[string]recorded {
	t.Helper()
	path := filepath.Join("testdata", "kubectl.json")
	if *record {
		all := map[string]recorded{}
		for name, s := range scenes() {
			all[name] = asked(t, s.args, s.set)
		}
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]recorded
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// asked runs kubectl.
func asked(t *testing.T, args []string, set func(*kubernetesfake.Cluster)) recorded {
	t.Helper()
	c := kubernetesfake.New("shop", time.Now)
	set(c)
	server := httptest.NewTLSServer(c)
	defer server.Close()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("kubectl", append([]string{"--server=" + server.URL, "--certificate-authority=" + ca, "--token=token",
		"--namespace=shop", "--cache-dir=" + dir, "rollout", "undo", "deployment/web"}, args...)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(dir, "none"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	_ = cmd.Run() // what it says tells
	return recorded{said.String(), c.Requests()}
}
