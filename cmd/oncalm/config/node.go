package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// kind is the form of a node.
type kind int

const (
	null kind = iota
	scalar
	mapping
	sequence
)

// String names the kind as a problem does.
func (k kind) String() string {
	return [...]string{"nothing", "a single value", "a mapping", "a list"}[k]
}

// node is a value of the file and where it stands. Only its text counts: whether a
// scalar is a number or a date is up to the key that it belongs to.
type node struct {
	kind      kind
	line, col int
	text      string // of a scalar, without quotes
	fields    []field
	items     []*node
}

// field is a key of a mapping and its value.
type field struct {
	name      string
	line, col int
	value     *node
}

// syntaxError is what keeps the file from being read at all.
type syntaxError struct {
	line, col int
	text      string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.line, e.col, e.text) }

const maxDepth = 50

// parse reads a file of one document. An empty one is a null node.
func parse(src []byte) (root *node, err error) {
	defer func() {
		if p := recover(); p != nil { // the YAML library gives up on some input
			root, err = nil, &syntaxError{1, 1, fmt.Sprintf("the YAML cannot be read (%v)", p)}
		}
	}()
	tokens, err := tokenize(string(bytes.TrimPrefix(src, []byte("\ufeff")))) // some editors begin a file with that
	if err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, asSyntax(err)
	}
	return document(file)
}

func asSyntax(err error) error {
	var s *yaml.SyntaxError
	if !errors.As(err, &s) || s.Token == nil || s.Token.Position == nil {
		return &syntaxError{1, 1, err.Error()}
	}
	return &syntaxError{s.Token.Position.Line, s.Token.Position.Column, s.Message}
}

func document(file *ast.File) (*node, error) {
	root := &node{line: 1, col: 1}
	seen := false
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		n, err := (&converter{anchors: map[string]*node{}}).node(doc.Body)
		if err != nil {
			return nil, err
		}
		if seen {
			return nil, &syntaxError{n.line, n.col, "a second document begins here"}
		}
		root, seen = n, true
	}
	return root, nil
}

// tokenize takes the text apart. The library ends a plain scalar of a flow mapping or
// list at any colon; by the rules of YAML only a colon before a space does, and dates
// and targets (2026-01-05T09:00, schedule:payments) have others.
func tokenize(src string) (token.Tokens, error) {
	var kept token.Tokens
	depth := 0
	all := lexer.Tokenize(src)
	for n := 0; n < len(all); n++ {
		t := all[n]
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		if depth > maxDepth {
			return nil, &syntaxError{t.Position.Line, t.Position.Column, "nested too deeply"}
		}
		for depth > 0 && n+2 < len(all) && colonInside(all[n], all[n+1], all[n+2]) {
			t = token.New(t.Value+":"+all[n+2].Value, t.Origin+":"+all[n+2].Origin, t.Position)
			all[n+2] = t
			n += 2
		}
		kept.Add(t)
	}
	return kept, nil
}

// colonInside reports whether the three are one plain scalar.
func colonInside(before, colon, after *token.Token) bool {
	return colon.Type == token.MappingValueType && plain(before) && plain(after) &&
		before.Position.Line == colon.Position.Line && colon.Position.Line == after.Position.Line &&
		before.Origin != "" && strings.TrimRight(before.Origin, " \t\n") == before.Origin &&
		strings.HasPrefix(after.Origin, after.Value) && colon.Origin == ":"
}

func plain(t *token.Token) bool {
	switch t.Type {
	case token.StringType, token.IntegerType, token.FloatType, token.BoolType, token.NullType,
		token.OctetIntegerType, token.HexIntegerType, token.BinaryIntegerType:
		return true
	}
	return false
}

// converter makes nodes from the library's tree.
type converter struct{ anchors map[string]*node }

func (c *converter) node(n ast.Node) (*node, error) {
	switch n := n.(type) {
	case nil:
		return &node{line: 1, col: 1}, nil
	case *ast.MappingNode:
		return c.mapping(n)
	case *ast.MappingValueNode:
		return c.mapping(&ast.MappingNode{BaseNode: &ast.BaseNode{}, Start: n.Start, Values: []*ast.MappingValueNode{n}})
	case *ast.SequenceNode:
		return c.sequence(n)
	case *ast.TagNode:
		return c.node(n.Value)
	case *ast.AnchorNode:
		target, err := c.node(n.Value)
		if err == nil && n.Name != nil {
			c.anchors[n.Name.GetToken().Value] = target
		}
		return target, err
	case *ast.AliasNode:
		return c.alias(n)
	case *ast.NullNode:
		out := at(n.GetToken())
		out.kind = null
		return out, nil
	case *ast.LiteralNode:
		out := at(n.GetToken())
		out.text = n.Value.Value
		return out, nil
	case ast.ScalarNode:
		out := at(n.GetToken())
		out.text = n.GetToken().Value
		return out, nil
	}
	t := at(n.GetToken())
	return nil, &syntaxError{t.line, t.col, "this form of YAML is not used here"}
}

// at is a scalar at a token's place.
func at(t *token.Token) *node {
	if t == nil || t.Position == nil {
		return &node{kind: scalar, line: 1, col: 1}
	}
	return &node{kind: scalar, line: t.Position.Line, col: t.Position.Column}
}

func (c *converter) alias(n *ast.AliasNode) (*node, error) {
	place := at(n.GetToken())
	name := ""
	if n.Value != nil {
		name = n.Value.GetToken().Value
	}
	target, ok := c.anchors[name]
	if !ok {
		return nil, &syntaxError{place.line, place.col, fmt.Sprintf("there is no anchor %q above", name)}
	}
	return target, nil
}

func (c *converter) mapping(n *ast.MappingNode) (*node, error) {
	out := at(n.Start)
	out.kind = mapping
	for i, v := range n.Values {
		key, ok := v.Key.(ast.Node)
		if !ok || v.Key.GetToken() == nil {
			return nil, &syntaxError{out.line, out.col, "a key that is no plain text"}
		}
		place := at(key.GetToken())
		if i == 0 && !n.IsFlowStyle {
			out.line, out.col = place.line, place.col
		}
		value, err := c.node(v.Value)
		if err != nil {
			return nil, err
		}
		out.fields = append(out.fields, field{v.Key.GetToken().Value, place.line, place.col, value})
	}
	return out, nil
}

func (c *converter) sequence(n *ast.SequenceNode) (*node, error) {
	out := at(n.Start)
	out.kind = sequence
	for _, v := range n.Values {
		item, err := c.node(v)
		if err != nil {
			return nil, err
		}
		out.items = append(out.items, item)
	}
	return out, nil
}
