package reading

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Value is a node and the path of keys that leads to it.
type Value struct {
	*Node
	Key string
}

// A Reader turns nodes into values and collects what is wrong.
type Reader struct {
	File     string // its path
	Now      time.Time
	Problems Problems
	// Later holds the checks that need the whole file, such as references.
	Later []func()
	// Places says where the value of a key stands.
	Places map[string]Value

	env      func(string) (string, bool)
	reported [Warning + 1]int // by level
	// hidden replaces what references stand for by the references.
	hidden []string
	files  map[string][]byte // that references have named
}

// New makes a reader of a file. env answers for environment variables.
func New(file string, env func(string) (string, bool), now time.Time) *Reader {
	return &Reader{File: file, Now: now, Places: map[string]Value{}, env: env, files: map[string][]byte{}}
}

// At is a value with the path of keys that leads to it.
func At(n *Node, key string) Value { return Value{n, key} }

// Key is a key of a mapping, and what reads its value.
func Key(name string, read func(Value)) Entry { return Entry{name, read} }

// Read remembers where v stands, and reads it.
func (r *Reader) Read(fn func(Value), v Value) {
	r.Places[v.Key] = v
	fn(v)
}

// Place returns where a key stands, or else the key that it belongs to.
func (r *Reader) Place(key string) Value {
	for short := key; short != ""; short = short[:max(strings.LastIndexAny(short, ".["), 0)] {
		if v, ok := r.Places[short]; ok {
			return Value{v.Node, key}
		}
	}
	return Value{&Node{Line: 1, Col: 1}, key}
}

