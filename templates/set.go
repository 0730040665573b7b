// Package templates keeps the texts that people read. Each is embedded in the program
// and can be replaced by a file of the same name in a directory of the operator's.
//
// A text is only a layout. What it may show is data without behaviour: structs, slices,
// maps, text, numbers; nothing that has methods, so that no text can reach into the
// program. It has no functions other than comparing and counting, so that it cannot
// make more text than it contains and is given. What it makes is bounded in size, and
// making it in time, also where it loops or calls itself without end. Escaping is the
// business of those who prepare the data: they know what it is that they write.
//
//	set, err := templates.Load("/etc/oncalm/templates")   // or "": only what is embedded
//	text, err := set.Execute("postmortem", data)
//
// All texts are parsed when they are loaded, so that a broken one is found at the start
// and not in the night when it is needed.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of one text.
const (
	MaxOutput = 1 << 20         // bytes that it may make
	MaxTime   = 2 * time.Second // that making it may take
	maxSource = 1 << 20         // bytes of a file
)

// extension is that of all texts.
const extension = ".md"

var (
	// ErrName is the error for a name that no template can have.
	ErrName = errors.New("E3001 template name must match [a-z0-9-]+")
	// ErrOutside is the error for a file that leads out of the directory of templates.
	ErrOutside = errors.New("E3001 template must lie in its directory")
	// ErrUnknown is the error for a well-formed name that no template has.
	ErrUnknown = errors.New("E3001 no such template")
	// ErrText is the error for a template that cannot be used: it is not well-formed,
	// names what is not there, or makes too much or for too long. The message begins
	// with file and line.
	ErrText = errors.New("E3002 template cannot be used")
)

//go:embed postmortem*.md parts
var embedded embed.FS

// kinds are the texts of which there can be several, such as postmortem-sre beside postmortem. An operator may add some.
var kinds = [...]string{"postmortem"}

// partsDir has what the texts of a kind are put together from, in a file of its name.
const partsDir = "parts"

// namePattern is what names look like, without the extension.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// A Set holds all texts, parsed. It is safe for concurrent use.
type Set struct{ texts map[string]*text }

// Load parses all embedded texts, and those files of dir that take their place. An
// empty dir means that there are none. In dir, files that begin with a dot or do not
// end in .md are left alone; any other must be named like a text that there is, or like
// another one of its kind, so that a misspelt name is not silently without effect.
//
// Errors: [ErrName], [ErrOutside], [ErrUnknown], [ErrText], or that of reading.
func Load(dir string) (*Set, error) {
	sources, err := embeddedSources()
	if err != nil {
		return nil, err
	}
	if dir != "" {
		if err := override(sources, dir); err != nil {
			return nil, err
		}
	}
	set := &Set{texts: map[string]*text{}}
	for name, src := range sources {
		parts, err := partsOf(name)
		if err != nil {
			return nil, err
		}
		if set.texts[name], err = parseText(src, parts); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// kindOf is of which kind a text is: the name of the first one of it.
func kindOf(name string) string {
	for _, kind := range kinds {
		if name == kind || strings.HasPrefix(name, kind+"-") {
			return kind
		}
	}
	return name
}

// partsOf are the parts that a text can use; empty if there are none for its kind.
func partsOf(name string) (source, error) {
	file := partsDir + "/" + kindOf(name) + extension
	text, err := embedded.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return source{}, nil
	}
	return source{file + " (embedded)", string(text)}, err
}

// Names lists the texts, sorted.
func (s *Set) Names() []string {
	var names []string
	for name := range s.texts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Execute makes the text of that name with data, which must be plain (see the
// package's comment).
//
// Errors: [ErrName], [ErrUnknown], [ErrText], or that data is not plain.
func (s *Set) Execute(name string, data any) ([]byte, error) {
	t, ok := s.texts[name]
	if !ok {
		return nil, s.unknown(name)
	}
	if err := plain(data); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return t.execute(data, MaxOutput, MaxTime)
}

func (s *Set) unknown(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	return fmt.Errorf("%w: %q; there are: %s", ErrUnknown, name, strings.Join(s.Names(), ", "))
}

// A source is a text before it is parsed.
type source struct{ file, text string }

func embeddedSources() (map[string]source, error) {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil, err
	}
	sources := map[string]source{}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		text, err := embedded.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(e.Name(), extension)
		sources[name] = source{e.Name() + " (embedded)", string(text)}
	}
	return sources, nil
}

// override puts the files of dir in the place of the embedded texts.
func override(sources map[string]source, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	defer func() { _ = root.Close() }() // it was only read from
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), extension)
		if !ok || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if !namePattern.MatchString(name) {
			return fmt.Errorf("%w: %s", ErrName, filepath.Join(dir, e.Name()))
		}
		if _, known := sources[name]; !known && kindOf(name) == name {
			return fmt.Errorf("%w: %s", ErrUnknown, filepath.Join(dir, e.Name()))
		}
		text, err := readFile(root, e)
		if err != nil {
			return fmt.Errorf("%w: %s", err, filepath.Join(dir, e.Name()))
		}
		sources[name] = source{filepath.Join(dir, e.Name()), text}
	}
	return nil
}

// readFile reads a file of a directory of templates. The root follows links, but none
// that leads out of it.
func readFile(root *os.Root, e fs.DirEntry) (string, error) {
	info, err := root.Stat(e.Name())
	if err != nil && e.Type()&fs.ModeSymlink != 0 {
		return "", ErrOutside
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for ever
		return "", fmt.Errorf("%w: not a file", ErrText)
	}
	f, err := root.Open(e.Name())
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read from
	text, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxSource:
		return "", fmt.Errorf("%w: more than 1 MiB", ErrText)
	case !utf8.Valid(text):
		return "", fmt.Errorf("%w: not UTF-8", ErrText)
	}
	return string(text), nil
}
