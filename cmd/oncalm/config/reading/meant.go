package reading

import (
	"strings"

	"github.com/oncalm/oncalm/nearest"
)

// Meant is a remedy that names the nearest of names, or lists them if none is near and
// they are few.
func Meant(word string, names []string) string {
	if near := nearest.Of(word, names); near != "" {
		return `did you mean "` + near + `"?`
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 20:
		return "there is none of that name"
	}
	return "there are: " + strings.Join(names, ", ")
}

// NotBuilt reads what this version does not carry out: it is refused, unless it is empty. A file with which nothing is wrong
// does all that it says; whoever wrote that two must approve must not learn in the night that nobody is asked.
func (r *Reader) NotBuilt(what, remedy string) func(Value) {
	return func(v Value) {
		if v.Kind == Scalar || len(v.Fields)+len(v.Items) > 0 {
			r.Errorf(v, remedy, "this version %s", what)
		}
	}
}
