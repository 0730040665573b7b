// Package recordtest checks that a type's record is what encoding/json makes of it, and is read as encoding/json reads it.
// Values are made by reflection, of what is awkward to write down, so that a field which the record does not know of makes the
// check fail.
package recordtest

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/store/record"
)

// Check compares what [record.Marshal] and [record.Read] make of values of a type with what encoding/json does. Three
// things are checked: what is written has the same bytes, what was written is read without encoding/json's help, and a text
// that is damaged is either left to encoding/json or read as that reads it. A text that was cut off must be an error.
func Check[V any](t *testing.T, fields func(*V, *record.Object)) {
	t.Helper()
	values := Values[V]()
	rapid.Check(t, func(r *rapid.T) {
		v := values.Draw(r, "value")
		want, wantErr := json.Marshal(v)
		got, err := record.Marshal(0, &v, fields)
		Same(r, want, wantErr, got, err)
		if err != nil {
			return
		}
		if !Reads(r, got, fields) {
			r.Fatalf("%s is left to encoding/json", got)
		}
		// up to 8 bytes are replaced by something odd
		at := rapid.IntRange(0, len(got)-1).Draw(r, "at")
		end := rapid.IntRange(at, min(at+8, len(got))).Draw(r, "end")
		Reads(r, []byte(string(got[:at])+odd.Draw(r, "instead")+string(got[end:])), fields)
		v, err = record.Unmarshal(got[:at], fields)
		if err == nil {
			r.Fatalf("%s is read as %v", got[:at], v)
		}
	})
}

// odd is what stands in a record that was not written by us, or is damaged.
var odd = rapid.SampledFrom([]string{
	"", " ", ",", ":", "0", "-", "1e2", ".5", `"`, `\`, `\"`, `"a":1,`, `,"a":1`, "{", "}", "[", "]", "null", "true", `""`, "{}", "[]", "\x00", "\xff", "\n", `\u0041`, `\ud800`,
})

// Reads reports whether [record.Read] reads a text, and fails unless encoding/json then reads it in the same way.
func Reads[V any](t rapid.TB, text []byte, fields func(*V, *record.Object)) bool {
	t.Helper()
	got, ok := record.Read(text, fields)
	if !ok {
		return false
	}
	var want V
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatalf("%s is read, but encoding/json says: %v", text, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s is read as\n%+v\nand by encoding/json as\n%+v", text, got, want)
	}
	return true
}

// Same fails unless both wrote the same bytes, or both refused.
func Same(t rapid.TB, want []byte, wantErr error, got []byte, err error) {
	t.Helper()
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("error %v, encoding/json's is %v", err, wantErr)
	}
	if diff := cmp.Diff(string(want), string(got)); err == nil && diff != "" {
		t.Fatalf("not as encoding/json writes it (-want +got):\n%s", diff)
	}
}

// Values makes values of a type: whatever fields it has, filled with hostile texts, extreme numbers and times, and raw
// JSON that is compact, is not, or is none. It goes through the fields by reflection, so a new field of a type is tested
// without a word here.
func Values[V any]() *rapid.Generator[V] {
	return rapid.MakeCustom[V](rapid.MakeConfig{
		Types: map[reflect.Type]*rapid.Generator[any]{
			reflect.TypeFor[time.Time]():       times().AsAny(),
			reflect.TypeFor[json.RawMessage](): raws().AsAny(),
		},
		Kinds: map[reflect.Kind]*rapid.Generator[any]{
			reflect.String:  texts().AsAny(),
			reflect.Float64: floats().AsAny(),
		},
	})
}

