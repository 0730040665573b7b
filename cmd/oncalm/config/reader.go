package config

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

// value is a node and the path of keys that leads to it.
type value struct {
	*node
	key string
}

// reader turns nodes into values and collects what is wrong.
type reader struct {
	file     string
	env      func(string) (string, bool)
	now      time.Time
	problems Problems
	reported [Warning + 1]int // by level
	// later holds the checks that need the whole file, such as references.
	later []func()
	// hidden replaces what references stand for by the references.
	hidden []string
	remind []time.Duration // for schedules that say nothing else
	// files are those that references have named; names are what others can refer to.
	files map[string][]byte
	names map[string][]string
	// places says where the value of a key stands.
	places map[string]value
}

// read remembers where v stands, and reads it.
func (r *reader) read(fn func(value), v value) {
	r.places[v.key] = v
	fn(v)
}

// place returns where a key stands, or else the key that it belongs to.
func (r *reader) place(key string) value {
	for short := key; short != ""; short = short[:max(strings.LastIndexAny(short, ".["), 0)] {
		if v, ok := r.places[short]; ok {
			return value{v.node, key}
		}
	}
	return value{&node{line: 1, col: 1}, key}
}

// faulty reports whether there is an error at a key, or below it.
func (r *reader) faulty(key string) bool {
	return slices.ContainsFunc(r.problems, func(p Problem) bool {
		rest, below := strings.CutPrefix(p.Key, key)
		return p.Level == Error && below && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// most is how many problems of a level are reported: nobody reads more, and a file of one mistake over and over must not
// become a thousand times as long.
const most = 500

// full reports whether enough problems of a level were reported.
func (r *reader) full(level Level) bool { return r.reported[level] > most }

// report adds a problem about v.
func (r *reader) report(level Level, v value, text, remedy string) {
	if r.full(level) {
		return
	}
	if r.reported[level]++; r.full(level) {
		text, remedy = "and more like these", "correct those first"
	}
	hide := strings.NewReplacer(r.hidden...)
	text, remedy = hide.Replace(text), hide.Replace(remedy)
	r.problems = append(r.problems, Problem{r.file, v.line, v.col, level, v.key, text, remedy})
}

func (r *reader) errorf(v value, remedy, format string, args ...any) {
	r.report(Error, v, fmt.Sprintf(format, args...), remedy)
}

func (r *reader) warnf(v value, remedy, format string, args ...any) {
	r.report(Warning, v, fmt.Sprintf(format, args...), remedy)
}

// wrong reports that v is of another kind than wanted.
func (r *reader) wrong(v value, wanted string) {
	if v.kind == null {
		r.errorf(v, "give it one, or remove the key", "%s has no value", v.key)
		return
	}
	what := v.key
	if what == "" {
		what = "the file"
	}
	if key := glued.FindStringSubmatch(v.text); v.kind == scalar && key != nil && strings.HasPrefix(wanted, "a mapping") {
		r.errorf(v, "write "+key[1]+": and then the value", "no space follows the colon of %s", key[1])
		return
	}
	r.errorf(v, "expected "+wanted, "%s is %s", what, v.kind)
}

// entry is a key of a mapping and what reads its value.
type entry struct {
	name string
	read func(value)
}

// mapping reads a mapping of known keys. A null is an empty one.
func (r *reader) mapping(v value, entries ...entry) {
	if v.kind == null {
		return
	}
	names := make([]string, len(entries))
	known := map[string]func(value){}
	for n, e := range entries {
		names[n], known[e.name] = e.name, e.read
	}
	if v.kind != mapping {
		r.wrong(v, "a mapping with the keys "+strings.Join(names, ", "))
		return
	}
	r.each(v, func(f field, inner value) {
		read, ok := known[f.name]
		if !ok {
			r.unknown(inner, f.name, names)
			return
		}
		r.read(read, value{f.value, inner.key})
	})
}

func (r *reader) unknown(v value, name string, names []string) {
	glued := glued.FindStringSubmatch(name)
	switch {
	case r.full(Error): // nothing would be said
	case name == "<<":
		r.errorf(v, "write the keys out", "keys cannot be merged with <<")
	case glued != nil && slices.Contains(names, glued[1]):
		r.errorf(v, "write "+glued[1]+": and then the value", "no space follows the colon of %s", glued[1])
	default:
		r.errorf(v, meant(name, names), "unknown key %s", quote(name))
	}
}

// each calls fn for every key of a mapping that does not repeat one, with a value that
// stands where the key stands.
func (r *reader) each(v value, fn func(field, value)) {
	first := map[string]field{}
	for _, f := range v.fields {
		key := f.name
		if v.key != "" {
			key = v.key + "." + f.name
		}
		inner := value{&node{kind: f.value.kind, line: f.line, col: f.col}, key}
		if before, repeated := first[f.name]; repeated {
			r.errorf(inner, "remove one of them", "the key %s stands in line %d already", quote(f.name), before.line)
			continue
		}
		first[f.name] = f
		fn(f, inner)
	}
}

var nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,63}$`)

// named reads a mapping whose keys are names of what.
func (r *reader) named(v value, what string, read func(name string, key, v value)) {
	if v.kind != mapping {
		if v.kind != null {
			r.wrong(v, "a mapping from the name of each "+what+" to what it is")
		}
		return
	}
	r.each(v, func(f field, key value) {
		if !nameForm.MatchString(f.name) {
			r.errorf(key, "use letters, digits, '.', '_' and '-', at most 64, and begin with a letter or digit",
				"%s cannot be the name of a %s", quote(f.name), what)
			return
		}
		r.places[key.key] = key
		read(f.name, key, value{f.value, key.key})
	})
}

// list reads a list. A null is an empty one.
func (r *reader) list(v value, wanted string, read func(value)) {
	switch v.kind {
	case null:
	case sequence:
		for n, item := range v.items {
			r.read(read, value{item, v.key + "[" + strconv.Itoa(n) + "]"})
		}
	default:
		r.wrong(v, "a list of "+wanted)
	}
}

// text reads a single value, its references replaced.
func (r *reader) text(v value, wanted string) (string, bool) {
	if v.kind != scalar {
		r.wrong(v, wanted)
		return "", false
	}
	return r.resolve(v)
}

// filled is text that must not be empty.
func (r *reader) filled(v value, wanted string) (string, bool) {
	s, ok := r.text(v, wanted)
	if ok && strings.TrimSpace(s) == "" {
		r.errorf(v, "expected "+wanted, "%s is empty", v.key)
		return "", false
	}
	return s, ok
}

// setText returns the reader of a text that must not be empty.
func (r *reader) setText(to *string, wanted string) func(value) {
	return func(v value) {
		if s, ok := r.filled(v, wanted); ok {
			*to = s
		}
	}
}

// setBool returns the reader of a yes or no.
func (r *reader) setBool(to *bool) func(value) {
	const wanted = "true or false"
	return func(v value) {
		s, ok := r.filled(v, wanted)
		switch {
		case !ok:
		case s == "true" || s == "false":
			*to = s == "true"
		default:
			r.errorf(v, "expected "+wanted, "%s cannot be %s", v.key, quote(v.text))
		}
	}
}

var (
	reference    = regexp.MustCompile(`\$?\$\{[^}]*\}?`)
	variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// minHidden is the length from which on values of references are kept out of problems.
// Nobody could find shorter ones there, and text would become unreadable without them; so
// with a placeholder like "secret", which stands in the name of its own key.
const minHidden = 6

// resolve replaces the references in a scalar.
func (r *reader) resolve(v value) (string, bool) {
	ok, left := true, maxFile
	s := reference.ReplaceAllStringFunc(v.text, func(ref string) string {
		if escaped, is := strings.CutPrefix(ref, "$$"); is {
			return "$" + escaped
		}
		name, closed := strings.CutSuffix(ref[2:], "}")
		if !closed {
			ok = false
			r.errorf(v, "close it with }, or write $${ for a plain ${", "%s has a reference without an end", v.key)
			return ""
		}
		if left < 0 {
			return ""
		}
		val, good := r.lookUp(v, name)
		ok = ok && good
		if left -= len(val); left < 0 {
			ok = false
			r.errorf(v, "shorten it", "%s stands for more than 1 MiB", v.key)
			return ""
		}
		r.hide(v, val, ref)
		return val
	})
	return s, ok
}

// hide keeps the value of a reference out of problems: as it is, as a path, which is
// cleaned, and in quotes, where some of its characters are escaped.
func (r *reader) hide(v value, val, ref string) {
	if len(val) < minHidden {
		return
	}
	quoted := strconv.Quote(val)
	for _, form := range []string{val, r.path(val), filepath.Clean(val), quoted[1 : len(quoted)-1]} {
		if len(form) >= minHidden && !strings.Contains(v.key, form) {
			r.hidden = append(r.hidden, form, ref)
		}
	}
}

func (r *reader) lookUp(v value, name string) (string, bool) {
	if path, isFile := strings.CutPrefix(name, "file:"); isFile {
		return r.readFile(v, path)
	}
	if !variableForm.MatchString(name) {
		r.errorf(v, "write ${NAME}, ${file:PATH}, or $${ for a plain ${", "%s is not a reference", quote("${"+name+"}"))
		return "", false
	}
	val, ok := r.env(name)
	if !ok {
		r.errorf(v, "set it, or use ${file:PATH}", "the environment variable %s, for %s, is not set", name, v.key)
	}
	return val, ok
}

const maxFile = 1 << 20

func (r *reader) readFile(v value, path string) (string, bool) {
	full := r.path(path)
	content, known := r.files[full]
	var err error
	if !known {
		content, err = readText(full)
		r.files[full] = content
	}
	if err != nil {
		delete(r.files, full)
		r.errorf(v, "correct the path, or make the file readable", "the file %s, for %s, cannot be read: %v", full, v.key, err)
		return "", false
	}
	return strings.TrimRight(string(content), "\r\n"), true
}

var errTooLarge = errors.New("it is larger than 1 MiB")

// readText reads a file that is not too large. The error does not name it.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Size() > maxFile:
		return nil, errTooLarge
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

// path returns a path of the file as seen from the working directory.
func (r *reader) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(filepath.Dir(r.file), p)
}

// quote shows text of the file in a problem: on one line, cut to size.
func quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}
