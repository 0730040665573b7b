package civiltest

import "testing"

func TestZonesAreAllThere(t *testing.T) {
	if n := len(Zones()); n < 590 {
		t.Errorf("%d zones, expected all of the tz database", n)
	}
	if n := len(Sites()); n < 300 {
		t.Errorf("%d different zones, expected more", n)
	}
}
