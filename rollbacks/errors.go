package rollbacks

import (
	"errors"
	"net"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Outcome is the error of a call to AWS that starts something: a [*Refused] if it is sure that nothing was started, or else
// as it is. A status of 4xx, or the fault of the client, says that AWS did not do it; without a connection nothing was
// sent.
func Outcome(err error) error {
	if err == nil {
		return nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		answered, ok := errors.AsType[*smithyhttp.ResponseError](err)
		if api.ErrorFault() == smithy.FaultClient || ok && answered.HTTPStatusCode()/100 == 4 {
			return &Refused{Told(err)}
		}
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return &Refused{dial}
	}
	return err
}

// Told is an error of AWS in AWS's own words, without what the client puts around them.
func Told(err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorMessage() != "" {
		return errors.New(api.ErrorCode() + ": " + api.ErrorMessage())
	}
	return err
}

// HasCode reports whether AWS answered with one of some codes. Codes, and not types of errors, since each service has types
// of its own.
func HasCode(err error, codes ...string) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if api.ErrorCode() == code {
			return true
		}
	}
	return false
}
