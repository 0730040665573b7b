package kubernetes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/oncalm/oncalm/rollbacks"
)

// Where a pod finds its cluster. The name is in the certificate of each API server, so no variable of the environment is needed.
const (
	inside  = "https://kubernetes.default.svc"
	account = "/var/run/secrets/kubernetes.io/serviceaccount/"
)

// timeout is how long one request may take.
const timeout = 10 * time.Second

// door is how a cluster is reached: of EKS by its name, or by an address with files of a token and of a certificate authority. Files are
// read anew for each rollback, since Kubernetes changes tokens.
type door struct {
	cluster           string // of EKS; "" if there is an address
	eks               rollbacks.Clients[eks.Client]
	sts               *sts.Client
	server, token, ca string
}

func doorOf(cfg aws.Config, keys rollbacks.Settings) door {
	if name := keys["cluster"]; name != "" && keys["server"] == "" {
		return door{cluster: name, eks: rollbacks.Dial(cfg, keys, eks.NewFromConfig), sts: sts.NewFromConfig(cfg)}
	}
	d := door{server: inside, token: account + "token", ca: account + "ca.crt"}
	if keys["server"] != "" {
		d = door{server: keys["server"], token: keys["token_file"], ca: keys["ca_file"]}
	}
	return d
}

// checkServer takes an address without anything behind it.
func checkServer(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery+u.Fragment != "" {
		return errors.New("it must be an address such as https://10.0.0.1:6443")
	}
	return nil
}

// checkAccess says what of the keys does not go together.
func checkAccess(keys rollbacks.Settings) error {
	switch {
	case keys["server"] != "" && keys["token_file"] == "":
		return errors.New("a server needs token_file")
	case keys["server"] == "" && keys["token_file"]+keys["ca_file"] != "":
		return errors.New("token_file and ca_file need a server")
	}
	return nil
}

// dial finds out where the cluster is and what opens it.
func (d *Deployment) dial(ctx context.Context) (*api, error) {
	a := &api{namespace: d.namespace, name: d.name, server: d.door.server}
	var authority []byte
	var err error
	if d.door.cluster != "" {
		a.server, authority, err = d.door.describe(ctx)
		if err == nil {
			a.token, err = d.door.sign(ctx)
		}
	} else {
		authority, a.token, err = d.door.files()
	}
	if err != nil {
		return nil, err
	}
	a.client, err = clientOf(authority)
	return a, err
}

// files reads certificate authority and token.
func (d door) files() (authority []byte, token string, err error) {
	text, err := os.ReadFile(d.token)
	if errors.Is(err, os.ErrNotExist) && d.server == inside {
		return nil, "", &rollbacks.Impossible{Why: "Oncalm does not run in Kubernetes, or its pod has no service account",
			Instead: "name the cluster of EKS, or server, token_file and ca_file of the target"}
	}
	if err == nil && d.ca != "" {
		authority, err = os.ReadFile(d.ca)
	}
	return authority, strings.TrimSpace(string(text)), err
}

// describe asks EKS where a cluster is.
func (d door) describe(ctx context.Context) (server string, authority []byte, err error) {
	out, err := d.eks.Ask.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &d.cluster})
	if rollbacks.HasCode(err, "ResourceNotFoundException") {
		return "", nil, rollbacks.Missing("EKS has no cluster " + d.cluster)
	}
	if err != nil {
		return "", nil, err
	}
	c := out.Cluster
	if err := d.eks.Own(aws.ToString(c.Arn)); err != nil {
		return "", nil, err
	}
	if c.Endpoint == nil || c.CertificateAuthority == nil {
		return "", nil, &rollbacks.Impossible{Why: "the cluster " + d.cluster + " is " + strings.ToLower(string(c.Status)),
			Instead: "wait until it is active"}
	}
	authority, err = base64.StdEncoding.DecodeString(aws.ToString(c.CertificateAuthority.Data))
	return *c.Endpoint, authority, err
}

// sign makes the token of EKS: a signed request to STS that says who somebody is, which the cluster itself makes to see whether it is
// true. The header binds it to the cluster.
func (d door) sign(ctx context.Context) (string, error) {
	signed, err := sts.NewPresignClient(d.sts, func(o *sts.PresignOptions) {
		o.Presigner = binding{o.Presigner, d.cluster}
	}).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", fmt.Errorf("credentials of AWS: %w", err)
	}
	return "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(signed.URL)), nil
}

// binding signs a request together with the name of a cluster. A minute is what EKS wants to see; the token is good for a quarter of an
// hour whatever it says.
type binding struct {
	sts.HTTPPresignerV4
	cluster string
}

// PresignHTTP implements [sts.HTTPPresignerV4].
func (b binding) PresignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string,
	at time.Time, opts ...func(*v4.SignerOptions)) (string, http.Header, error) {
	r.Header.Set("X-K8s-Aws-Id", b.cluster)
	query := r.URL.Query()
	query.Set("X-Amz-Expires", "60")
	r.URL.RawQuery = query.Encode()
	if b.HTTPPresignerV4 == nil {
		b.HTTPPresignerV4 = v4.NewSigner()
	}
	return b.HTTPPresignerV4.PresignHTTP(ctx, c, r, hash, service, region, at, opts...)
}

// clientOf is for one rollback: connections are not kept, as nobody would close them.
func clientOf(authority []byte) (*http.Client, error) {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(authority) > 0 {
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(authority) {
			return nil, errors.New("the certificate authority of the cluster is none")
		}
	}
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
