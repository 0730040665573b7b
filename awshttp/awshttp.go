// Package awshttp is how the SDK of AWS speaks HTTP here.
//
// The SDK closes the body of a request as soon as the answer begins (smithy-go 1.28, transport/http/client.go). A body of its own, once
// closed, says of io.WriterTo that it failed, where it has nothing left to write. If the answer comes so fast that net/http has not yet
// looked for the end of the body, it takes that for a broken line, closes the connection, and the answer cannot be read: "use of closed
// network connection", about once in a hundred calls on one busy machine. What was asked was done all the same, so of a change nobody knew
// whether it was made. So the body is passed on as something that can only be read.
package awshttp

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Client returns an HTTP client for a configuration of the SDK, which sends with inner; nil is the SDK's own.
func Client(inner aws.HTTPClient) aws.HTTPClient {
	if inner == nil {
		inner = sdk.NewBuildableClient()
	}
	return client{inner}
}

type client struct{ inner aws.HTTPClient }

// Do implements [aws.HTTPClient].
func (c client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context()) // a copy: the SDK closes the body that it knows
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.inner.Do(r)
}
