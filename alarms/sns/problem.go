package sns

import (
	"fmt"
	"net/http"
)

// A Code names one way in which a message is refused.
type Code string

// The codes. Each has one status: 4xx for what can never become good, which SNS does
// not send again, and 503 for trouble of our own, which it does.
const (
	CodeMethod      Code = "E1000" // not a POST
	CodeEmpty       Code = "E1001" // no body
	CodeNotJSON     Code = "E1002" // the body is not JSON
	CodeNotObject   Code = "E1003" // JSON, but not an object, or nested too deeply
	CodeTooLarge    Code = "E1004" // more than 1 MiB
	CodeEncoding    Code = "E1005" // compressed
	CodeField       Code = "E1006" // a field is missing or has no meaning
	CodeType        Code = "E1007" // a Type that SNS does not send
	CodeRaw         Code = "E1008" // raw delivery: no envelope, no signature
	CodeHeader      Code = "E1009" // a header contradicts the body
	CodeTopic       Code = "E1010" // a topic that is not ours
	CodeCertURL     Code = "E1011" // SigningCertURL is not an address of SNS
	CodeFetch       Code = "E1012" // the certificate could not be fetched
	CodeCertificate Code = "E1013" // the certificate is not one of SNS, or not valid then
	CodeSignature   Code = "E1014" // the signature does not fit
	CodeTime        Code = "E1015" // too old, or from the future
	CodeSubscribe   Code = "E1016" // SubscribeURL leads elsewhere
	CodeStore       Code = "E1017" // the message could not be stored
	CodeBusy        Code = "E1018" // too much at once
	CodeClock       Code = "E1019" // the time does not fit, and our clock may be wrong
)

// codes lists all of them.
func codes() []Code {
	return []Code{
		CodeMethod, CodeEmpty, CodeNotJSON, CodeNotObject, CodeTooLarge, CodeEncoding, CodeField, CodeType, CodeRaw,
		CodeHeader,
		CodeTopic, CodeCertURL, CodeFetch, CodeCertificate, CodeSignature, CodeTime, CodeSubscribe, CodeStore, CodeBusy,
		CodeClock,
	}
}

// Status is the HTTP status for the code.
func (c Code) Status() int {
	switch c {
	case CodeMethod:
		return http.StatusMethodNotAllowed
	case CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeEncoding:
		return http.StatusUnsupportedMediaType
	case CodeEmpty, CodeNotJSON, CodeNotObject, CodeField, CodeType, CodeRaw, CodeHeader:
		return http.StatusBadRequest
	case CodeTopic, CodeCertURL, CodeCertificate, CodeSignature, CodeTime, CodeSubscribe:
		return http.StatusForbidden
	default:
		return http.StatusServiceUnavailable
	}
}

// A Problem is why a message is not taken in.
type Problem struct {
	Code Code
	// Text says what is wrong in one line, and never what would have been right: it
	// goes back to whoever sent the message.
	Text string
	// Err is the reason underneath, for the log.
	Err error
}

func (p *Problem) Error() string {
	if p.Err != nil {
		return fmt.Sprintf("%s %s: %v", p.Code, p.Text, p.Err)
	}
	return string(p.Code) + " " + p.Text
}

// Unwrap returns the reason underneath.
func (p *Problem) Unwrap() error { return p.Err }

func refuse(code Code, format string, args ...any) error {
	return &Problem{Code: code, Text: fmt.Sprintf(format, args...)}
}

func refuseFor(err error, code Code, format string, args ...any) error {
	return &Problem{Code: code, Text: fmt.Sprintf(format, args...), Err: err}
}
