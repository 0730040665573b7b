// Package publishing reads where postmortems are written to: a directory, and a git repository.
package publishing

import (
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
	"github.com/oncalm/oncalm/outbox/forge"
)

// Postmortems is the section postmortems.
type Postmortems struct {
	Directory string // empty: none
	Git       *Git   // nil: none
}

// Git is a repository.
type Git struct {
	Repository string // path or URL
	Branch     string // of an incident, with {id}
	Base       string // empty: the one that the repository calls its own
	Directory  string // in it; empty: its top
	Token      secrets.Secret
	// Host is where pull requests are made, without the token; nil: nowhere.
	Host *forge.Host
}

// never is where no pull requests are made.
const never = "never"

// DefaultBranch is how the branches of incidents are called.
const DefaultBranch = "oncalm/postmortem-{id}"

// Section returns the reader of the section.
func Section(to *Postmortems) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(
			reading.Key("directory", func(v reading.Value) { to.Directory = directory(v) }),
			reading.Key("git", func(v reading.Value) { to.Git = git(v) }),
		)
	}
}

// directory reads a folder. Whether it is there depends on the machine.
func directory(v reading.Value) string {
	s, ok := v.Filled("the path of a directory")
	if !ok {
		return ""
	}
	dir := v.File.Path(s)
	switch info, err := os.Stat(dir); {
	case err == nil && !info.IsDir():
		v.Errorf("name a directory", "%s is a file", reading.Quote(v.Text()))
	case os.IsNotExist(err):
		v.Warnf("create it before the bot starts", "the directory %s, for postmortems, does not exist", dir)
	}
	return dir
}

// git reads a repository.
func git(v reading.Value) *Git {
	g, kind := &Git{Branch: DefaultBranch}, ""
	v.Mapping(
		reading.Key("pull_request", func(v reading.Value) {
			kind, _ = v.OneOf(forge.GitHub, forge.GitLab, never)
		}),
		reading.Key("repository", func(v reading.Value) { g.Repository = repository(v) }).Needed("give its path or its URL"),
		reading.Key("branch", func(v reading.Value) { g.Branch = branch(v, true) }),
		reading.Key("base", func(v reading.Value) { g.Base = branch(v, false) }),
		reading.Key("directory", func(v reading.Value) { g.Directory = within(v) }),
		reading.Key("token", func(v reading.Value) {
			if s, ok := v.Single("a secret, best as ${NAME} or ${file:PATH}"); ok && !token.MatchString(s) {
				v.Errorf("give it the token alone, on one line", "%s is no token", v.Key)
			} else if ok {
				g.Token = secrets.New(s)
			}
		}),
	)
	if !g.Token.Empty() && !strings.HasPrefix(g.Repository, "https://") {
		v.In("token").Errorf("give repository an https URL, or remove token",
			"a token goes only over https, and the repository is none")
	}
	host, ok := forge.Of(g.Repository, kind)
	switch {
	case kind == never:
	case ok && !g.Token.Empty():
		g.Host = &host
	case kind != "":
		v.In("pull_request").Errorf("give token, and the https URL of a repository there, or remove pull_request",
			"a pull request needs a token and a host")
	}
	if _, err := exec.LookPath("git"); err != nil {
		v.Warnf("install it where the bot runs", "there is no git program on this machine")
	}
	return g
}

var (
	token      = regexp.MustCompile(`^[\x21-\x7e]{8,500}$`)
	secureCopy = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^\s]+$`)
	plainName  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$`)
)

// repository reads a path or a URL. What git could take for an option, or for a program to run, is none.
func repository(v reading.Value) string {
	const such = "a path, or a URL such as https://git.example.com/team/postmortems.git"
	s, ok := v.Filled(such)
	switch {
	case !ok:
		return ""
	case strings.HasPrefix(s, "-"), strings.Contains(s, "::"):
		v.Errorf("write "+such, "%s is no repository", reading.Quote(v.Text()))
		return ""
	case secureCopy.MatchString(s):
		return s
	case !strings.Contains(s, "://"):
		return v.File.Path(s)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "ssh" && u.Scheme != "file", u.Host == "" && u.Scheme != "file",
		strings.HasPrefix(u.Host, "-"):
		v.Errorf("write "+such, "%s is no repository", reading.Quote(v.Text()))
		return ""
	case u.User != nil && u.Scheme == "https":
		v.Errorf("write it without user and password, and give token", "%s has a user in its URL", v.Key)
		return ""
	}
	return s
}

// branch reads the name of a branch, with the place for an incident's number or without.
func branch(v reading.Value, ofIncident bool) string {
	s, ok := v.Filled("the name of a branch such as " + DefaultBranch)
	plain := strings.ReplaceAll(s, "{id}", "1")
	switch {
	case !ok:
		return ""
	case ofIncident && !strings.Contains(s, "{id}"):
		v.Errorf("write it with {id}, such as "+DefaultBranch, "all incidents would be on one branch")
		return ""
	case !plainName.MatchString(plain) || strings.Contains(plain, "..") || strings.HasSuffix(plain, ".lock") ||
		strings.HasSuffix(plain, ".") || !ofIncident && plain != s:
		v.Errorf("use letters, digits, dots, hyphens and slashes", "%s is no name of a branch", reading.Quote(v.Text()))
		return ""
	}
	return s
}

// within reads a directory in a repository.
func within(v reading.Value) string {
	s, ok := v.Filled("a directory in the repository such as docs/postmortems")
	if ok && (!plainName.MatchString(s) || strings.Contains(s, "..")) {
		v.Errorf("write it from the top of the repository, such as docs/postmortems", "%s is no directory in it",
			reading.Quote(v.Text()))
		return ""
	}
	return s
}
