// Package repository is a git repository in which postmortems are: each incident has a branch, on which its document is committed. It is
// worked with by the git program, in a repository of its own without a work tree, so that nothing is checked out and no hook of ours
// runs. Nothing is ever pushed by force: what others pushed meanwhile is fetched, and the document is made to fit it.
package repository

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/text"
)

// Options say where documents go.
type Options struct {
	Remote    string // path or URL
	Base      string // the branch from which others begin; empty: the one that the repository calls its own
	Branch    string // of an incident, with {id}
	Directory string // in the repository; empty: its top
	Author    string // name of who commits
	Email     string
	Local     string // a folder for the repository of our own; it may be lost at any time
	// Environment is that of the program: git gets what it needs of it to know the other side, such as keys and proxies. Header is one of HTTP
	// for it, such as Authorization; it is in no argument, where others on the machine would see it.
	Environment []string
	Header      string
}

// A Repository is a place for documents.
type Repository struct {
	Options
	// Request asks that somebody looks at a branch, once however often it is called. It may be nil.
	Request func(ctx context.Context, branch, base string, d publish.Document) error

	one sync.Mutex // there is one index
}

// Update implements [publish.Place].
func (r *Repository) Update(ctx context.Context, d publish.Document,
	change func(there, beside publish.Found) (publish.Change, error)) (string, error) {
	r.one.Lock()
	defer r.one.Unlock()
	branch := strings.ReplaceAll(r.Branch, "{id}", d.ID)
	parent, err := r.fetch(ctx, branch)
	if err != nil {
		return "", err
	}
	names, err := r.names(ctx, parent)
	if err != nil {
		return "", err
	}
	name := publish.Choose(names, d)
	shown := path.Join(r.Directory, name) + " on the branch " + branch
	files := [2]string{path.Join(r.Directory, name), path.Join(r.Directory, publish.Beside(name))}
	var found [2]publish.Found
	for n, file := range files {
		if found[n], err = r.read(ctx, parent, file); err != nil {
			return shown, err
		}
	}
	c, err := change(found[0], found[1])
	if err != nil {
		return shown, err
	}
	texts := map[string][]byte{}
	for n, text := range [2][]byte{c.There, c.Beside} {
		if text != nil && !bytes.Equal(text, found[n].Text) {
			texts[files[n]] = text
		}
	}
	for _, picture := range d.Pictures {
		file := path.Join(r.Directory, picture.Name)
		was, err := r.read(ctx, parent, file)
		if err != nil {
			return shown, err
		}
		if publish.MayReplace(was.Text) && !bytes.Equal(was.Text, picture.SVG) {
			texts[file] = picture.SVG
		}
	}
	if len(texts) > 0 {
		err = r.commit(ctx, parent, branch, d, texts)
	}
	return shown, err
}

// Ask implements [publish.Asker]. Of an incident without a branch, and in a repository without another one, there is nothing to ask.
func (r *Repository) Ask(ctx context.Context, d publish.Document) error {
	if r.Request == nil {
		return nil
	}
	r.one.Lock()
	defer r.one.Unlock()
	branch := strings.ReplaceAll(r.Branch, "{id}", d.ID)
	base, heads, err := r.heads(ctx)
	if err != nil || heads[branch] == "" || heads[base] == "" || heads[branch] == heads[base] {
		return err
	}
	return r.Request(ctx, branch, base, d)
}

// fetch brings what others have, and returns on what to build: the incident's branch, or where it would begin; nothing in a repository
// without a commit.
func (r *Repository) fetch(ctx context.Context, branch string) (parent string, err error) {
	base, heads, err := r.heads(ctx)
	if err != nil {
		return "", err
	}
	for _, name := range []string{branch, base} {
		if heads[name] == "" {
			continue
		}
		_, err := r.git(ctx, nil, "fetch", "--quiet", "--no-tags", "--depth=1", "--", r.Remote,
			"+refs/heads/"+name+":refs/fetched/head")
		return heads[name], err
	}
	if r.Base != "" && len(heads) > 0 {
		return "", fmt.Errorf("the repository has no branch %s", r.Base)
	}
	return "", nil
}

// heads are the branches of the other side, and the one from which others begin.
func (r *Repository) heads(ctx context.Context) (base string, heads map[string]string, err error) {
	if _, err := os.Stat(filepath.Join(r.Local, "HEAD")); err != nil {
		if err := os.MkdirAll(r.Local, 0o700); err != nil {
			return "", nil, err
		}
		if _, err := r.git(ctx, nil, "init", "--quiet", "--bare"); err != nil {
			return "", nil, err
		}
	}
	out, err := r.git(ctx, nil, "ls-remote", "--symref", "--", r.Remote, "HEAD", "refs/heads/*")
	base, heads = r.Base, map[string]string{}
	for line := range strings.Lines(string(out)) {
		value, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if target, ok := strings.CutPrefix(value, "ref: refs/heads/"); ok && r.Base == "" {
			base = target
			continue
		}
		if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
			heads[name] = value
		}
	}
	return base, heads, err
}

