package roles

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/incidents"
)

// reference does what a scrub does, on values that were read.
func reference(c *cast, key string, v any) any {
	switch v := v.(type) {
	case string:
		return c.value(key, v)
	case []any:
		for n := range v {
			v[n] = reference(c, key, v[n])
		}
	case map[string]any:
		person := v["kind"] == incidents.KindPerson || v["kind"] == incidents.KindOther
		for key, one := range v {
			if name, ok := one.(string); ok && person && key == "name" && c.roles[name] != "" {
				v[key] = c.roles[name]
				continue
			}
			v[key] = reference(c, key, one)
		}
	}
	return v
}

// TestScrub: on the bytes the same comes out as on the values, whatever an event is, and it is read again only where somebody is named.
func TestScrub(t *testing.T) {
	texts := []string{"ana", "Ana Maria", "maria", "bo", "person", "other", "Zoë", "zoë \"the\" cat\n", "mark", "Mark", "banana", "ask ana, please", "\\ana\\",
		"a@b.example", "+49 151 1234567", "<@U0ANA>", "", "{}[],:\"", "İ bo", "\u2028ana", "x"}
	keys := []string{"kind", "name", "person", "link", "text", "service", "by", "section", "n\"ame"}
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		text := rapid.Map(rapid.SampledFrom(texts), func(s string) any { return s })
		plain := rapid.SampledFrom([]any{json.Number("12345678901234567890"), json.Number("-1.5e3"), true, nil})
		if depth == 0 {
			return rapid.OneOf(text, plain)
		}
		return rapid.OneOf(text, plain,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(all []any) any { return append([]any{}, all...) }),
			rapid.Map(rapid.MapOfN(rapid.SampledFrom(keys), value(depth-1), 0, 4), func(m map[string]any) any { return m }))
	}
	c := &cast{roles: map[string]string{}}
	for _, name := range []string{"ana", "Ana Maria", "bo", "Zoë", "mark"} {
		c.add(name, false, true)
	}
	c.name()
	s := &scrub{cast: c}
	changed := 0
	rapid.Check(t, func(rt *rapid.T) {
		line, err := json.Marshal(map[string]any{"seq": 1, "by": map[string]any{"name": "ana"}, "body": value(3).Draw(rt, "body")})
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.Bool().Draw(rt, "indented") {
			var wide bytes.Buffer
			if err := json.Indent(&wide, line, "", "\t"); err != nil {
				rt.Fatal(err)
			}
			line = wide.Bytes()
		}
		read := func(line []byte) (v map[string]any) {
			dec := json.NewDecoder(bytes.NewReader(line))
			dec.UseNumber()
			if err := dec.Decode(&v); err != nil {
				rt.Fatalf("%s: %v", line, err)
			}
			return v
		}
		want := read(line)
		want["body"] = reference(c, "", want["body"])
		got, other := s.body(line)
		if diff := cmp.Diff(want, read(got)); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", line, diff)
		}
		if other == bytes.Equal(got, line) {
			rt.Fatalf("%s: changed is %v", line, other)
		}
		if other {
			changed++
		}
	})
	if changed == 0 {
		t.Error("nobody was ever named")
	}
}
