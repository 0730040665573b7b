package kubernetes_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/kubernetes"
	"github.com/oncalm/oncalm/rollbacks/kubernetesfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestEKS: the name of a cluster is enough. EKS says where it is and by which certificate it is known, and the token is a request to STS
// that is bound to the cluster.
func TestEKS(t *testing.T) {
	w := rollbackstest.NewWatch()
	c := kubernetesfake.New("shop", w.Now)
	var tokens []string
	c.Admits = func(token string) bool {
		tokens = append(tokens, token)
		return true
	}
	for _, image := range []string{"web:42", "web:43"} {
		c.Deployed("web", kubernetesfake.Template("web", image), nil, time.Hour)
	}
	server := httptest.NewTLSServer(c)
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	status := "ACTIVE"
	fake := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		signed := strings.Contains(r.Header.Get("Authorization"), "/eks/aws4_request")
		if r.Method != http.MethodGet || r.URL.Path != "/clusters/prod" || !signed {
			rw.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			rw.WriteHeader(http.StatusNotFound)
			_, _ = rw.Write([]byte(`{"message":"No cluster found"}`))
			return
		}
		cluster := map[string]any{"name": "prod", "status": status, "arn": awsfake.ARN("eks", "cluster/prod")}
		if status == "ACTIVE" {
			cluster["endpoint"] = server.URL
			cluster["certificateAuthority"] = map[string]string{"data": base64.StdEncoding.EncodeToString(ca)}
		}
		_ = json.NewEncoder(rw).Encode(map[string]any{"cluster": cluster})
	})
	target := func(cluster, account string) rollbacks.Target {
		return rollbackstest.Target(t, kubernetes.Maker(), rollbacks.Settings{"cluster": cluster, "namespace": "shop", "deployment": "web",
			"account": account}, fake)
	}
	own := target("prod", awsfake.Account)
	if _, err := own.Start(t.Context(), "k", rollbackstest.Plan(t, own)); err != nil || c.Image("web") != "web:42" {
		t.Fatal(err, c.Image("web"))
	}
	signed(t, tokens[0])
	impossible := func(target rollbacks.Target, why string) {
		t.Helper()
		_, err := target.Plan(t.Context())
		if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || !strings.Contains(no.Why, why) {
			t.Errorf("%v, want %s", err, why)
		}
	}
	impossible(target("other", ""), "EKS has no cluster other")
	impossible(target("prod", "999999999999"), "of the account "+awsfake.Account)
	status = "CREATING"
	impossible(own, "the cluster prod is creating")
}

// signed looks at a token as EKS does.
func signed(t *testing.T, token string) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "k8s-aws-v1."))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	headers := strings.Split(q.Get("X-Amz-SignedHeaders"), ";")
	if q.Get("Action") != "GetCallerIdentity" || q.Get("X-Amz-Expires") != "60" || !slices.Contains(headers, "x-k8s-aws-id") ||
		!slices.Contains(headers, "host") || q.Get("X-Amz-Signature") == "" ||
		!strings.Contains(q.Get("X-Amz-Credential"), "/sts/aws4_request") {
		t.Errorf("%s", u)
	}
}

// TestKeys: what is said of keys that do not go together.
func TestKeys(t *testing.T) {
	m := kubernetes.Maker()
	for _, tt := range []struct {
		keys rollbacks.Settings
		want string
	}{
		{rollbacks.Settings{}, ""},
		{rollbacks.Settings{"cluster": "prod"}, ""},
		{rollbacks.Settings{"server": "https://10.0.0.1:6443"}, "a server needs token_file"},
		{rollbacks.Settings{"server": "https://10.0.0.1:6443", "token_file": "t"}, ""},
		{rollbacks.Settings{"ca_file": "c"}, "need a server"},
	} {
		err := m.Check(tt.keys)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%v: %v", tt.want, err)
		}
	}
	for _, s := range []string{"http://10.0.0.1", "https://", "https://a@b", "https://a/x", "https://a?x", "10.0.0.1"} {
		n := slices.IndexFunc(m.Keys, func(k rollbacks.Key) bool { return k.Name == "server" })
		if m.Keys[n].Check(s) == nil {
			t.Errorf("%s is taken", s)
		}
	}
}
