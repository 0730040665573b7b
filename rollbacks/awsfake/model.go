package awsfake

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// check reads an object, and finds members and values of enumerations that a type of AWS's client does not have.
func (s *Server) check(model any, body []byte) (given map[string]json.RawMessage, wrong *Problem) {
	var all any
	err := json.Unmarshal(body, &all)
	if err == nil {
		err = json.Unmarshal(body, &given)
	}
	if err == nil && model != nil {
		err = s.fits(reflect.TypeOf(model), all)
	}
	if err != nil {
		return nil, &Problem{Code: "SerializationException", Message: err.Error()}
	}
	return given, nil
}

// fits says in what a value is not of a type.
func (s *Server) fits(t reflect.Type, v any) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		return s.object(t, v)
	case []any:
		if t.Kind() != reflect.Slice {
			return fmt.Errorf("a list is no %s", t)
		}
		for _, one := range v {
			if err := s.fits(t.Elem(), one); err != nil {
				return err
			}
		}
	case string:
		if values := valuesOf(t); len(values) > 0 && !slices.Contains(values, v) {
			return fmt.Errorf("%q is no %s", v, t.Name())
		}
		if t.Kind() != reflect.String && t.Kind() != reflect.Slice && t != reflect.TypeFor[time.Time]() {
			return fmt.Errorf("the text %q is no %s", v, t)
		}
	}
	return nil
}

// object looks at what has members.
func (s *Server) object(t reflect.Type, v map[string]any) error {
	switch t.Kind() {
	case reflect.Map:
		for _, one := range v {
			if err := s.fits(t.Elem(), one); err != nil {
				return err
			}
		}
		return nil
	case reflect.Interface: // a choice of types
		return nil
	case reflect.Struct:
	default:
		return fmt.Errorf("an object is no %s", t)
	}
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		if f.IsExported() && f.Name != "ResultMetadata" {
			fields[s.wire.spell(strings.TrimSuffix(f.Name, "_"))] = f.Type
		}
	}
	for name, one := range v {
		f, known := fields[name]
		if !known {
			return fmt.Errorf("%s has no member %s", t.Name(), name)
		}
		if err := s.fits(f, one); err != nil {
			return err
		}
	}
	return nil
}

// valuesOf are the values of an enumeration; none of a type that is no enumeration.
func valuesOf(t reflect.Type) (all []string) {
	if t.Kind() != reflect.String || t.PkgPath() == "" {
		return nil
	}
	list := reflect.Zero(t).MethodByName("Values")
	if !list.IsValid() {
		return nil
	}
	for _, v := range list.Call(nil)[0].Seq2() {
		all = append(all, v.String())
	}
	return all
}
