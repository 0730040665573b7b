package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// MaxBody is the largest body that the fake reads, in bytes.
const MaxBody = 10 << 20

// Reply is what goes back on the wire, or Err when nothing does.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
}

// JSONReply is a reply with 200 and this as JSON.
func JSONReply(v any) Reply {
	body, err := json.Marshal(v)
	if err != nil {
		return Reply{Status: http.StatusInternalServerError, Header: http.Header{}}
	}
	return Reply{
		Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body:   body,
	}
}

// HTMLReply is a reply with a page.
func HTMLReply(status int, text string) Reply {
	return Reply{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body:   []byte("<!DOCTYPE html><html><head><title>Slack</title></head><body><h1>" + text + "</h1></body></html>"),
	}
}

// Response is the reply as the client of a request gets it.
func (rep Reply) Response(r *http.Request) *http.Response {
	return &http.Response{
		Status:        strconv.Itoa(rep.Status) + " " + http.StatusText(rep.Status),
		StatusCode:    rep.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        rep.Header,
		Body:          io.NopCloser(bytes.NewReader(rep.Body)),
		ContentLength: int64(len(rep.Body)),
		Request:       r,
	}
}

// ReadBody reads the body of a request.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(io.LimitReader(r.Body, MaxBody))
}
