// Package sarif writes what a linter found as SARIF 2.1.0 (OASIS), which CI systems show beside the lines of a change.
//
// A log has one run, a run has the rules of the tool and the results. The structs here are the parts of the format that are
// written, under the names of its schema; levels and rules are those of package lint.
package sarif

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"unicode/utf8"

	"github.com/oncalm/oncalm/postmortems/lint"
)

// The names of the format.
const (
	version = "2.1.0"
	schema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// log is the whole file.
type log struct {
	Version string `json:"version"`
	Schema  string `json:"$schema"`
	Runs    []run  `json:"runs"`
}

// run is one look at one text.
type run struct {
	Tool tool `json:"tool"`
	// else columns are taken for units of UTF-16
	ColumnKind string   `json:"columnKind"`
	Results    []result `json:"results"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name  string `json:"name"`
	Rules []rule `json:"rules"`
}

// rule is what a result refers to, by its id and by its place in the list.
type rule struct {
	ID      string  `json:"id"`
	Short   message `json:"shortDescription"`
	Default struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
}

type message struct {
	Text string `json:"text"`
}

type result struct {
	RuleID    string     `json:"ruleId"`
	RuleIndex int        `json:"ruleIndex"`
	Level     string     `json:"level"`
	Message   message    `json:"message"`
	Locations []location `json:"locations"`
}

type location struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region region `json:"region"`
	} `json:"physicalLocation"`
}

// region is a place in the text, counted from 1; EndColumn is the one behind the last. It is left out of what goes over
// several lines.
type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndColumn   int `json:"endColumn,omitempty"`
}

// level is SARIF's word for ours. An error is called so in both.
func level(ours string) string {
	switch ours {
	case lint.Warn:
		return "warning"
	case lint.Info:
		return "note"
	}
	return ours
}

// Write returns the findings of one text, which is in a file of that name.
func Write(file string, text []byte, rules []lint.Rule, found []lint.Finding) ([]byte, error) {
	r := run{Tool: tool{driver{"oncalm", []rule{}}}, ColumnKind: "unicodeCodePoints", Results: []result{}}
	index := map[string]int{}
	for n, ours := range rules {
		one := rule{ID: ours.ID, Short: message{ours.Say}}
		one.Default.Level = level(ours.Level)
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, one)
		index[ours.ID] = n
	}
	for _, f := range found {
		one := result{RuleID: f.Rule, RuleIndex: index[f.Rule], Level: level(f.Level)}
		one.Message.Text = "“" + f.Text + "”: " + f.Suggest
		var at location
		at.Physical.Artifact.URI = (&url.URL{Path: filepath.ToSlash(file)}).String()
		at.Physical.Region = region{StartLine: f.Line, StartColumn: f.Column}
		if found := text[f.From:f.To]; bytes.IndexByte(found, '\n') < 0 {
			at.Physical.Region.EndColumn = f.Column + utf8.RuneCount(found)
		}
		one.Locations = []location{at}
		r.Results = append(r.Results, one)
	}
	return json.Marshal(log{version, schema, []run{r}})
}
