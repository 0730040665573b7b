package sarif_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/lint/sarif"
)

// TestWrite: what CI systems read. The form as a whole was compared with the schema of SARIF 2.1.0.
func TestWrite(t *testing.T) {
	l, err := lint.New()
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("Ü. It was human error.\n\nHe\nforgot it. The only cause is x.")
	out, err := sarif.Write("a b/ü.md", text, l.Rules(), l.Text(text, nil))
	if err != nil {
		t.Fatal(err)
	}
	type region struct{ StartLine, StartColumn, EndColumn int }
	var got struct {
		Version    string
		Schema     string `json:"$schema"`
		ColumnKind string
		Runs       []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           region
					}
				}
			}
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || got.Schema == "" || len(got.Runs) != 1 || len(got.Runs[0].Tool.Driver.Rules) != 26 {
		t.Errorf("%s", out)
	}
	type said struct {
		Rule, Level, URI string
		Region           region
	}
	var all []said
	for _, r := range got.Runs[0].Results {
		at := r.Locations[0].PhysicalLocation
		all = append(all, said{r.RuleID, r.Level, at.ArtifactLocation.URI, at.Region})
		if got.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" {
			t.Errorf("%+v", r)
		}
	}
	want := []said{
		{"B03", "error", "a%20b/%C3%BC.md", region{1, 11, 22}},
		{"B07", "warning", "a%20b/%C3%BC.md", region{3, 1, 0}},
		{"B10", "note", "a%20b/%C3%BC.md", region{4, 16, 26}},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
