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
	case len(names) > 50:
		return "nothing has that name"
	}
	return "there are: " + strings.Join(names, ", ")
}
