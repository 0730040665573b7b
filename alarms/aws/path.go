package aws

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrPath says that a path cannot be read.
var ErrPath = errors.New("not a path")

// maxPathNames bounds how deep a path goes.
const maxPathNames = 20

// ParsePath takes a path apart: $.name.name[0]['a name']. The error wraps [ErrPath].
func ParsePath(path string) ([]string, error) {
	wrong := func(why string) ([]string, error) {
		return nil, fmt.Errorf("%w: %s: %q", ErrPath, why, Line(path, 60))
	}
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return wrong("it does not begin with $")
	}
	var names []string
	for rest != "" && len(names) <= maxPathNames {
		var name, after string
		switch {
		case strings.HasPrefix(rest, "['"):
			if name, after, ok = strings.Cut(rest[2:], "']"); !ok {
				return wrong("a name in brackets is not closed")
			}
		case rest[0] == '[':
			if name, after, ok = strings.Cut(rest[1:], "]"); !ok || !isNumber(name) {
				return wrong("brackets must hold a number, or a name in single quotes")
			}
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			name, after = rest[1:1+end], rest[1+end:]
		default:
			return wrong("a dot or a bracket must follow $")
		}
		if name == "" || name == "*" {
			return wrong("a name is missing")
		}
		names, rest = append(names, name), after
	}
	switch {
	case len(names) == 0:
		return wrong("it points to the whole message")
	case len(names) > maxPathNames:
		return wrong("it is too long")
	}
	return names, nil
}

func isNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0
}
