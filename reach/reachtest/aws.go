package reachtest

import (
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AWS is the fakes of one account. Its zero value is ready.
type AWS struct {
	SNS SNS
	SES SES
}

// Config is that of clients whose calls come here, without a network.
func (a *AWS) Config() aws.Config { return configuration(a) }

// RoundTrip implements [http.RoundTripper]: each request goes to the service that it is signed for.
func (a *AWS) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.Header.Get("Authorization"), "/ses/aws4_request") {
		return a.SES.RoundTrip(r)
	}
	return a.SNS.RoundTrip(r)
}

// Wrong are the requests that were none.
func (a *AWS) Wrong() []string { return append(a.SNS.Wrong(), a.SES.Wrong()...) }
