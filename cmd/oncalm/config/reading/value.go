package reading

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Kind is the form of a value. Only its text counts: whether a single value is a number or a date is up to the key
// that it belongs to.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Scalar
	Mapping
	Sequence
)

// String names the kind as a problem does.
func (k Kind) String() string {
	return [...]string{"nothing", "a single value", "a mapping", "a list"}[k]
}

// A Value is a place in the tree: what stands there, and by which keys one comes to it. That of no key is null. It is
// small, and passed by value.
type Value struct {
	Key  string // the path of keys: services.checkout.policy
	File *File  // in which it stands

	node *yaml.Node
}

// at is a value of the tree; an alias is what it stands for.
func (v Value) at(key string, n *yaml.Node) Value {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return Value{key, v.File, n}
}

// Kind is the form of the value.
func (v Value) Kind() Kind {
	switch {
	case v.node == nil || v.node.Kind == 0:
		return Null
	case v.node.Kind == yaml.MappingNode:
		return Mapping
	case v.node.Kind == yaml.SequenceNode:
		return Sequence
	case v.node.ShortTag() == tagNull:
		return Null
	}
	return Scalar
}

// Text is a single value as it was written, without quotes and with its references; of others it is empty.
func (v Value) Text() string {
	if v.Kind() != Scalar {
		return ""
	}
	return v.node.Value
}

// empty reports whether nothing stands here, or a list or mapping of nothing.
func (v Value) empty() bool {
	return v.Kind() == Null || v.Kind() != Scalar && len(v.node.Content) == 0
}

// Line is where it stands.
func (v Value) Line() int { return v.node.Line }

// below is the path of a key of a mapping.
func (v Value) below(name string) string {
	if v.Key == "" {
		return name
	}
	return v.Key + "." + name
}

// Has reports whether a key was given in a mapping that was read.
func (v Value) Has(name string) bool {
	_, given := v.File.Look(v.below(name))
	return given
}

// Peek is a single value in a mapping that was not read yet, as it was written; empty if there is none. What else the mapping may hold
// can depend on it.
func Peek(v Value, name string) string {
	if v.Kind() != Mapping {
		return ""
	}
	for _, f := range v.fields() {
		if f.name == name {
			return f.value.Text()
		}
	}
	return ""
}

// In returns where a key of a mapping stands; if it was not given, where the mapping does.
func (v Value) In(name string) Value { return v.File.Place(v.below(name)) }

// Faulty reports whether there is an error here, or below.
func (v Value) Faulty() bool { return v.File.Faulty(v.Key) }

// Errorf reports an error, with what to do about it.
func (v Value) Errorf(remedy, format string, args ...any) {
	v.File.report(Error, v, fmt.Sprintf(format, args...), remedy)
}

// Placeholder reports an error that matters only to what reaches somebody outside: who is on call can be said all the same.
func Placeholder(v Value, remedy, format string, args ...any) {
	known := len(v.File.Problems)
	v.Errorf(remedy, format, args...)
	for n := known; n < len(v.File.Problems); n++ {
		v.File.Problems[n].Outside = true
	}
}

// Warnf reports a warning.
func (v Value) Warnf(remedy, format string, args ...any) {
	v.File.report(Warning, v, fmt.Sprintf(format, args...), remedy)
}

// Lacks reports an error, if none was reported here or below before: something is missing, which may be why.
func (v Value) Lacks(remedy, format string, args ...any) {
	if !v.Faulty() {
		v.Errorf(remedy, format, args...)
	}
}

// Wrong reports that the value is of another kind than wanted.
func (v Value) Wrong(wanted string) {
	if v.Kind() == Null {
		v.Errorf("give it one, or remove the key", "%s has no value", v.Key)
		return
	}
	what := v.Key
	if what == "" {
		what = "the file"
	}
	if key := glued.FindStringSubmatch(v.Text()); key != nil && strings.HasPrefix(wanted, "a mapping") {
		v.Errorf("write "+key[1]+": and then the value", "no space follows the colon of %s", key[1])
		return
	}
	v.Errorf("expected "+wanted, "%s is %s", what, v.Kind())
}

// Refers reports whether there is a reference to a variable or a file in the value, or in one of its keys.
func (v Value) Refers() bool {
	if Reference.MatchString(v.Text()) {
		return true
	}
	return v.Kind() == Mapping && slices.ContainsFunc(v.fields(), func(f field) bool { return f.value.Refers() })
}

// Refer checks, once the whole file is read, that something has the name that stands here. Sections may stand in any order,
// so names are known only at the end.
func (v Value) Refer(what, name string) {
	v.File.Later(func() {
		switch {
		case v.File.Knows(what, name) || v.File.Full(Error):
		case v.Refers():
			v.Errorf("", "there is no %s with the name that %s stands for", what, Quote(v.Text()))
		default:
			v.Errorf(Meant(name, v.File.names[what]), "there is no %s %s", what, Quote(name))
		}
	})
}
