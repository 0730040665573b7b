// Package record writes and reads JSON objects of types that are known, in exactly the form of [encoding/json.Marshal], for
// what is written and read so often that looking at types again each time costs too much: the records of each alarm.
//
// A type says once more, in a method of its own, which fields it has, in their order:
//
//	func (d *Dimension) fields(o *record.Object) {
//		o.Text("name", &d.Name)
//		o.Text("value", &d.Value)
//	}
//
// [Marshal] makes an object of it and [Unmarshal] reads one. The tags of the fields stay the truth: each such method is
// compared with encoding/json for values made by reflection (see package recordtest), so that a field forgotten in it is found
// at once, and what was written in any other form, by hand or by another version, is left to encoding/json.
//
// Methods are named for what the field is. Those that begin with Opt leave it out when it is zero or empty, as omitempty and
// omitzero do. Names are constants of ours and written as they are; everything else is escaped.
package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/store/record/scan"
)

// An Object is a JSON object that is being written or read, field by field. It keeps the first error.
type Object struct {
	buf []byte // what is written so far
	err error

	reads bool
	in    string // what is still to be read
	first bool   // no field of this object has been read
}

// Marshal returns the object with the fields of v. About is how many bytes that will be; a wrong guess costs time only. The
// error is that of a value which JSON cannot hold: a time outside of the years 0 to 9999, a float that is no number, broken raw
// JSON.
func Marshal[V any](about int, v *V, fields func(*V, *Object)) ([]byte, error) {
	o := &Object{buf: append(make([]byte, 0, about), '{')}
	fields(v, o)
	if o.err != nil {
		return nil, o.err
	}
	return append(o.buf, '}'), nil
}

func (o *Object) fail(name string, err error) {
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("%s: %w", name, err)
	}
}

// next returns what is written so far, ready for the next part of an object or array.
func (o *Object) next() []byte {
	if last := o.buf[len(o.buf)-1]; last != '{' && last != '[' {
		return append(o.buf, ',')
	}
	return o.buf
}

// field returns what is written so far, ready for a field's value.
func (o *Object) field(name string) []byte {
	return append(append(append(o.next(), '"'), name...), `":`...)
}

// Text is a string.
func (o *Object) Text(name string, s *string) {
	if o.reads {
		o.must(o.at(name) && o.text(s))
		return
	}
	o.buf = appendText(o.field(name), *s)
}

// OptText is a string that may be empty.
func (o *Object) OptText(name string, s *string) {
	if o.reads {
		o.must(!o.at(name) || o.text(s))
	} else if *s != "" {
		o.buf = appendText(o.field(name), *s)
	}
}

// Word is a string of a type of its own. [OptWord] is one that may be empty.
func Word[S ~string](o *Object, name string, s *S) {
	text := string(*s)
	o.Text(name, &text)
	if o.reads {
		*s = S(text)
	}
}

// OptWord is described at [Word].
func OptWord[S ~string](o *Object, name string, s *S) {
	text := string(*s)
	o.OptText(name, &text)
	if o.reads {
		*s = S(text)
	}
}

// OptTexts is a list of strings.
func (o *Object) OptTexts(name string, list *[]string) {
	optList(o, name, list, func(s *string) {
		if o.reads {
			o.must(o.text(s))
			return
		}
		o.buf = appendText(o.buf, *s)
	})
}

// OptTextMap is strings by their keys.
func (o *Object) OptTextMap(name string, m *map[string]string) {
	optMap(o, name, m, func(s *string) {
		if o.reads {
			o.must(o.text(s))
			return
		}
		o.buf = appendText(o.buf, *s)
	})
}

// Int is a whole number.
func (o *Object) Int(name string, n *int) {
	if o.reads {
		o.must(o.at(name) && o.number(n))
		return
	}
	o.buf = strconv.AppendInt(o.field(name), int64(*n), 10)
}

// OptInt is a whole number that may be 0.
func (o *Object) OptInt(name string, n *int) {
	if o.reads {
		o.must(!o.at(name) || o.number(n))
	} else if *n != 0 {
		o.Int(name, n)
	}
}

// OptTrue is true or left out.
func (o *Object) OptTrue(name string, b *bool) {
	switch {
	case !o.reads && *b:
		o.buf = append(o.field(name), "true"...)
	case o.reads && o.at(name):
		*b = o.take("true")
		o.must(*b)
	}
}

