package templates

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

// check is the function that watches over a text at work. It is put into every loop,
// every named part and after everything that writes: there is no other way to stop a
// text that is being executed.
const check = "_check"

// allowed are the functions that a text may call. None of them makes text: one that
// does could double a text until memory is gone, before anything is written.
var allowed = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", check}

// A text is one parsed template.
type text struct {
	file string
	tmpl *template.Template
}

// parseText parses a text, and the parts that it may use or define anew.
func parseText(src, parts source) (*text, error) {
	t := template.New(src.file).Option("missingkey=error")
	t.Funcs(template.FuncMap{check: func() (string, error) { return "", nil }})
	if parts.text != "" {
		if _, err := t.New(parts.file).Parse(parts.text); err != nil {
			return nil, textError(err.Error())
		}
	}
	if _, err := t.Parse(src.text); err != nil {
		return nil, textError(err.Error())
	}
	for _, part := range t.Templates() {
		if part.Tree == nil || part.Root == nil {
			continue
		}
		w := watcher{tree: part.Tree}
		w.list(part.Root)
		part.Root.Nodes = slices.Insert(part.Root.Nodes, 0, w.checkAt(part.Root.Position(), 1))
		if w.err != nil {
			return nil, w.err
		}
	}
	return &text{src.file, t}, nil
}

// execute makes the text.
func (t *text) execute(data any, size int, limit time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out := &bounded{limit: size}
	tmpl, err := t.tmpl.Clone()
	if err != nil {
		return nil, textError(t.file + ": " + err.Error())
	}
	tmpl.Funcs(template.FuncMap{check: func() (string, error) {
		if ctx.Err() != nil {
			return "", fmt.Errorf("it takes longer than %v", limit)
		}
		return "", out.err()
	}})
	if err := tmpl.Execute(out, data); err != nil {
		return nil, textError(t.shorter(err.Error()))
	}
	if err := out.err(); err != nil {
		return nil, textError(t.file + ":1: " + err.Error())
	}
	return out.buf.Bytes(), nil
}

// shorter takes out of a message that it is about this text: it begins with its name.
func (t *text) shorter(message string) string {
	message = strings.ReplaceAll(message, " at <"+check+">: error calling "+check, "")
	for _, end := range []string{":", " at"} {
		message = strings.Replace(message, ": executing "+strconv.Quote(t.file)+end, ":"+strings.TrimSuffix(end, ":"), 1)
	}
	return message
}

// textError makes the error for what text/template says: file, line, and what is wrong.
func textError(message string) error {
	return fmt.Errorf("%w: %s", ErrText, strings.TrimPrefix(message, "template: "))
}

// bounded is a buffer that takes no more than its limit, and tells so when asked: an
// error of Write itself would not say which line it was.
type bounded struct {
	buf   bytes.Buffer
	limit int
	over  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.over || b.buf.Len()+len(p) > b.limit {
		b.over = true
		return len(p), nil
	}
	return b.buf.Write(p)
}

func (b *bounded) err() error {
	if b.over {
		return fmt.Errorf("it makes more than %d bytes", b.limit)
	}
	return nil
}

// A watcher puts checks into a parsed template and looks for functions that are not
// allowed.
type watcher struct {
	tree *parse.Tree
	err  error // the first thing that is not allowed
}

func (w *watcher) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	var nodes []parse.Node
	for _, n := range l.Nodes {
		nodes = append(nodes, n)
		switch n := n.(type) {
		case *parse.ActionNode:
			w.pipe(n.Pipe)
			nodes = append(nodes, w.checkAt(n.Pos, n.Line))
		case *parse.IfNode:
			w.branch(&n.BranchNode)
		case *parse.WithNode:
			w.branch(&n.BranchNode)
		case *parse.RangeNode:
			w.branch(&n.BranchNode)
			n.List.Nodes = slices.Insert(n.List.Nodes, 0, w.checkAt(n.Pos, n.Line))
		case *parse.TemplateNode:
			w.pipe(n.Pipe)
		}
	}
	l.Nodes = nodes
}

func (w *watcher) branch(b *parse.BranchNode) {
	w.pipe(b.Pipe)
	w.list(b.List)
	w.list(b.ElseList)
}

func (w *watcher) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			w.argument(arg)
		}
	}
}

func (w *watcher) argument(n parse.Node) {
	switch n := n.(type) {
	case *parse.PipeNode:
		w.pipe(n)
	case *parse.ChainNode:
		w.argument(n.Node)
	case *parse.IdentifierNode:
		if !slices.Contains(allowed, n.Ident) && w.err == nil {
			where, _ := w.tree.ErrorContext(n)
			w.err = textError(where + ": the function " + n.Ident + " is not available")
		}
	}
}

// checkAt makes a call of check that reports the place given.
func (w *watcher) checkAt(pos parse.Pos, line int) parse.Node {
	call := parse.NewIdentifier(check).SetPos(pos).SetTree(w.tree)
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Line: line, Pipe: &parse.PipeNode{
		NodeType: parse.NodePipe, Pos: pos, Line: line, Cmds: []*parse.CommandNode{
			{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{call}},
		},
	}}
}
