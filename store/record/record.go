// Package record writes JSON objects of types that are known, in exactly the form of [encoding/json.Marshal], for what is
// written so often that looking at types again each time costs too much: the records of each alarm.
//
// A type says once more, in a method of its own, which fields it has, in their order:
//
//	func (d Dimension) write(o *record.Object) {
//		o.Text("name", d.Name)
//		o.Text("value", d.Value)
//	}
//
// and [Marshal] makes the object of it. The tags of the fields stay the truth, and are what reads: each such method is
// compared with encoding/json for values made by reflection (see package recordtest), so that a field forgotten in it is
// found at once.
//
// Methods are named for what they write. Those that begin with Opt leave it out when it is zero or empty, as omitempty and
// omitzero do. Names are constants of ours and written as they are; everything else is escaped.
package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// An Object is a JSON object that is being written. It keeps the first error for [Marshal].
type Object struct {
	buf []byte
	err error
}

// Marshal returns the object that write writes. About is how many bytes that will be; a wrong guess costs time only. The error is
// that of a value which JSON cannot hold: a time outside of the years 0 to 9999, a float that is no number, broken raw JSON.
func Marshal(about int, write func(*Object)) ([]byte, error) {
	o := &Object{buf: make([]byte, 0, about)}
	o.object(o.buf, write)
	if o.err != nil {
		return nil, o.err
	}
	return o.buf, nil
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

// object writes an object after what is written so far.
func (o *Object) object(sofar []byte, write func(*Object)) {
	o.buf = append(sofar, '{')
	write(o)
	o.buf = append(o.buf, '}')
}

// Text writes a string.
func (o *Object) Text(name, s string) { o.buf = appendText(o.field(name), s) }

// OptText writes a string that is not empty.
func (o *Object) OptText(name, s string) {
	if s != "" {
		o.Text(name, s)
	}
}

// OptTexts writes strings, if there are any.
func (o *Object) OptTexts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	o.buf = append(o.field(name), '[')
	for _, s := range list {
		o.buf = appendText(o.next(), s)
	}
	o.buf = append(o.buf, ']')
}

// OptTextMap writes strings by their keys, if there are any.
func (o *Object) OptTextMap(name string, m map[string]string) {
	optMap(o, name, m, func(sofar []byte, s string) { o.buf = appendText(sofar, s) })
}

// Int writes a number.
func (o *Object) Int(name string, n int) { o.buf = strconv.AppendInt(o.field(name), int64(n), 10) }

// OptInt writes a number that is not 0.
func (o *Object) OptInt(name string, n int) {
	if n != 0 {
		o.Int(name, n)
	}
}

// OptTrue writes true if it is.
func (o *Object) OptTrue(name string, b bool) {
	if b {
		o.buf = append(o.field(name), "true"...)
	}
}

// OptFloat writes the number that f points to, if it does.
func (o *Object) OptFloat(name string, f *float64) {
	if f == nil {
		return
	}
	if abs := math.Abs(*f); abs != 0 && !(abs >= 1e-6 && abs < 1e21) {
		o.Value(name, *f) // with an exponent, or no number at all
		return
	}
	o.buf = strconv.AppendFloat(o.field(name), *f, 'f', -1, 64)
}

// Time writes a time.
func (o *Object) Time(name string, t time.Time) {
	text, err := t.AppendText(append(o.field(name), '"'))
	if err != nil {
		o.fail(name, err)
		return
	}
	o.buf = append(text, '"')
}

// OptTime writes a time that is not zero.
func (o *Object) OptTime(name string, t time.Time) {
	if !t.IsZero() {
		o.Time(name, t)
	}
}

// Object writes an object in this one.
func (o *Object) Object(name string, write func(*Object)) { o.object(o.field(name), write) }

// Value writes what [encoding/json.Marshal] makes of v.
func (o *Object) Value(name string, v any) {
	val, err := json.Marshal(v)
	o.fail(name, err)
	o.buf = append(o.field(name), val...)
}

// OptObjects writes an array of objects, if there are any.
func OptObjects[T any](o *Object, name string, list []T, write func(T, *Object)) {
	if len(list) == 0 {
		return
	}
	o.buf = append(o.field(name), '[')
	for _, v := range list {
		o.object(o.next(), func(o *Object) { write(v, o) })
	}
	o.buf = append(o.buf, ']')
}

// OptObjectMap writes objects by their keys, if there are any.
func OptObjectMap[T any](o *Object, name string, m map[string]T, write func(T, *Object)) {
	optMap(o, name, m, func(sofar []byte, v T) {
		o.object(sofar, func(o *Object) { write(v, o) })
	})
}

func optMap[T any](o *Object, name string, m map[string]T, write func(sofar []byte, v T)) {
	if len(m) == 0 {
		return
	}
	var few [8]string // most maps are small
	keys := few[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	o.buf = append(o.field(name), '{')
	for _, k := range keys {
		write(append(appendText(o.next(), k), ':'), m[k])
	}
	o.buf = append(o.buf, '}')
}
