package reading

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var (
	// Reference is the form of one to a variable or a file, also one without an end.
	Reference    = regexp.MustCompile(`\$?\$\{[^}]*\}?`)
	variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// minHidden is the length from which on values of references are kept out of problems.
// Nobody could find shorter ones there, and text would become unreadable without them; so
// with a placeholder like "secret", which stands in the name of its own key.
const minHidden = 6

// references are what ${NAME} and ${file:PATH} stand for.
type references struct {
	env   func(string) (string, bool)
	files map[string][]byte // that were named
	// hidden is what references stand for, each with the reference that takes its place in problems.
	hidden []string
}

// resolve replaces the references in a single value. References in what one stands for are not looked at: a secret may have
// any characters.
func (r *references) resolve(v Value) (string, bool) {
	ok, left := true, maxFile
	s := Reference.ReplaceAllStringFunc(v.Text(), func(ref string) string {
		if escaped, is := strings.CutPrefix(ref, "$$"); is {
			return "$" + escaped
		}
		name, closed := strings.CutSuffix(ref[2:], "}")
		if !closed {
			ok = false
			v.Errorf("close it with }, or write $${ for a plain ${", "%s has a reference without an end", v.Key)
			return ""
		}
		if left < 0 {
			return ""
		}
		val, good := r.lookUp(v, name)
		ok = ok && good
		if left -= len(val); left < 0 {
			ok = false
			v.Errorf("shorten it", "%s stands for more than 1 MiB", v.Key)
			return ""
		}
		r.hide(v, val, ref)
		return val
	})
	return s, ok
}

// lookUp is what one reference stands for.
func (r *references) lookUp(v Value, name string) (string, bool) {
	if path, isFile := strings.CutPrefix(name, "file:"); isFile {
		return r.file(v, path)
	}
	if !variableForm.MatchString(name) {
		v.Errorf("write ${NAME}, ${file:PATH}, or $${ for a plain ${", "%s is not a reference", Quote("${"+name+"}"))
		return "", false
	}
	val, ok := r.env(name)
	if !ok {
		v.Errorf("set it, or use ${file:PATH}", "the environment variable %s, for %s, is not set", name, v.Key)
	}
	return val, ok
}

// file reads a file that v names, without the end of its last line.
func (r *references) file(v Value, path string) (string, bool) {
	full := v.File.Path(path)
	content, known := r.files[full]
	if !known {
		var err error
		if content, err = ReadText(full); err != nil {
			v.Errorf("correct the path, or make the file readable",
				"the file %s, for %s, cannot be read: %v", full, v.Key, err)
			return "", false
		}
		r.files[full] = content
	}
	return strings.TrimRight(string(content), "\r\n"), true
}

// hide keeps the value of a reference out of problems: as it is, as a path, which is
// cleaned, and in quotes, where some of its characters are escaped.
func (r *references) hide(v Value, val, ref string) {
	if len(val) < minHidden {
		return
	}
	quoted := strconv.Quote(val)
	for _, form := range []string{val, v.File.Path(val), filepath.Clean(val), quoted[1 : len(quoted)-1]} {
		if len(form) >= minHidden && !strings.Contains(v.Key, form) {
			r.hidden = append(r.hidden, form, ref)
		}
	}
}

// conceal takes out of a text what references stand for. It comes after all that puts a text together, so that no way of
// quoting shows a secret.
func (r *references) conceal(text string) string {
	return strings.NewReplacer(r.hidden...).Replace(text)
}
