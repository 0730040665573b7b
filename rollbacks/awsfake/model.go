package awsfake

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// model compares what is on the wire with types of AWS's client.
type model struct {
	spell func(member string) string
	// answer takes more, as AWS does with its answers: a few members are spelled as the client calls them, and enumerations have values
	// that are in no list, such as the statuses of stacks in the events of CloudFormation.
	answer bool
}

// check reads an object, and finds members and values of enumerations that a type does not have.
func (m model) check(of any, body []byte) (given map[string]json.RawMessage, wrong *Problem) {
	var all any
	err := json.Unmarshal(body, &all)
	if err == nil {
		err = json.Unmarshal(body, &given)
	}
	if err == nil && of != nil {
		err = m.fits(reflect.TypeOf(of), all)
	}
	if err != nil {
		return nil, &Problem{Code: "SerializationException", Message: err.Error()}
	}
	return given, nil
}

// fits says in what a value is not of a type.
func (m model) fits(t reflect.Type, v any) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		return m.object(t, v)
	case []any:
		if t.Kind() != reflect.Slice {
			return fmt.Errorf("a list is no %s", t)
		}
		for _, one := range v {
			if err := m.fits(t.Elem(), one); err != nil {
				return err
			}
		}
	case string:
		if values := valuesOf(t); !m.answer && len(values) > 0 && !slices.Contains(values, v) {
			return fmt.Errorf("%q is no %s", v, t.Name())
		}
		if t.Kind() != reflect.String && t.Kind() != reflect.Slice && t != reflect.TypeFor[time.Time]() {
			return fmt.Errorf("the text %q is no %s", v, t)
		}
	}
	return nil
}

// object looks at what has members.
func (m model) object(t reflect.Type, v map[string]any) error {
	switch t.Kind() {
	case reflect.Map:
		for _, one := range v {
			if err := m.fits(t.Elem(), one); err != nil {
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
			name := strings.TrimSuffix(f.Name, "_")
			fields[m.spell(name)] = f.Type
			if m.answer {
				fields[name] = f.Type
			}
		}
	}
	for name, one := range v {
		f, known := fields[name]
		if !known {
			return fmt.Errorf("%s has no member %s", t.Name(), name)
		}
		if err := m.fits(f, one); err != nil {
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
