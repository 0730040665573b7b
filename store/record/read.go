package record

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/store/record/scan"
)

// Unmarshal reads an object with the fields of a type: what [encoding/json.Unmarshal] makes of it, and its errors.
func Unmarshal[V any](val []byte, fields func(*V, *Object)) (V, error) {
	if v, ok := Read(val, fields); ok {
		return v, nil
	}
	var v V
	err := json.Unmarshal(val, &v)
	return v, err
}

// Read reads what [Marshal] wrote. It reports false for most other forms of JSON, and for what is none. Texts stay parts of a
// single copy of val.
func Read[V any](val []byte, fields func(*V, *Object)) (v V, ok bool) {
	o := &Object{reads: true, in: string(val)}
	object(o, &v, fields)
	return v, o.err == nil && o.in == ""
}

// levels is how deeply raw JSON may be nested that is not left to encoding/json.
const levels = 100

var errOther = errors.New("record: another form of JSON")

// must ends the reading unless all was well.
func (o *Object) must(well bool) {
	if !well {
		o.err, o.in = errOther, ""
	}
}

// take reads what is written like this, if that comes next.
func (o *Object) take(token string) bool {
	if !strings.HasPrefix(o.in, token) {
		return false
	}
	o.in = o.in[len(token):]
	return true
}

// at reads up to the value of a field, if that comes next.
func (o *Object) at(name string) bool {
	in := o.in
	if !o.first {
		if in == "" || in[0] != ',' {
			return false
		}
		in = in[1:]
	}
	end := len(name) + len(`"":`)
	if len(in) < end || in[0] != '"' || in[end-2:end] != `":` || in[1:end-2] != name {
		return false
	}
	o.in, o.first = in[end:], false
	return true
}

// text reads a string.
func (o *Object) text(s *string) bool {
	end := scan.Text(o.in, 0)
	if end == scan.Amiss {
		return false
	}
	var ok bool
	*s, ok = scan.Unquote(o.in[:end])
	o.in = o.in[end:]
	return ok
}

// digits returns how many digits come first in s.
func digits(s string) (n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// number reads a whole number.
func (o *Object) number(n *int) bool {
	begin := 0
	if strings.HasPrefix(o.in, "-") {
		begin = 1
	}
	size := digits(o.in[begin:])
	if size == 0 || size > 1 && o.in[begin] == '0' {
		return false
	}
	var err error
	*n, err = strconv.Atoi(o.in[:begin+size])
	o.in = o.in[begin+size:]
	return err == nil
}

// float reads a number.
func (o *Object) float(f **float64) bool {
	end := scan.Value(o.in, 0, 0)
	if end == scan.Amiss {
		return false
	}
	n, err := strconv.ParseFloat(o.in[:end], 64)
	*f, o.in = &n, o.in[end:]
	return err == nil
}

// time reads a time.
func (o *Object) time(t *time.Time) bool {
	if !o.take(`"`) {
		return false
	}
	end := strings.IndexByte(o.in, '"')
	if end < 0 {
		return false
	}
	text := o.in[:end]
	o.in = o.in[end+1:]
	return t.UnmarshalText([]byte(text)) == nil
}

// raw reads JSON as it is.
func (o *Object) raw(raw *json.RawMessage) bool {
	end := scan.Value(o.in, 0, levels)
	if end == scan.Amiss {
		return false
	}
	*raw, o.in = json.RawMessage(o.in[:end]), o.in[end:]
	return true
}

// readList reads a list that is not empty.
func readList[V any](o *Object, list *[]V, each func(*V)) {
	o.must(o.take("["))
	for o.err == nil {
		var v V
		each(&v)
		*list = append(*list, v)
		if !o.take(",") {
			o.must(o.take("]"))
			return
		}
	}
}

// readMap reads a map that is not empty.
func readMap[V any](o *Object, m *map[string]V, each func(*V)) {
	o.must(o.take("{"))
	*m = map[string]V{}
	for o.err == nil {
		var key string
		var v V
		o.must(o.text(&key) && o.take(":"))
		each(&v)
		(*m)[key] = v
		if !o.take(",") {
			o.must(o.take("}"))
			return
		}
	}
}
