package argument

import "testing"

// TestNamesThatDifferInCase: names are read in any case, but the one that is written so comes first: else somebody is paged for another.
func TestNamesThatDifferInCase(t *testing.T) {
	names := Names{Person: {"ANA", "ana", "bo"}}
	for said, want := range map[string]string{"@ana": "ana", "ana": "ana", "ANA": "ANA", "@Bo": "bo", "person:ana": "ana"} {
		if _, got, ok := names.Find(said, Person); !ok || got != want {
			t.Errorf("%q is %q %v, want %q", said, got, ok, want)
		}
	}
}