// OptFloat is a number that may be absent.
func (o *Object) OptFloat(name string, f **float64) {
	switch {
	case o.reads:
		o.must(!o.at(name) || o.float(f))
	case *f == nil:
	case isPlain(**f):
		o.buf = strconv.AppendFloat(o.field(name), **f, 'f', -1, 64)
	default:
		o.Value(name, **f)
	}
}

// isPlain reports whether encoding/json writes f without an exponent, and can write it at all.
func isPlain(f float64) bool {
	abs := math.Abs(f)
	return abs == 0 || abs >= 1e-6 && abs < 1e21
}

// Time is a time.
func (o *Object) Time(name string, t *time.Time) {
	if o.reads {
		o.must(o.at(name) && o.time(t))
		return
	}
	text, err := t.AppendText(append(o.field(name), '"'))
	if err != nil {
		o.fail(name, err)
		return
	}
	o.buf = append(text, '"')
}

// OptTime is a time that may be zero.
func (o *Object) OptTime(name string, t *time.Time) {
	if o.reads {
		o.must(!o.at(name) || o.time(t))
	} else if !t.IsZero() {
		o.Time(name, t)
	}
}

// OptRaw is JSON as it is, checked and made compact; nil is none.
func (o *Object) OptRaw(name string, raw *json.RawMessage) {
	switch {
	case o.reads:
		o.must(!o.at(name) || o.raw(raw))
	case len(*raw) == 0:
	case scan.IsCompact(string(*raw), levels):
		o.buf = append(o.field(name), *raw...)
	default:
		o.Value(name, *raw)
	}
}

// Value is anything else, as [encoding/json.Marshal] writes it. It is not read.
func (o *Object) Value(name string, v any) {
	if o.reads {
		o.must(false)
		return
	}
	val, err := json.Marshal(v)
	o.fail(name, err)
	o.buf = append(o.field(name), val...)
}

// Part is an object in this one.
func Part[V any](o *Object, name string, v *V, fields func(*V, *Object)) {
	if o.reads {
		o.must(o.at(name))
	} else {
		o.buf = o.field(name)
	}
	object(o, v, fields)
}

// OptPart is an object in this one that is left out if it is zero.
func OptPart[V comparable](o *Object, name string, v *V, fields func(*V, *Object)) {
	var zero V
	if o.reads && o.at(name) {
		object(o, v, fields)
	} else if !o.reads && *v != zero {
		Part(o, name, v, fields)
	}
}

// OptRef is an object in this one that may be absent.
func OptRef[V any](o *Object, name string, v **V, fields func(*V, *Object)) {
	if o.reads && o.at(name) {
		*v = new(V)
		object(o, *v, fields)
	} else if !o.reads && *v != nil {
		Part(o, name, *v, fields)
	}
}

// OptList is a list of objects.
func OptList[V any](o *Object, name string, list *[]V, fields func(*V, *Object)) {
	optList(o, name, list, func(v *V) { object(o, v, fields) })
}

// OptMap is objects by their keys.
func OptMap[V any](o *Object, name string, m *map[string]V, fields func(*V, *Object)) {
	optMap(o, name, m, func(v *V) { object(o, v, fields) })
}

// object is an object where o stands.
func object[V any](o *Object, v *V, fields func(*V, *Object)) {
	if o.reads {
		o.must(o.take("{"))
		o.first = true
		fields(v, o)
		o.must(o.take("}"))
		o.first = false
		return
	}
	o.buf = append(o.buf, '{')
	fields(v, o)
	o.buf = append(o.buf, '}')
}

func optList[V any](o *Object, name string, list *[]V, each func(*V)) {
	if o.reads {
		if o.at(name) {
			readList(o, list, each)
		}
		return
	}
	if len(*list) == 0 {
		return
	}
	o.buf = append(o.field(name), '[')
	for i := range *list {
		o.buf = o.next()
		each(&(*list)[i])
	}
	o.buf = append(o.buf, ']')
}

func optMap[V any](o *Object, name string, m *map[string]V, each func(*V)) {
	if o.reads {
		if o.at(name) {
			readMap(o, m, each)
		}
		return
	}
	if len(*m) == 0 {
		return
	}
	var few [8]string // most maps are small
	keys := few[:0]
	for k := range *m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	o.buf = append(o.field(name), '{')
	for _, k := range keys {
		o.buf = append(appendText(o.next(), k), ':')
		v := (*m)[k]
		each(&v)
	}
	o.buf = append(o.buf, '}')
}
