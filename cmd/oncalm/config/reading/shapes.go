package reading

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Entry is a key of a mapping, and what reads its value.
type Entry struct {
	name   string
	read   func(Value)
	needed string // what to do if it is not there; if it may be left out, nothing
}

// Key is a key that may be left out.
func Key(name string, read func(Value)) Entry { return Entry{name: name, read: read} }

// Needed is the same key, which must be there and not be empty.
func (e Entry) Needed(remedy string) Entry {
	e.needed = remedy
	return e
}

// Name is the key.
func (e Entry) Name() string { return e.name }

// missing reports a key that must be there and is not, or is empty.
func (e Entry) missing(mapping Value) {
	v, given := mapping.File.Look(mapping.below(e.name))
	switch {
	case !given:
		Value{mapping.below(e.name), mapping.File, mapping.node}.Errorf(e.needed,
			"%s is missing", mapping.below(e.name))
	case mapping.Key == "" && v.empty(): // whoever reads a single value says it of that
		v.Errorf(e.needed, "%s is empty", v.Key)
	}
}

// NotBuilt reads what this version does not carry out: it is refused, unless it is empty. A file with which nothing is
// wrong does all that it says; whoever wrote that two must approve must not learn in the night that nobody is asked.
func NotBuilt(what, remedy string) func(Value) {
	return func(v Value) {
		if !v.empty() {
			v.Errorf(remedy, "this version %s", what)
		}
	}
}

// field is a key of a mapping as it stands there, and its value.
type field struct {
	name       string
	key, value Value
}

// fields are the keys of a mapping in order, with repetitions.
func (v Value) fields() []field {
	all := make([]field, 0, len(v.node.Content)/2)
	for pair := range slices.Chunk(v.node.Content, 2) {
		key := v.below(pair[0].Value)
		all = append(all, field{pair[0].Value, v.at(key, pair[0]), v.at(key, pair[1])})
	}
	return all
}

// read remembers where a value stands, and reads it.
func (v Value) read(fn func(Value)) {
	v.File.places[v.Key] = v
	fn(v)
}

// Mapping reads a mapping of known keys. A null is an empty one.
func (v Value) Mapping(entries ...Entry) {
	known := keys(entries)
	v.Each("a mapping with the keys "+strings.Join(known.names(), ", "), func(name string, key, value Value) {
		if n := slices.IndexFunc(entries, func(e Entry) bool { return e.name == name }); n >= 0 {
			value.read(entries[n].read)
			return
		}
		known.unknown(name, key)
	})
	Needs(v, entries...)
}

// Needs reports which of the keys that a mapping needs are missing. [Value.Mapping] has done so for its own: this is for those that
// are needed because of what another says.
func Needs(v Value, entries ...Entry) {
	if kind := v.Kind(); kind != Mapping && (kind != Null || v.Key != "") {
		return // an empty file lacks what it needs; an empty section may be left out
	}
	for _, e := range entries {
		if e.needed != "" {
			e.missing(v)
		}
	}
}

// keys are those that a mapping may have.
type keys []Entry

// names are the keys, for problems.
func (k keys) names() []string {
	names := make([]string, len(k))
	for n, e := range k {
		names[n] = e.name
	}
	return names
}

// unknown reports a key that is none of them, where it stands.
func (k keys) unknown(name string, at Value) {
	names, glued := k.names(), glued.FindStringSubmatch(name)
	switch {
	case at.File.Full(Error): // nothing would be said
	case name == "<<":
		at.Errorf("write the keys out", "keys cannot be merged with <<")
	case glued != nil && slices.Contains(names, glued[1]):
		at.Errorf("write "+glued[1]+": and then the value", "no space follows the colon of %s", glued[1])
	default:
		at.Errorf(Meant(name, names), "unknown key %s", Quote(name))
	}
}

// Each calls read for every key of a mapping that does not repeat one, with the key as it stands there, and its value.
// A null is an empty mapping. Which of two was
// meant, only a person knows.
func (v Value) Each(wanted string, read func(name string, key, value Value)) {
	switch v.Kind() {
	case Null:
		return
	case Mapping:
	default:
		v.Wrong(wanted)
		return
	}
	lines := map[string]int{}
	for _, f := range v.fields() {
		if before, repeated := lines[f.name]; repeated {
			f.key.Errorf("remove one of them", "the key %s is already in line %d", Quote(f.name), before)
			continue
		}
		lines[f.name] = f.key.Line()
		read(f.name, f.key, f.value)
	}
}

// nameForm is what a name looks like: letters and digits of any script, since people have names in theirs.
var nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,63}$`)

// Named reads a mapping whose keys are names of what, to which others can refer.
func (v Value) Named(what string, read func(name string, key, value Value)) {
	v.Each("a mapping from the name of each "+what+" to what it is", func(name string, key, value Value) {
		if !nameForm.MatchString(name) {
			key.Errorf("use letters, digits, '.', '_' and '-', at most 64, and begin with a letter or digit",
				"%s cannot be the name of a %s", Quote(name), what)
			return
		}
		v.File.places[key.Key] = key
		v.File.names[what] = append(v.File.names[what], name)
		read(name, key, value)
	})
}

// List reads a list. A null is an empty one.
func (v Value) List(wanted string, read func(Value)) {
	if kind := v.Kind(); kind != Null && kind != Sequence {
		v.Wrong("a list of " + wanted)
	}
	for _, item := range v.Items() {
		item.read(read)
	}
}

// Items are the values of a list; of anything else there are none.
func (v Value) Items() []Value {
	if v.Kind() != Sequence {
		return nil
	}
	all := make([]Value, len(v.node.Content))
	for n, item := range v.node.Content {
		all[n] = v.at(v.Key+"["+strconv.Itoa(n)+"]", item)
	}
	return all
}
