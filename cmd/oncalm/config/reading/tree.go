package reading

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A SyntaxError is what keeps the file from being read at all.
type SyntaxError struct {
	Line, Col    int
	Text, Remedy string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Text) }

// Bounds of a file. An alias stands for all that its anchor has: a few lines can mean more than fits into memory.
const (
	maxDepth  = 50
	maxValues = 100_000
	tooDeep   = "it is nested more than 50 deep here" // maxDepth
)

// tagNull is the library's tag for nothing: null, ~ and a key without a value.
const tagNull = "!!null"

// Parse reads a file of one document. An empty one is a null.
func Parse(src []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil { // the library says with a panic what it did not think of
			root, err = nil, &SyntaxError{1, 1, fmt.Sprintf("the YAML cannot be read (%v)", p), "correct the YAML"}
		}
	}()
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // some editors begin a file with that
	if err := unreadable(src); err != nil {
		return nil, err
	}
	root = &yaml.Node{Kind: yaml.ScalarNode, Tag: tagNull, Line: 1, Column: 1}
	seen := false
	for docs := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var doc yaml.Node
		if err := docs.Decode(&doc); errors.Is(err, io.EOF) {
			return root, nil
		} else if err != nil {
			return nil, explained(src, err)
		}
		n := doc.Content[0]
		switch err := (&bounds{sizes: map[*yaml.Node]int{}}).check(n, 0); {
		case err != nil:
			return nil, err
		case (Value{node: n}).Kind() == Null:
		case seen:
			return nil, &SyntaxError{n.Line, n.Column, "a second document begins here", "remove the line --- above it"}
		default:
			root, seen = n, true
		}
	}
}

// bounds keeps a tree to what a configuration can be: not too deep, not too large, keys that are text, aliases that
// end.
type bounds struct {
	// sizes are how many values that has which has an anchor, with those inside; 0 while it is gone through.
	sizes  map[*yaml.Node]int
	values int // so far; those of an alias count each time
}

// check looks at a value and all below it. Aliases count with all that they stand for, which is not gone through again.
func (b *bounds) check(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return &SyntaxError{n.Line, n.Column, tooDeep, "write it with less depth"}
	}
	if n.Kind == yaml.AliasNode {
		return b.alias(n)
	}
	if !strings.HasPrefix(n.ShortTag(), "!!") {
		return &SyntaxError{
			n.Line, n.Column, "tags such as " + Quote(n.Tag) + " are not used here",
			"put the value in quotes, or remove the tag",
		}
	}
	before := b.values
	if n.Anchor != "" {
		b.sizes[n] = 0
	}
	for i, inner := range n.Content {
		isKey := n.Kind == yaml.MappingNode && i%2 == 0
		switch {
		case isKey && inner.Kind != yaml.ScalarNode:
			return noKey(inner)
		case isKey:
			continue
		}
		if err := b.check(inner, depth+1); err != nil {
			return err
		}
	}
	err := b.count(n, 1)
	if n.Anchor != "" {
		b.sizes[n] = b.values - before
	}
	return err
}

// count adds values, and complains if they are too many.
func (b *bounds) count(n *yaml.Node, more int) error {
	if b.values += more; b.values > maxValues {
		text := fmt.Sprintf("the file has more than %d values up to here", maxValues)
		return &SyntaxError{n.Line, n.Column, text, "make it smaller"}
	}
	return nil
}

// alias counts what an alias stands for. One within its own anchor would have no end.
func (b *bounds) alias(n *yaml.Node) error {
	size := b.sizes[n.Alias]
	if size == 0 {
		text := fmt.Sprintf("*%s refers to itself", n.Value)
		return &SyntaxError{n.Line, n.Column, text, "write out what is meant"}
	}
	return b.count(n, size)
}

// noKey complains about a list, a mapping or an alias in the place of a key.
func noKey(key *yaml.Node) error {
	if key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0 {
		return &SyntaxError{
			key.Line, key.Column, "double braces are not a value: a template was not filled in",
			"fill it in, or put the value in quotes",
		}
	}
	return &SyntaxError{key.Line, key.Column, "a key must be plain text", "put it in quotes"}
}
