package awshttp

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// line answers, and notes what bodies it was given.
type line struct{ writes, reads int }

func (l *line) Do(r *http.Request) (*http.Response, error) {
	if _, ok := r.Body.(io.WriterTo); ok {
		l.writes++
	}
	sent, err := io.ReadAll(r.Body)
	if err == nil && strings.Contains(string(sent), "GetCallerIdentity") && r.ContentLength == int64(len(sent)) {
		l.reads++
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`))}, nil
}

func ask(t *testing.T, through aws.HTTPClient) {
	t.Helper()
	c := sts.New(sts.Options{Region: "eu-central-1", HTTPClient: through, Credentials: aws.AnonymousCredentials{}})
	if out, err := c.GetCallerIdentity(t.Context(), nil); err != nil || aws.ToString(out.Account) != "1" {
		t.Errorf("%v, %v", out, err)
	}
}

// TestBodyIsOnlyRead holds that net/http is given the body as something to read, whole and with its length. The control is the SDK without
// this package: when it does not fail any more, the package can go.
func TestBodyIsOnlyRead(t *testing.T) {
	var ours, theirs line
	ask(t, Client(&ours))
	if ours != (line{reads: 1}) {
		t.Errorf("%+v", ours)
	}
	if ask(t, &theirs); theirs.writes != 1 {
		t.Errorf("the SDK's own body does not write any more (%+v): see whether this package is still needed", theirs)
	}
}
