package patterns

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/nearest"
)

// regionForm is the form of a region's name, or of a pattern for such.
var regionForm = regexp.MustCompile(`^[a-z0-9*?-]{1,30}$`)

// Region returns the reader of a region's name, or a pattern for such.
func Region(to *string) func(reading.Value) {
	read := Formed(to, regionForm, "a region such as eu-central-1")
	return func(v reading.Value) {
		read(v)
		switch s := *to; {
		case s == "":
		case !strings.ContainsAny(s, "*?"):
			if !IsRegion(v, s) {
				*to = ""
			}
		case !slices.ContainsFunc(aws.Regions(), func(name string) bool { return aws.Glob(s, name) }):
			v.Warnf(strings.TrimSuffix(likeRegion(strings.Trim(s, "*?-")), "."),
				"no known AWS region matches %s", reading.Quote(v.Text()))
		}
	}
}

// IsRegion reports whether a text can be the name of a region, and warns if it is none that is known. AWS opens regions
// more often than we learn of it, so one with the right form is only warned of.
func IsRegion(v reading.Value, name string) bool {
	switch {
	case !aws.IsRegion(name):
		v.Errorf(strings.TrimSuffix(likeRegion(name), "."), "%s is not an AWS region", reading.Quote(name))
		return false
	case !slices.Contains(aws.Regions(), name):
		v.Warnf(likeRegion(name)+" If it is a new region, leave it",
			"%s is not a known AWS region", reading.Quote(name))
	}
	return true
}

// likeRegion is the remedy for what is no region.
func likeRegion(name string) string {
	if near := nearest.Of(name, aws.Regions()); near != "" {
		return `did you mean "` + near + `"?`
	}
	return "write one such as eu-central-1."
}