// texts are mostly short, and often empty.
func texts() *rapid.Generator[string] {
	awkward := rapid.SampledFrom([]string{
		"<", ">", "&", `"`, `\`, "/", "'", "\x00", "\b", "\t", "\n", "\f", "\r", "\x1b", "\x1f", "\x7f", "\u2027", "\u2028", "\u2029",
		"\u202a", "\ufffd", "\xff", "\xe2\x80", "\xc0\xaf", "\xed\xa0\x80", "é", "日", "🚒", "\U0010ffff", `\u0000`, "cpu", ",", "{",
	})
	mixed := rapid.Custom(func(r *rapid.T) (s string) {
		for range rapid.IntRange(1, 6).Draw(r, "parts") {
			s += awkward.Draw(r, "part")
		}
		return s
	})
	return rapid.OneOf(rapid.Just(""), mixed, rapid.String())
}

// floats are also those at which encoding/json changes to exponents (below 1e-6, from 1e21), and those that JSON does not
// have.
func floats() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), 1, -1.5, 80, 0.1, 1e-6, 9.99e-7, 1e-9, 1e20, 1e21, 1e-21, math.MaxFloat64,
		math.SmallestNonzeroFloat64,
		math.NaN(), math.Inf(1),
	}))
}

// times are seldom such that they cannot be written: one in a value is enough to refuse all of it. JSON has times of the
// years 0 to 9999, with an offset below 24 hours (RFC 3339).
func times() *rapid.Generator[time.Time] {
	usual := rapid.Custom(func(r *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(0, 1<<33).Draw(r, "seconds"), rapid.SampledFrom([]int64{0, 1, 5e8, 123456789}).Draw(r, "nanoseconds"))
	})
	early := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	late := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	offset := rapid.SampledFrom([]int{3600, -12600, 20700, 1, -59, 86399, -86399})
	return rapid.Custom(func(r *rapid.T) time.Time {
		switch rapid.IntRange(0, 19).Draw(r, "time") {
		case 0:
			return rapid.SampledFrom([]time.Time{early.Add(-1), late.Add(1),
				time.Unix(0, 0).In(time.FixedZone("", 86400))}).Draw(r, "refused")
		case 1, 2, 3:
			return rapid.SampledFrom([]time.Time{early, late}).Draw(r, "extreme")
		case 4, 5, 6, 7:
			return time.Time{}
		case 8, 9, 10, 11:
			return usual.Draw(r, "zoned").In(time.FixedZone("", offset.Draw(r, "offset")))
		}
		return usual.Draw(r, "usual").UTC()
	})
}

// raws are nil, as they are written by hand, broken, or made by encoding/json. The broken ones make a value that cannot be
// written.
func raws() *rapid.Generator[json.RawMessage] {
	loose := rapid.SampledFrom([]string{
		`{}`, `{"a":1}`, `{ "a" : [ 1, 2 ] }`, `["<b>&\u003c"]`, "\"\u2028\"", `{"a":"\"x\""}`, ` null `, `1`, "[\"\xff\"]", `[-0.5e+07,{"":[]}]`, `"\/"`,
	})
	broken := rapid.SampledFrom([]string{
		"", `{`, `{"a":1}}`, `{"a":1,}`, `{'a':1}`, "[01]", `["\q"]`, `["\u12g4"]`, "[\"\n\"]", `tru`, `{"a" "b"}`, `["a":1]`, `{1:2}`, `-`, `1e`, `[1 2]`, `"`,
		"{\"a\":\"b\\", "\x00", `[]]`, `[}`, `,`, `{"a"}`, `{,}`, `[,]`, `1.`, `nullx`,
	})
	return rapid.Custom(func(r *rapid.T) json.RawMessage {
		switch rapid.IntRange(0, 5).Draw(r, "raw") {
		case 0:
			return nil
		case 1:
			return json.RawMessage(loose.Draw(r, "loose"))
		case 2:
			return json.RawMessage(broken.Draw(r, "broken"))
		}
		val, err := json.Marshal(rapid.MapOf(texts(), rapid.SliceOfN(texts(), 0, 3)).Draw(r, "map"))
		if err != nil {
			r.Fatal(err)
		}
		return val
	})
}
