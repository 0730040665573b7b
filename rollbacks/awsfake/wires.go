package awsfake

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// JSON makes a server that speaks awsJson 1.1. The header X-Amz-Target is the name of the service in AWS's model and, after a point, that
// of the operation.
func JSON(service string, operations map[string]Operation) *Server {
	return newServer(jsonWire{service + "."}, operations)
}

type jsonWire struct{ target string }

const jsonType = "application/x-amz-json-1.1"

func (j jsonWire) read(r *http.Request, body []byte) (string, []byte, *Problem) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), j.target)
	switch {
	case r.Method != http.MethodPost || !ok:
		return "", nil, &Problem{Code: "UnknownOperationException", Message: r.Header.Get("X-Amz-Target")}
	case r.Header.Get("Content-Type") != jsonType:
		return "", nil, &Problem{Code: "SerializationException", Message: "the content type is not that of awsJson 1.1"}
	}
	return operation, body, nil
}

// spell begins with a small letter, as all services do that speak this and that rollbacks knows.
func (jsonWire) spell(member string) string { return strings.ToLower(member[:1]) + member[1:] }

func (jsonWire) answer(w http.ResponseWriter, _ string, out any) {
	w.Header().Set("Content-Type", jsonType)
	if out == nil {
		out = map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(out) // whoever asked has gone
}

func (jsonWire) refuse(w http.ResponseWriter, p Problem) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(statusOf(p))
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": p.Code, "message": p.Message})
}

func statusOf(p Problem) int {
	if p.Status == 0 {
		return http.StatusBadRequest
	}
	return p.Status
}

// Query makes a server that speaks AWS's query protocol: a form in, XML out. What operations return is marshaled as XML, as the content of
// the result; members of a list are called member.
func Query(namespace, version string, operations map[string]Operation) *Server {
	return newServer(queryWire{namespace, version}, operations)
}

type queryWire struct{ namespace, version string }

// read makes JSON of the form: X.member.1 is the first of the list X.
func (q queryWire) read(r *http.Request, body []byte) (string, []byte, *Problem) {
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		return "", nil, &Problem{Code: "MalformedQueryString", Message: "the request is no form"}
	case form.Get("Version") != q.version:
		return "", nil, &Problem{Code: "InvalidAction", Message: "the version is " + form.Get("Version")}
	}
	operation := form.Get("Action")
	form.Del("Action")
	form.Del("Version")
	members := map[string]any{}
	for name, values := range form {
		if list := member.FindStringSubmatch(name); list != nil {
			before, _ := members[list[1]].([]any)
			members[list[1]] = append(before, values[0])
			continue
		}
		members[name] = values[0]
		if values[0] == "true" || values[0] == "false" {
			members[name] = values[0] == "true"
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		return "", nil, &Problem{Code: "MalformedQueryString", Message: err.Error()}
	}
	return operation, text, nil
}

var member = regexp.MustCompile(`^([A-Za-z]+)\.member\.[0-9]+$`)

func (queryWire) spell(member string) string { return member }

func (q queryWire) answer(w http.ResponseWriter, operation string, out any) {
	w.Header().Set("Content-Type", "text/xml")
	inner := []byte{}
	if out != nil {
		inner, _ = xml.Marshal(out) // a type of the fake
	}
	_, _ = w.Write([]byte("<" + operation + `Response xmlns="` + q.namespace + `">` + string(inner) +
		"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></" + operation + "Response>"))
}

func (q queryWire) refuse(w http.ResponseWriter, p Problem) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(statusOf(p))
	text := struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
	}{Namespace: q.namespace, Type: "Sender", Code: p.Code, Message: p.Message}
	if statusOf(p) >= http.StatusInternalServerError {
		text.Type = "Receiver"
	}
	_ = xml.NewEncoder(w).Encode(text)
}

// REST makes a server that speaks rest-json. The patterns of paths are those of [http.ServeMux], with the operation that each is; what
// stands in braces is a member, and so is what the query has.
func REST(patterns map[string]string, operations map[string]Operation) *Server {
	mux := http.NewServeMux()
	for pattern := range patterns {
		mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	return newServer(restWire{mux, patterns}, operations)
}

type restWire struct {
	mux      *http.ServeMux
	patterns map[string]string
}

func (w restWire) read(r *http.Request, body []byte) (string, []byte, *Problem) {
	_, pattern := w.mux.Handler(r)
	w.mux.ServeHTTP(discard{}, r) // sets the values of the path
	if len(body) == 0 {
		body = []byte("{}")
	}
	return w.patterns[pattern], body, nil
}

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func (restWire) spell(member string) string { return member }

func (restWire) answer(w http.ResponseWriter, _ string, out any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (restWire) refuse(w http.ResponseWriter, p Problem) {
	w.Header().Set("X-Amzn-Errortype", p.Code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf(p))
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": "User", "message": p.Message})
}
