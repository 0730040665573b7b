package templates

import (
	"errors"
	"fmt"
	"reflect"
)

// errNotPlain says that a program gave a template more than data.
var errNotPlain = errors.New("only plain data can be shown")

// plain checks that nothing in data has behaviour that a template could call.
func plain(data any) error {
	if data == nil {
		return nil
	}
	return plainType(reflect.TypeOf(data), map[reflect.Type]bool{})
}

func plainType(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	if t.NumMethod() > 0 || reflect.PointerTo(t).NumMethod() > 0 {
		return fmt.Errorf("%w: %v has methods", errNotPlain, t)
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float64, reflect.Int, reflect.Int64:
		return nil
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return plainType(t.Elem(), seen)
	case reflect.Map:
		return errors.Join(plainType(t.Key(), seen), plainType(t.Elem(), seen))
	case reflect.Struct:
		for field := range t.Fields() {
			if err := plainType(field.Type, seen); err != nil {
				return fmt.Errorf("%s: %w", field.Name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("%w: %v is a %v", errNotPlain, t, t.Kind())
}
