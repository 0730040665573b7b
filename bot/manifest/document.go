package manifest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Document is a mapping whose fields have an order, and notes for those who read it. Its fields are in the order in which
// people read them, which a map would lose.
type Document []Field

// A Field is a name, a note, which may be empty, and a value: a text, a number, a truth, a [Document], a list of those, or a list of
// [Item].
type Field struct {
	Name, Note string
	Value      any
}

// An Item is a text in a list, with a note.
type Item struct{ Text, Note string }

// MarshalJSON writes an item as its text.
func (i Item) MarshalJSON() ([]byte, error) { return json.Marshal(i.Text) }

// MarshalJSON writes the fields in their order, and no notes.
func (d Document) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for n, f := range d {
		if n > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// YAML writes the document with its notes. It is written by hand for the sake of notes; all texts in it are ours or have
// gone through scalar.
func (d Document) YAML() string {
	var b strings.Builder
	d.write(&b, "", "")
	return b.String()
}

// write writes the fields; the first line begins with first, the others with indent.
func (d Document) write(b *strings.Builder, first, indent string) {
	for n, f := range d {
		begin := indent
		if n == 0 {
			begin = first
		}
		fmt.Fprintf(b, "%s%s:", begin, f.Name)
		switch value := f.Value.(type) {
		case Document:
			b.WriteString(note(f.Note) + "\n")
			value.write(b, indent+"  ", indent+"  ")
		case []Document:
			b.WriteString(note(f.Note) + "\n")
			for _, one := range value {
				one.write(b, indent+"  - ", indent+"    ")
			}
		case []Item:
			b.WriteString(note(f.Note) + "\n")
			for _, one := range value {
				fmt.Fprintf(b, "%s  - %s%s\n", indent, scalar(one.Text), note(one.Note))
			}
		default:
			fmt.Fprintf(b, " %s%s\n", scalar(value), note(f.Note))
		}
	}
}

// note is a remark at the end of a line; nothing if there is none.
func note(text string) string {
	if text == "" {
		return ""
	}
	return " # " + text
}

// scalar is a value as YAML reads it. A text stands in quotes, as in JSON, unless it is surely nothing else without.
func scalar(value any) string {
	text, ok := value.(string)
	if ok && text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_.:/") == "" && !strings.HasSuffix(text, ":") &&
		text != "true" && text != "false" && text != "null" && text != "yes" && text != "no" && text != "on" && text != "off" {
		return text
	}
	out, err := json.Marshal(value)
	if err != nil {
		return `""` // unreachable: values are texts, numbers and truths
	}
	return string(out)
}
