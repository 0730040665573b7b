package config

import (
	_ "embed"
	"strings"
)

// zoneNames are the names of the tz database, for telling which one was meant. It need
// not be complete: whether a zone exists is for package time to say.
//
//go:embed zones.txt
var zoneNames string

func zones() []string { return strings.Fields(zoneNames) }
