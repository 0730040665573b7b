// Package awsfake is what the fakes of AWS's services share: they speak the protocols of the real ones to AWS's own clients, refuse
// requests with members that the service's model does not have or without those that it requires, count calls, and can be told to go
// wrong.
//
// A member is known by the types of AWS's client, which AWS generates from the model. What is required is listed with each operation, and
// tests compare that with the client (package rollbackstest).
package awsfake

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Where the fakes are.
const (
	Region  = "eu-central-1"
	Account = "123456789012"
)

// ARN names something of a service there.
func ARN(service, rest string) string {
	return "arn:aws:" + service + ":" + Region + ":" + Account + ":" + rest
}

// Stamp is a time as JSON has it: seconds since 1970, with a fraction.
func Stamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// A Problem is an error as AWS answers it.
type Problem struct {
	Code, Message string
	Status        int // of HTTP; 0: 400
}

// A Fault is what goes wrong with a call.
type Fault struct {
	// Code is the error that is answered, with an HTTP status that goes with it; empty for none.
	Code   string
	Status int
	// Deaf does what is asked and does not answer.
	Deaf bool
	// Left is how often it happens; less than 0: always.
	Left int
}

// A Call is one request, read.
type Call struct {
	HTTP *http.Request
	body []byte
}

// Read reads the members of a request; those of in are a choice of what there may be.
func (c Call) Read(in any) *Problem {
	if err := json.Unmarshal(c.body, in); err != nil {
		return &Problem{Code: "SerializationException", Message: err.Error()}
	}
	return nil
}

// An Operation is what can be asked for.
type Operation struct {
	// In and Out are zero values of the types that AWS's client has for request and answer.
	In, Out  any
	Required []string // members, as they are on the wire
	Do       func(Call) (any, *Problem)
}

// A Server is a fake of a service.
type Server struct {
	wire       wire
	operations map[string]Operation

	mu     sync.Mutex
	calls  map[string]int
	faults map[string]Fault
}

// wire is a protocol.
type wire interface {
	// read finds out what is asked for, and its members in JSON.
	read(r *http.Request, body []byte) (operation string, members []byte, wrong *Problem)
	// spell is how a member of AWS's client is called on the wire.
	spell(member string) string
	answer(w http.ResponseWriter, operation string, out any)
	refuse(w http.ResponseWriter, p Problem)
}

func newServer(w wire, operations map[string]Operation) *Server {
	return &Server{wire: w, operations: operations, calls: map[string]int{}, faults: map[string]Fault{}}
}

// Operations are what it can be asked for.
func (s *Server) Operations() map[string]Operation { return s.operations }

// Spell is how a member of AWS's client is called on the wire.
func (s *Server) Spell(member string) string { return s.wire.spell(member) }

// Calls is how often an operation was asked for.
func (s *Server) Calls(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[operation]
}

// Fail has an operation go wrong. It replaces what was said of that operation before.
func (s *Server) Fail(operation string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[operation] = f
}

// note counts a call, and returns what goes wrong with it.
func (s *Server) note(operation string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[operation]++
	f := s.faults[operation]
	if f.Left == 0 {
		return Fault{}
	}
	f.Left--
	s.faults[operation] = f
	return f
}

// most is how large a request may be.
const most = 1 << 20

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err != nil {
		return // whoever asked has gone
	}
	if strings.Contains(string(body), "Action=GetCallerIdentity&") { // which is asked of another service than this
		queryWire{namespace: "https://sts.amazonaws.com/doc/2011-06-15/"}.answer(w, "GetCallerIdentity", identity{
			ARN: "arn:aws:sts::" + Account + ":assumed-role/oncalm/i-1", Account: Account})
		return
	}
	name, members, wrong := s.wire.read(r, body)
	o, known := s.operations[name]
	switch {
	case wrong != nil:
	case !known:
		wrong = &Problem{Code: "UnknownOperationException", Message: name}
	// the signature itself is not checked: that it is right is the matter of AWS's own client
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="):
		wrong = &Problem{Code: "MissingAuthenticationTokenException", Message: "the request is not signed"}
	}
	if wrong != nil {
		s.wire.refuse(w, *wrong)
		return
	}
	fault := s.note(name)
	if fault.Code != "" {
		s.wire.refuse(w, Problem{Code: fault.Code, Message: "a fault of the fake", Status: fault.Status})
		return
	}
	out, wrong := s.do(o, Call{HTTP: r, body: members})
	switch {
	case fault.Deaf:
		panic(http.ErrAbortHandler) // the connection breaks before the answer
	case wrong != nil:
		s.wire.refuse(w, *wrong)
	default:
		s.wire.answer(w, name, out)
	}
}

// identity is whose credentials they are.
type identity struct {
	XMLName xml.Name `xml:"GetCallerIdentityResult"`
	ARN     string   `xml:"Arn"`
	Account string
}

// do does what is asked for, if the request is as the model has it. An answer that is not is a mistake of the fake.
func (s *Server) do(o Operation, c Call) (any, *Problem) {
	given, wrong := model{spell: s.wire.spell}.check(o.In, c.body)
	if wrong != nil {
		return nil, wrong
	}
	for _, name := range o.Required {
		if _, ok := given[name]; !ok && c.HTTP.PathValue(name) == "" {
			return nil, &Problem{Code: "ValidationException", Message: name + " is required"}
		}
	}
	out, wrong := o.Do(c)
	if wrong != nil || o.Out == nil {
		return out, wrong
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, &Problem{Code: "InternalFailure", Message: err.Error(), Status: http.StatusInternalServerError}
	}
	if _, wrong := (model{spell: s.wire.spell, answer: true}).check(o.Out, text); wrong != nil {
		wrong.Code, wrong.Status = "InternalFailure", http.StatusInternalServerError
		return nil, wrong
	}
	return out, nil
}
