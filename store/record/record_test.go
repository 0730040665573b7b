package record_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store/record"
	"github.com/oncalm/oncalm/store/record/recordtest"
)

// whole has a field for each method.
type whole struct {
	Text     string            `json:"text"`
	OptText  string            `json:"opt_text,omitempty"`
	Texts    []string          `json:"texts,omitempty"`
	TextMap  map[string]string `json:"text_map,omitempty"`
	Int      int               `json:"int"`
	OptInt   int               `json:"opt_int,omitempty"`
	True     bool              `json:"true,omitempty"`
	Float    *float64          `json:"float,omitempty"`
	Time     time.Time         `json:"time"`
	OptTime  time.Time         `json:"opt_time,omitzero"`
	Part     part              `json:"part"`
	Parts    []part            `json:"parts,omitempty"`
	PartsMap map[string]part   `json:"parts_map,omitempty"`
	Raw      json.RawMessage   `json:"raw,omitempty"`
}

type part struct {
	Name string `json:"name,omitempty"`
	N    int    `json:"n,omitempty"`
}

func (p part) record() ([]byte, error) { return record.Marshal(100, p.write) }

func (p part) write(o *record.Object) {
	o.OptText("name", p.Name)
	o.OptInt("n", p.N)
}

func (w whole) write(o *record.Object) {
	o.Text("text", w.Text)
	o.OptText("opt_text", w.OptText)
	o.OptTexts("texts", w.Texts)
	o.OptTextMap("text_map", w.TextMap)
	o.Int("int", w.Int)
	o.OptInt("opt_int", w.OptInt)
	o.OptTrue("true", w.True)
	o.OptFloat("float", w.Float)
	o.Time("time", w.Time)
	o.OptTime("opt_time", w.OptTime)
	o.Object("part", w.Part.write)
	record.OptObjects(o, "parts", w.Parts, part.write)
	record.OptObjectMap(o, "parts_map", w.PartsMap, part.write)
	if len(w.Raw) > 0 {
		o.Value("raw", w.Raw)
	}
}

func TestAsEncodingJSON(t *testing.T) {
	recordtest.Check(t, func(w whole) ([]byte, error) { return record.Marshal(0, w.write) })
	recordtest.Check(t, part.record)
}

// TestEveryByte has each byte at each place among others, and each two bytes side by side: texts are looked at by eight.
func TestEveryByte(t *testing.T) {
	check := func(s string) {
		p := part{Name: s}
		want, wantErr := json.Marshal(p)
		got, err := p.record()
		recordtest.Same(t, want, wantErr, got, err)
	}
	for a := range 256 {
		for at := range 20 {
			text := []byte("abcdefghijklmnopqrst")
			text[at] = byte(a)
			check(string(text))
		}
		for b := range 256 {
			check("abc" + string([]byte{byte(a), byte(b)}) + "defg")
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "cpu > 80 & \"x\"\\", "\x00\b\t\n\f\r\x1f\x7f", "\u2028\u2029\ufffd", "\xff\xe2\x80", "日é🚒"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := part{Name: s}
		want, wantErr := json.Marshal(p)
		got, err := p.record()
		recordtest.Same(t, want, wantErr, got, err)
	})
}
