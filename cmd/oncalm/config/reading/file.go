package reading

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A File is what was found in a file so far, and what is wrong with it.
type File struct {
	Name     string // its path
	Now      time.Time
	Problems Problems

	later    []func()            // checks that need the whole file
	places   map[string]Value    // by the path of keys
	names    map[string][]string // that others can refer to, by what they name
	reported [Warning + 1]int    // by level
	refs     references
}

// New is a file of which nothing was read yet. env answers for environment variables.
func New(name string, env func(string) (string, bool), now time.Time) *File {
	return &File{
		Name: name, Now: now, places: map[string]Value{}, names: map[string][]string{},
		refs: references{env: env, files: map[string][]byte{}},
	}
}

// Read has a tree read, and then looks at what can be told only of the whole.
func (f *File) Read(root *yaml.Node, read func(Value)) {
	top := Value{File: f, node: root}
	read(top)
	if kind := top.Kind(); kind == Mapping || kind == Null { // of anything else there is nothing more to be said
		for _, all := range f.names {
			slices.Sort(all)
		}
		for _, check := range f.later {
			check()
		}
	}
	f.Problems.Sort()
}

// Later has something looked at when the whole file was read.
func (f *File) Later(check func()) { f.later = append(f.later, check) }

// Look returns the value of a key, and false if it was not given.
func (f *File) Look(key string) (Value, bool) {
	v, given := f.places[key]
	return v, given
}

// Place returns where a key stands, or else the key that it belongs to. It cuts the path from its end until something is
// there; of a key that nobody wrote, an error stands at what would have it.
func (f *File) Place(key string) Value {
	for short := key; short != ""; short = short[:max(strings.LastIndexAny(short, ".["), 0)] {
		if v, ok := f.places[short]; ok {
			return Value{key, f, v.node}
		}
	}
	return Value{key, f, &yaml.Node{Line: 1, Column: 1}}
}

// Knows reports whether something has that name, once the whole file was read.
func (f *File) Knows(what, name string) bool {
	_, known := slices.BinarySearch(f.names[what], name)
	return known
}

// Faulty reports whether there is an error at a key, or below it.
func (f *File) Faulty(key string) bool {
	return slices.ContainsFunc(f.Problems, func(p Problem) bool {
		if p.Level != Error {
			return false
		}
		rest, below := strings.CutPrefix(p.Key, key)
		return below && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// most is how many problems of a level are reported: nobody reads more, and a file of one mistake over and over must
// not become a thousand times as long.
const most = 500

// Full reports whether enough problems of a level were reported.
func (f *File) Full(level Level) bool { return f.reported[level] > most }

// report notes a problem, without what references stand for. Of too many of a level it says that there are more, once.
func (f *File) report(level Level, v Value, text, remedy string) {
	if f.Full(level) {
		return
	}
	if f.reported[level]++; f.Full(level) {
		text, remedy = "and more like these", "correct those first"
	}
	text, remedy = f.refs.conceal(text), f.refs.conceal(remedy)
	f.Problems = append(f.Problems, Problem{File: f.Name, Line: v.node.Line, Column: v.node.Column,
		Level: level, Key: v.Key, Text: text, Remedy: remedy})
}

// Path returns a path of the file as seen from the working directory.
func (f *File) Path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(filepath.Dir(f.Name), p)
}

// maxFile is how large a file may be, in bytes: the configuration, and what it refers to.
const maxFile = 1 << 20

// ErrTooLarge says that a file is larger than is read.
var ErrTooLarge = errors.New("it is larger than 1 MiB")

// ReadText reads a file that is not too large. The error does not name it.
func ReadText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	// such as a folder, or a pipe, which would wait for ever
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Size() > maxFile:
		return nil, ErrTooLarge
	default:
		var content []byte
		if content, err = os.ReadFile(path); err == nil {
			return content, nil
		}
	}
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		err = pathErr.Err
	}
	return nil, err
}
