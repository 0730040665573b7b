package reachtest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AWS is the fakes of one account. Its zero value is ready.
type AWS struct {
	SNS       SNS
	SES       SES
	Telephony Telephony
}

// Config is that of clients whose calls come here, without a network.
func (a *AWS) Config() aws.Config { return configuration(a) }

// RoundTrip implements [http.RoundTripper]: each request goes to the service that it is signed for.
func (a *AWS) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.Header.Get("Authorization"), "/ses/aws4_request") {
		return a.SES.RoundTrip(r)
	}
	if strings.Contains(r.Header.Get("Authorization"), "/sms-voice/aws4_request") {
		return a.Telephony.RoundTrip(r)
	}
	return a.SNS.RoundTrip(r)
}

// ServeHTTP is the account over a network.
func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch signed := r.Header.Get("Authorization"); {
	case strings.Contains(signed, "/ses/aws4_request"):
		a.SES.ServeHTTP(w, r)
	case strings.Contains(signed, "/sms-voice/aws4_request"):
		a.Telephony.ServeHTTP(w, r)
	default:
		a.SNS.ServeHTTP(w, r)
	}
}

// Wrong are the requests that were none.
func (a *AWS) Wrong() []string {
	return slices.Concat(a.SNS.Wrong(), a.SES.Wrong(), a.Telephony.Wrong())
}
