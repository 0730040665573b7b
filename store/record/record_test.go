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
	Text    string            `json:"text"`
	OptText string            `json:"opt_text,omitempty"`
	Word    word              `json:"word"`
	OptWord word              `json:"opt_word,omitempty"`
	Texts   []string          `json:"texts,omitempty"`
	TextMap map[string]string `json:"text_map,omitempty"`
	Int     int               `json:"int"`
	OptInt  int               `json:"opt_int,omitempty"`
	True    bool              `json:"true,omitempty"`
	Float   *float64          `json:"float,omitempty"`
	Time    time.Time         `json:"time"`
	OptTime time.Time         `json:"opt_time,omitzero"`
	Part    part              `json:"part"`
	OptPart part              `json:"opt_part,omitzero"`
	Ref     *part             `json:"ref,omitempty"`
	List    []part            `json:"list,omitempty"`
	Map     map[string]part   `json:"map,omitempty"`
	Raw     json.RawMessage   `json:"raw,omitempty"`
}

type word string

type part struct {
	Name string `json:"name,omitempty"`
	N    int    `json:"n,omitempty"`
}

func (p *part) fields(o *record.Object) {
	o.OptText("name", &p.Name)
	o.OptInt("n", &p.N)
}

func (w *whole) fields(o *record.Object) {
	o.Text("text", &w.Text)
	o.OptText("opt_text", &w.OptText)
	record.Word(o, "word", &w.Word)
	record.OptWord(o, "opt_word", &w.OptWord)
	o.OptTexts("texts", &w.Texts)
	o.OptTextMap("text_map", &w.TextMap)
	o.Int("int", &w.Int)
	o.OptInt("opt_int", &w.OptInt)
	o.OptTrue("true", &w.True)
	o.OptFloat("float", &w.Float)
	o.Time("time", &w.Time)
	o.OptTime("opt_time", &w.OptTime)
	record.Part(o, "part", &w.Part, (*part).fields)
	record.OptPart(o, "opt_part", &w.OptPart, (*part).fields)
	record.OptRef(o, "ref", &w.Ref, (*part).fields)
	record.OptList(o, "list", &w.List, (*part).fields)
	record.OptMap(o, "map", &w.Map, (*part).fields)
	o.OptRaw("raw", &w.Raw)
}

func TestAsEncodingJSON(t *testing.T) {
	recordtest.Check(t, (*whole).fields)
	recordtest.Check(t, (*part).fields)
}

// TestEveryByte has each byte at each place among others, and each two bytes side by side: texts are looked at by eight.
func TestEveryByte(t *testing.T) {
	check := func(s string) {
		p := part{Name: s}
		want, wantErr := json.Marshal(p)
		got, err := record.Marshal(0, &p, (*part).fields)
		recordtest.Same(t, want, wantErr, got, err)
		if !recordtest.Reads(t, got, (*part).fields) {
			t.Errorf("%s is left to encoding/json", got)
		}
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
		got, err := record.Marshal(0, &p, (*part).fields)
		recordtest.Same(t, want, wantErr, got, err)
		if !recordtest.Reads(t, got, (*part).fields) {
			t.Errorf("%s is left to encoding/json", got)
		}
	})
}

// FuzzRead holds that what is read at all is read as by encoding/json.
func FuzzRead(f *testing.F) {
	at, threshold := time.Date(2026, 3, 28, 12, 0, 0, 5, time.UTC), 0.5
	w := whole{
		Text: "a<b>", Texts: []string{"x", ""}, TextMap: map[string]string{"k": "v"}, Int: -7, True: true, Float: &threshold,
		Time: at, OptTime: at,
		OptPart: part{N: 1}, Ref: &part{}, List: []part{{Name: "\""}, {}}, Map: map[string]part{"": {N: 2}},
		Raw: json.RawMessage(`{"a":[1]}`),
	}
	val, err := record.Marshal(0, &w, (*whole).fields)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(val)
	f.Fuzz(func(t *testing.T, text []byte) { recordtest.Reads(t, text, (*whole).fields) })
}

func BenchmarkRead(b *testing.B) {
	p := part{Name: "checkout-cpu-high", N: 5}
	val, err := record.Marshal(0, &p, (*part).fields)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := record.Read(val, (*part).fields); !ok {
			b.Fatal("left to encoding/json")
		}
	}
}
