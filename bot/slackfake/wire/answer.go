package wire

import (
	"errors"
	"fmt"
)

// Answer is an object of JSON.
type Answer map[string]any

// Refusal is an answer with ok:false.
type Refusal struct {
	Code   string
	Fields Answer
	Status int // of HTTP; 0 means 200
}

func (r *Refusal) Error() string { return r.Code }

// Refuse is the refusal with this code.
func Refuse(code string) error { return &Refusal{Code: code} }

// Invalid is the refusal of a structure, with Slack's own messages.
func Invalid(code string, problems []string) error {
	marked := make([]string, len(problems))
	for i, p := range problems {
		marked[i] = "[ERROR] " + p
	}
	return &Refusal{Code: code, Fields: Answer{
		"errors":            problems,
		"response_metadata": Answer{"messages": marked},
	}}
}

// Detailed adds Slack's own messages to a refusal.
func Detailed(err error) error {
	if r, ok := errors.AsType[*Refusal](err); ok && r.Fields["errors"] != nil {
		return fmt.Errorf("%w: %v", err, r.Fields["errors"])
	}
	return err
}
