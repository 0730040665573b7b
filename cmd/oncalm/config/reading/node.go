package reading

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Kind is the form of a node.
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

// A Node is a value of the file and where it stands. Only its text counts: whether a
// scalar is a number or a date is up to the key that it belongs to.
type Node struct {
	Kind      Kind
	Line, Col int
	Text      string // of a scalar, without quotes
	Fields    []Field
	Items     []*Node
	size      int // how many values it is, with those inside; those of an alias count each time
}

// A Field is a key of a mapping and its value.
type Field struct {
	Name      string
	Line, Col int
	Value     *Node
}

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

// Parse reads a file of one document. An empty one is a null node.
func Parse(src []byte) (root *Node, err error) {
	defer func() {
		if p := recover(); p != nil { // the library says with a panic what it did not think of
			root, err = nil, &SyntaxError{1, 1, fmt.Sprintf("the YAML cannot be read (%v)", p), "correct the YAML"}
		}
	}()
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // some editors begin a file with that
	if err := unreadable(src); err != nil {
		return nil, err
	}
	root = &Node{Line: 1, Col: 1}
	seen := false
	for docs := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var doc yaml.Node
		if err := docs.Decode(&doc); errors.Is(err, io.EOF) {
			return root, nil
		} else if err != nil {
			return nil, explained(src, err)
		}
		n, err := (&converter{done: map[*yaml.Node]*Node{}}).node(doc.Content[0], 0)
		switch {
		case err != nil:
			return nil, err
		case n.Kind == Null:
		case seen:
			return nil, &SyntaxError{n.Line, n.Col, "a second document begins here", "remove the line --- above it"}
		default:
			root, seen = n, true
		}
	}
}

// converter makes nodes from the library's tree.
type converter struct {
	done map[*yaml.Node]*Node // with an anchor; nil while it is read
	size int
}

func (c *converter) node(n *yaml.Node, depth int) (*Node, error) {
	out := &Node{Line: n.Line, Col: n.Column, size: 1}
	if depth > maxDepth {
		return nil, &SyntaxError{n.Line, n.Column, tooDeep, "write it with less depth"}
	}
	if n.Kind == yaml.AliasNode {
		return c.alias(n)
	}
	if !strings.HasPrefix(n.ShortTag(), "!!") {
		return nil, &SyntaxError{n.Line, n.Column, "tags such as " + Quote(n.Tag) + " are not used here", "put the value in quotes, or remove the tag"}
	}
	if n.Anchor != "" {
		c.done[n] = nil
		defer func() { c.done[n] = out }()
	}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		out.Kind = Mapping
		err = c.fields(out, n, depth)
	case yaml.SequenceNode:
		out.Kind = Sequence
		err = c.items(out, n, depth)
	default:
		if n.ShortTag() != "!!null" {
			out.Kind, out.Text = Scalar, n.Value
		}
	}
	if err == nil {
		err = c.count(n, 1)
	}
	return out, err
}

// count keeps the file within its bounds.
func (c *converter) count(n *yaml.Node, more int) error {
	if c.size += more; c.size > maxValues {
		return &SyntaxError{n.Line, n.Column, fmt.Sprintf("the file has more than %d values up to here", maxValues), "make it smaller"}
	}
	return nil
}

func (c *converter) alias(n *yaml.Node) (*Node, error) {
	target, ok := c.done[n.Alias]
	if !ok || target == nil {
		return nil, &SyntaxError{n.Line, n.Column, fmt.Sprintf("*%s stands inside of what it stands for", n.Value), "write out what is meant"}
	}
	return target, c.count(n, target.size)
}

func (c *converter) fields(out *Node, n *yaml.Node, depth int) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return noKey(key)
		}
		value, err := c.node(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		out.size += value.size
		out.Fields = append(out.Fields, Field{key.Value, key.Line, key.Column, value})
	}
	return nil
}

// noKey complains about a list, a mapping or an alias in the place of a key.
func noKey(key *yaml.Node) error {
	if key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0 {
		return &SyntaxError{key.Line, key.Column, "braces in braces are no value: a template was not filled in", "fill it in, or put the value in quotes"}
	}
	return &SyntaxError{key.Line, key.Column, "a key must be plain text", "put it in quotes"}
}

func (c *converter) items(out *Node, n *yaml.Node, depth int) error {
	for _, v := range n.Content {
		item, err := c.node(v, depth+1)
		if err != nil {
			return err
		}
		out.size += item.size
		out.Items = append(out.Items, item)
	}
	return nil
}