// names are the files in the directory of documents.
func (r *Repository) names(ctx context.Context, parent string) (names []string, err error) {
	if parent == "" {
		return nil, nil
	}
	at := parent + ":" + r.Directory
	if r.Directory != "" {
		if _, err := r.git(ctx, nil, "cat-file", "-e", at); err != nil {
			return nil, nil //nolint:nilerr // there is no such directory yet
		}
	}
	out, err := r.git(ctx, nil, "ls-tree", "-z", "--name-only", at)
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name != "" {
			names = append(names, name)
		}
	}
	return names, err
}

// read reads a file of a commit, and who committed last on its branch.
func (r *Repository) read(ctx context.Context, parent, file string) (f publish.Found, err error) {
	if parent == "" {
		return f, nil
	}
	if _, err := r.git(ctx, nil, "cat-file", "-e", parent+":"+file); err != nil {
		return f, nil //nolint:nilerr // it is not there
	}
	if f.Text, err = r.git(ctx, nil, "cat-file", "blob", parent+":"+file); err != nil {
		return f, err
	}
	by, err := r.git(ctx, nil, "log", "-1", "--format=%an", parent)
	f.By = strings.TrimSpace(string(by))
	return f, err
}

// commit puts texts onto a branch.
func (r *Repository) commit(ctx context.Context, parent, branch string, d publish.Document,
	texts map[string][]byte) error {
	index := filepath.Join(r.Local, "index")
	if err := os.Remove(index); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if parent != "" {
		if _, err := r.git(ctx, nil, "read-tree", parent); err != nil {
			return err
		}
	}
	for file, content := range texts {
		blob, err := r.git(ctx, content, "hash-object", "-w", "--stdin")
		if err != nil {
			return err
		}
		if _, err := r.git(ctx, nil, "update-index", "--add", "--cacheinfo",
			"100644,"+strings.TrimSpace(string(blob))+","+file); err != nil {
			return err
		}
	}
	tree, err := r.git(ctx, nil, "write-tree")
	if err != nil {
		return err
	}
	args := []string{"commit-tree", strings.TrimSpace(string(tree)), "-F", "-"}
	if parent != "" {
		args = append(args, "-p", parent)
	}
	commit, err := r.git(ctx, []byte(Message(d)), args...)
	if err != nil {
		return err
	}
	_, err = r.git(ctx, nil, "push", "--quiet", "--", r.Remote, strings.TrimSpace(string(commit))+":refs/heads/"+branch)
	return err
}

// harmless takes out of a title by what hosts call people, and close issues.
var harmless = strings.NewReplacer("@", "(at)", "#", "no. ", "!", ".", "://", ": //")

// Subject says which incident a commit is about.
func Subject(d publish.Document) string {
	return "Postmortem of incident " + d.ID + ": " + harmless.Replace(text.Clip(text.Line(d.Title), 60))
}

// Message is that of a commit.
func Message(d publish.Document) string {
	return fmt.Sprintf("%s\n\nIncident: %s\nSeverity: %s\n", Subject(d), d.ID, harmless.Replace(text.Line(d.Severity)))
}

// ErrGit is the error for what the git program refused, with what it said.
var ErrGit = errors.New("git")

// most is how many bytes of an answer are read.
const most = 16 << 20

// needed are the variables that git gets. Secrets of ours stand in others: hooks of a repository on this machine would see them.
var needed = [...]string{"PATH", "HOME", "USER", "TMPDIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND",
	"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"}

// git runs the program in the repository of our own. It asks nobody anything.
func (r *Repository) git(ctx context.Context, in []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // the arguments are ours, or stand behind --
	cmd.Dir = r.Local
	for _, v := range r.Environment {
		if name, _, _ := strings.Cut(v, "="); slices.Contains(needed[:], name) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_DIR="+r.Local, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "GIT_ALLOW_PROTOCOL=file:https:ssh",
		"GIT_AUTHOR_NAME="+r.Author, "GIT_AUTHOR_EMAIL="+r.Email, "GIT_COMMITTER_NAME="+r.Author, "GIT_COMMITTER_EMAIL="+r.Email)
	config := [][2]string{{"core.hooksPath", os.DevNull}, {"gc.auto", "100"}}
	if r.Header != "" {
		config = append(config, [2]string{"http." + r.Remote + ".extraHeader", r.Header}, [2]string{"http.followRedirects", "false"})
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(config)))
	for n, c := range config {
		cmd.Env = append(cmd.Env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n, c[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n, c[1]))
	}
	cmd.Stdin = bytes.NewReader(in)
	out, complaint := &bounded{}, &bounded{}
	cmd.Stdout, cmd.Stderr = out, complaint
	err := cmd.Run()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w %s: %w: %s", ErrGit, args[0], err, text.Clip(text.Line(complaint.String()), 300))
	case out.over:
		return nil, fmt.Errorf("%w %s: more than %d bytes", ErrGit, args[0], most)
	}
	return out.Bytes(), nil
}

// bounded takes as much as may be read.
type bounded struct {
	bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > most {
		b.over = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