// Faulty reports whether there is an error at a key, or below it.
func (r *Reader) Faulty(key string) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool {
		if p.Level != Error {
			return false
		}
		rest, below := strings.CutPrefix(p.Key, key)
		return below && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// most is how many problems of a level are reported: nobody reads more, and a file of one mistake over and over must not
// become a thousand times as long.
const most = 500

// Full reports whether enough problems of a level were reported.
func (r *Reader) Full(level Level) bool { return r.reported[level] > most }

// Report adds a problem about v.
func (r *Reader) Report(level Level, v Value, text, remedy string) {
	if r.Full(level) {
		return
	}
	if r.reported[level]++; r.Full(level) {
		text, remedy = "and more like these", "correct those first"
	}
	hide := strings.NewReplacer(r.hidden...)
	text, remedy = hide.Replace(text), hide.Replace(remedy)
	r.Problems = append(r.Problems, Problem{r.File, v.Line, v.Col, level, v.Key, text, remedy})
}

// Errorf reports an error about v, with what to do about it.
func (r *Reader) Errorf(v Value, remedy, format string, args ...any) {
	r.Report(Error, v, fmt.Sprintf(format, args...), remedy)
}

// Warnf reports a warning about v.
func (r *Reader) Warnf(v Value, remedy, format string, args ...any) {
	r.Report(Warning, v, fmt.Sprintf(format, args...), remedy)
}

// Wrong reports that v is of another kind than wanted.
func (r *Reader) Wrong(v Value, wanted string) {
	if v.Kind == Null {
		r.Errorf(v, "give it one, or remove the key", "%s has no value", v.Key)
		return
	}
	what := v.Key
	if what == "" {
		what = "the file"
	}
	if key := glued.FindStringSubmatch(v.Text); v.Kind == Scalar && key != nil && strings.HasPrefix(wanted, "a mapping") {
		r.Errorf(v, "write "+key[1]+": and then the value", "no space follows the colon of %s", key[1])
		return
	}
	r.Errorf(v, "expected "+wanted, "%s is %s", what, v.Kind)
}

// An Entry is a key of a mapping and what reads its value.
type Entry struct {
	Name string
	Read func(Value)
}

// Mapping reads a mapping of known keys. A null is an empty one.
func (r *Reader) Mapping(v Value, entries ...Entry) {
	if v.Kind == Null {
		return
	}
	names := make([]string, len(entries))
	known := map[string]func(Value){}
	for n, e := range entries {
		names[n], known[e.Name] = e.Name, e.Read
	}
	if v.Kind != Mapping {
		r.Wrong(v, "a mapping with the keys "+strings.Join(names, ", "))
		return
	}
	r.Each(v, func(f Field, inner Value) {
		read, ok := known[f.Name]
		if !ok {
			r.unknown(inner, f.Name, names)
			return
		}
		r.Read(read, Value{f.Value, inner.Key})
	})
}

func (r *Reader) unknown(v Value, name string, names []string) {
	glued := glued.FindStringSubmatch(name)
	switch {
	case r.Full(Error): // nothing would be said
	case name == "<<":
		r.Errorf(v, "write the keys out", "keys cannot be merged with <<")
	case glued != nil && slices.Contains(names, glued[1]):
		r.Errorf(v, "write "+glued[1]+": and then the value", "no space follows the colon of %s", glued[1])
	default:
		r.Errorf(v, Meant(name, names), "unknown key %s", Quote(name))
	}
}

// Each calls fn for every key of a mapping that does not repeat one, with a value that
// stands where the key stands.
func (r *Reader) Each(v Value, fn func(Field, Value)) {
	first := map[string]Field{}
	for _, f := range v.Fields {
		key := f.Name
		if v.Key != "" {
			key = v.Key + "." + f.Name
		}
		inner := Value{&Node{Kind: f.Value.Kind, Line: f.Line, Col: f.Col}, key}
		if before, repeated := first[f.Name]; repeated {
			r.Errorf(inner, "remove one of them", "the key %s stands in line %d already", Quote(f.Name), before.Line)
			continue
		}
		first[f.Name] = f
		fn(f, inner)
	}
}

var nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,63}$`)

// Named reads a mapping whose keys are names of what.
func (r *Reader) Named(v Value, what string, read func(name string, key, v Value)) {
	if v.Kind != Mapping {
		if v.Kind != Null {
			r.Wrong(v, "a mapping from the name of each "+what+" to what it is")
		}
		return
	}
	r.Each(v, func(f Field, key Value) {
		if !nameForm.MatchString(f.Name) {
			r.Errorf(key, "use letters, digits, '.', '_' and '-', at most 64, and begin with a letter or digit",
				"%s cannot be the name of a %s", Quote(f.Name), what)
			return
		}
		r.Places[key.Key] = key
		read(f.Name, key, Value{f.Value, key.Key})
	})
}

// List reads a list. A null is an empty one.
func (r *Reader) List(v Value, wanted string, read func(Value)) {
	switch v.Kind {
	case Null:
	case Sequence:
		for n, item := range v.Items {
			r.Read(read, Value{item, v.Key + "[" + strconv.Itoa(n) + "]"})
		}
	default:
		r.Wrong(v, "a list of "+wanted)
	}
}

// Text reads a single value, its references replaced.
func (r *Reader) Text(v Value, wanted string) (string, bool) {
	if v.Kind != Scalar {
		r.Wrong(v, wanted)
		return "", false
	}
	return r.Resolve(v)
}

// Filled is text that must not be empty.
func (r *Reader) Filled(v Value, wanted string) (string, bool) {
	s, ok := r.Text(v, wanted)
	if ok && strings.TrimSpace(s) == "" {
		r.Errorf(v, "expected "+wanted, "%s is empty", v.Key)
		return "", false
	}
	return s, ok
}

// SetText returns the reader of a text that must not be empty.
func (r *Reader) SetText(to *string, wanted string) func(Value) {
	return func(v Value) {
		if s, ok := r.Filled(v, wanted); ok {
			*to = s
		}
	}
}

// SetBool returns the reader of a yes or no.
func (r *Reader) SetBool(to *bool) func(Value) {
	const wanted = "true or false"
	return func(v Value) {
		s, ok := r.Filled(v, wanted)
		switch {
		case !ok:
		case s == "true" || s == "false":
			*to = s == "true"
		default:
			r.Errorf(v, "expected "+wanted, "%s cannot be %s", v.Key, Quote(v.Text))
		}
	}
}

var (
	// Reference is the form of one to a variable or a file, also one without an end.
	Reference    = regexp.MustCompile(`\$?\$\{[^}]*\}?`)
	variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// Refers reports whether there is a reference in the value.
func (v Value) Refers() bool {
	if Reference.MatchString(v.Text) {
		return true
	}
	return slices.ContainsFunc(v.Fields, func(f Field) bool { return At(f.Value, "").Refers() })
}

// minHidden is the length from which on values of references are kept out of problems.
// Nobody could find shorter ones there, and text would become unreadable without them; so
// with a placeholder like "secret", which stands in the name of its own key.
const minHidden = 6

// Resolve replaces the references in a scalar.
func (r *Reader) Resolve(v Value) (string, bool) {
	ok, left := true, maxFile
	s := Reference.ReplaceAllStringFunc(v.Text, func(ref string) string {
		if escaped, is := strings.CutPrefix(ref, "$$"); is {
			return "$" + escaped
		}
		name, closed := strings.CutSuffix(ref[2:], "}")
		if !closed {
			ok = false
			r.Errorf(v, "close it with }, or write $${ for a plain ${", "%s has a reference without an end", v.Key)
			return ""
		}
		if left < 0 {
			return ""
		}
		val, good := r.lookUp(v, name)
		ok = ok && good
		if left -= len(val); left < 0 {
			ok = false
			r.Errorf(v, "shorten it", "%s stands for more than 1 MiB", v.Key)
			return ""
		}
		r.hide(v, val, ref)
		return val
	})
	return s, ok
}

// hide keeps the value of a reference out of problems: as it is, as a path, which is
// cleaned, and in quotes, where some of its characters are escaped.
func (r *Reader) hide(v Value, val, ref string) {
	if len(val) < minHidden {
		return
	}
	quoted := strconv.Quote(val)
	for _, form := range []string{val, r.Path(val), filepath.Clean(val), quoted[1 : len(quoted)-1]} {
		if len(form) >= minHidden && !strings.Contains(v.Key, form) {
			r.hidden = append(r.hidden, form, ref)
		}
	}
}

func (r *Reader) lookUp(v Value, name string) (string, bool) {
	if path, isFile := strings.CutPrefix(name, "file:"); isFile {
		return r.ReadFile(v, path)
	}
	if !variableForm.MatchString(name) {
		r.Errorf(v, "write ${NAME}, ${file:PATH}, or $${ for a plain ${", "%s is not a reference", Quote("${"+name+"}"))
		return "", false
	}
	val, ok := r.env(name)
	if !ok {
		r.Errorf(v, "set it, or use ${file:PATH}", "the environment variable %s, for %s, is not set", name, v.Key)
	}
	return val, ok
}

const maxFile = 1 << 20

// ReadFile reads a file that v names, without the end of its last line.
func (r *Reader) ReadFile(v Value, path string) (string, bool) {
	full := r.Path(path)
	content, known := r.files[full]
	var err error
	if !known {
		content, err = ReadText(full)
		r.files[full] = content
	}
	if err != nil {
		delete(r.files, full)
		r.Errorf(v, "correct the path, or make the file readable", "the file %s, for %s, cannot be read: %v", full, v.Key, err)
		return "", false
	}
	return strings.TrimRight(string(content), "\r\n"), true
}

// ErrTooLarge says that a file is larger than is read.
var ErrTooLarge = errors.New("it is larger than 1 MiB")

// ReadText reads a file that is not too large. The error does not name it.
func ReadText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
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

// Path returns a path of the file as seen from the working directory.
func (r *Reader) Path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(filepath.Dir(r.File), p)
}

// Quote shows text of the file in a problem: on one line, cut to size.
func Quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}
