package aws

import (
	"slices"
	"testing"
)

// TestRegions: each has the form of a region, stands there once, and is of a partition; all partitions have one.
func TestRegions(t *testing.T) {
	var found []string
	all := Regions()
	for i, name := range all {
		p, ok := partitionOf(name)
		if !ok || slices.Contains(all[:i], name) {
			t.Errorf("%s: a region %v, or twice", name, ok)
		}
		found = append(found, p.name)
	}
	for _, p := range partitions {
		if !slices.Contains(found, p.name) {
			t.Errorf("no region of %s is known", p.name)
		}
	}
}
