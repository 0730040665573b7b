package bottest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// throughLibrary are the methods behind those of slack-go.
func throughLibrary() map[string][]string {
	return map[string][]string{
		"AuthTestContext": {"auth.test"}, "GetBotInfoContext": {"bots.info"}, "GetUserInfoContext": {"users.info"},
		"GetDNDInfoContext": {"dnd.info"}, "GetUserGroupsContext": {"usergroups.list"},
		"DisableUserGroupContext": {"usergroups.disable"}, "EnableUserGroupContext": {"usergroups.enable"},
		"UpdateUserGroupMembersListContext": {"usergroups.users.update"},
		"UploadFileContext":                 {"files.getUploadURLExternal", "files.completeUploadExternal"},
	}
}

// Methods are the methods of Slack's Web API that the bot calls, as its source below a folder has them, each once. A method of slack-go of
// which it is not known what it calls is an error. What the fake and the manifest name is not called.
func Methods(dir string) (made []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"slackfake", "manifest", "bottest"}, d.Name()):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		all, err := methodsOf(path)
		made = append(made, all...)
		return err
	})
	slices.Sort(made)
	// files.upload is how our log calls an upload
	return slices.DeleteFunc(slices.Compact(made), func(name string) bool { return name == "files.upload" }), err
}

// methodsOf are those of one file.
func methodsOf(path string) (made []string, err error) {
	method := regexp.MustCompile(`^(apps|auth|bookmarks|bots|chat|conversations|dnd|emoji|files|pins|reactions|search|stars|team|usergroups|` +
		`users|views)\.[a-zA-Z.]+$`)
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && method.MatchString(text) {
				made = append(made, text)
			}
		case *ast.CallExpr:
			fn, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if through, ok := fn.X.(*ast.SelectorExpr); !ok || through.Sel.Name != "api" {
				return true
			}
			methods, known := throughLibrary()[fn.Sel.Name]
			if !known {
				err = fmt.Errorf("%s calls %s of slack-go, of which package bottest does not know the method", path, fn.Sel.Name)
			}
			made = append(made, methods...)
		}
		return true
	})
	return made, err
}
