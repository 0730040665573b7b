package kubernetes

import "testing"

func TestSelector(t *testing.T) {
	for text, want := range map[string]string{
		`{"matchLabels":{"b":"2","a":"1"}}`: "a=1,b=2",
		`{"matchLabels":{"a":"1"},"matchExpressions":[{"key":"t","operator":"In","values":["y","x"]},` +
			`{"key":"u","operator":"NotIn","values":["z"]},{"key":"v","operator":"Exists"},{"key":"w","operator":"DoesNotExist"}]}`: //
		"a=1,t in (x,y),u notin (z),v,!w",
		`{"matchExpressions":[{"key":"t","operator":"Gt","values":["1"]}]}`: "",
	} {
		if got, err := selectorOf([]byte(text)); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}
