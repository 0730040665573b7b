package oncalm_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/storm"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/steady"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/reach/replies"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/tickets"
	"github.com/oncalm/oncalm/watch"
)

// runsKeys is where the checks of all owners of keys are run.
const runsKeys = "cmd/oncalm/fsck"

// checkOwners finds rooms that write keys and do not say which are theirs, with a func Keys, and those whose
// keys nobody checks. That each key which is really written has an owner fsck says at the end of every scene.
func checkOwners(all []source) []string {
	writes, offers, run := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range all {
		if s.test() || s.dir() == "store" || strings.HasPrefix(s.dir(), "store/") {
			continue
		}
		imported := map[string]string{}
		for _, p := range importsOf(s) {
			if dir, ours := strings.CutPrefix(p, modulePath+"/"); ours {
				imported[path.Base(dir)] = dir
			}
		}
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "Keys" && returnsChecks(fn) {
				offers[s.dir()] = true
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			called, ok := call.Fun.(*ast.SelectorExpr)
			switch {
			case !ok:
			case called.Sel.Name == "Put" && len(call.Args) == 2 && isTx(called.X):
				writes[s.dir()] = true
			case called.Sel.Name == "Keys" && s.dir() == runsKeys:
				if of, is := called.X.(*ast.Ident); is {
					run[imported[of.Name]] = true
				}
			}
			return true
		})
	}
	var findings []string
	for dir := range writes {
		if !offers[dir] && dir != runsKeys { // which names its own itself
			findings = append(findings, dir+": it writes keys, and has no func Keys that says which are its own")
		}
	}
	for dir := range offers {
		if !run[dir] {
			findings = append(findings, dir+": its Keys are not checked by "+runsKeys)
		}
	}
	slices.Sort(findings)
	return findings
}

// returnsChecks says whether a function returns a []store.Check.
func returnsChecks(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
		return false
	}
	list, ok := fn.Type.Results.List[0].Type.(*ast.ArrayType)
	if !ok {
		return false
	}
	t, ok := list.Elt.(*ast.SelectorExpr)
	return ok && t.Sel.Name == "Check"
}

// isTx says whether an expression is a transaction, by its name.
func isTx(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "tx"
	case *ast.SelectorExpr:
		return x.Sel.Name == "tx"
	}
	return false
}

func TestOwners(t *testing.T) {
	report(t, checkOwners(tree(t)))
}

func TestOwnersCanFail(t *testing.T) {
	const (
		writing  = "package p\nfunc put(tx store.Tx) { tx.Put(\"a\", nil) }\n"
		inField  = "package p\nfunc (t T) put() { t.tx.Put(\"a\", nil) }\n"
		offering = "package p\nfunc Keys() []store.Check { return nil }\n"
		otherKey = "package p\nfunc Keys() []string { return nil }\n"
		running  = "package fsck\nimport \"github.com/oncalm/oncalm/paging\"\nfunc owners() { paging.Keys() }\n"
	)
	const silent = "paging: it writes keys, and has no func Keys that says which are its own"
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"all is well": {map[string]string{"paging/a.go": writing, "paging/b.go": offering, runsKeys + "/a.go": running}, nil},
		"no keys":     {map[string]string{"paging/a.go": writing}, []string{silent}},
		"in a field":  {map[string]string{"paging/a.go": inField, "paging/b.go": otherKey}, []string{silent}},
		"not run": {
			map[string]string{"web/a.go": offering, "paging/b.go": offering, runsKeys + "/a.go": running},
			[]string{"web: its Keys are not checked by " + runsKeys},
		},
		"a test": {map[string]string{"paging/a_test.go": writing}, nil},
	} {
		if diff := cmp.Diff(tt.want, checkOwners(sources(t, tt.files))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestKeysAreInPackageDocs holds that the doc of each package which writes keys tells of them: who looks into a store starts there.
func TestKeysAreInPackageDocs(t *testing.T) {
	keys := map[string][]store.Check{
		"postmortems/publish": publish.Keys(),

		"actions": actions.Keys(), "tickets": tickets.Keys(),
		"alarms/groups": groups.Keys(), "alarms/known": known.Keys(), "alarms/reconcile": reconcile.Keys(),
		"alarms/sns": sns.Keys(), "bot": bot.Keys(), "bot/storm": storm.Keys(),
		"changes": changes.Keys(), "fates": fates.Keys(), "handoffs": handoffs.Keys(),
		"heartbeats": heartbeats.Keys(), "watch": watch.Keys(),
		"incidents": incidents.Keys(), "incidents/history": history.Keys(), "incidents/past": past.Keys(), "ops": ops.Keys(), "outbox": outbox.Keys(), "outbox/steady": steady.Keys(),
		"incidents/requests": requests.Keys(),
		"overrides":          overrides.Keys(), "paging": paging.Keys(), "bot/pages": pages.Keys(), "bot/capture": capture.Keys(),
		"bot/channels":   channels.Keys(),
		"rotations/feed": feed.Keys(), "reach/links": links.Keys(), "reach/notes": notes.Keys(),
		"reach/proof": proof.Keys(), "reach/replies": replies.Keys(), "reach/drill": drill.Keys(), "silences": silences.Keys(),
		"rollbacks": rollbacks.Keys(), "bot/review": review.Keys(), "bot/rollback": rollback.Keys(),
		"rollbacks/freeze": freeze.Keys(),
	}
	docs := map[string]string{}
	for _, s := range tree(t) {
		if s.test() {
			continue
		}
		docs[s.dir()] += s.file.Doc.Text()
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.Name == "Keys" && returnsChecks(fn) && keys[s.dir()] == nil {
				t.Errorf("%s: this test does not know its Keys", s.dir())
			}
		}
	}
	for dir, checks := range keys {
		for _, c := range checks {
			if !strings.Contains(docs[dir], c.Prefix) {
				t.Errorf("%s: its doc does not tell of the keys %s", dir, c.Prefix)
			}
		}
	}
}
