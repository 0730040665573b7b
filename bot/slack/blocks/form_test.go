package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// drawnForm is what a test looks at of a form as Slack takes it.
type drawnForm struct {
	Type       string
	CallbackID string `json:"callback_id"`
	Metadata   string `json:"private_metadata"`
	Title      struct{ Text string }
	Submit     *struct{ Text string }
	Close      struct{ Text string }
	Blocks     []struct {
		Type    string
		BlockID string `json:"block_id"`
		Label   struct{ Text string }
		Element struct {
			Type     string
			ActionID string                 `json:"action_id"`
			Begin    int64                  `json:"initial_date_time"`
			Initial  struct{ Value string } `json:"initial_option"`
			Options  []struct {
				Text  struct{ Text string }
				Value string
			}
		}
	}
}

func drawn(t *testing.T, f Form) (d drawnForm) {
	t.Helper()
	text, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestForm(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	got := drawn(t, Form{
		Title: "Put somebody on call", Send: "Next", Close: "Cancel", Action: "oncall/override", Value: "carried",
		Body: Sentence("Shall I?"), Fields: []Field{
			{Kind: PersonField, Name: "who", Label: "Who", Hint: "Somebody"},
			{Kind: ChoiceField, Name: "schedule", Label: "Schedule", Chosen: "b", Choices: []Choice{{"A", "a"}, {"B", "b"}}},
			{Kind: TimeField, Name: "from", Label: "From", At: at},
			{Kind: TextField, Name: "why", Label: "Why", Most: 200},
		},
	})
	var seen []string
	for _, b := range got.Blocks {
		e := b.Element
		seen = append(seen, fmt.Sprint(b.Type, " ", b.BlockID, " ", b.Label.Text, " ", e.Type, " ", e.ActionID, " ", e.Begin, " ",
			e.Initial.Value, " ", len(e.Options)))
	}
	want := []string{
		"rich_text     0  0",
		"input who Who users_select who 0  0",
		"input schedule Schedule static_select schedule 0 b 2",
		fmt.Sprint("input from From datetimepicker from ", at.Unix(), "  0"),
		"input why Why plain_text_input why 0  0",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.CallbackID != "oncall/override" || got.Metadata != "carried" || got.Submit.Text != "Next" || got.Type != "modal" {
		t.Errorf("%+v", got)
	}
}

// TestFormKeepsLimits holds that texts and choices of any length become a form that Slack takes, and that no choice is cut to
// become another.
func TestFormKeepsLimits(t *testing.T) {
	pick := Field{Kind: ChoiceField, Name: "pick", Label: strings.Repeat("ä", 200)}
	pick.Choices = append(pick.Choices, Choice{"too long", strings.Repeat("x", MaxChoice+1)})
	for n := range 2 * MaxChoices {
		pick.Choices = append(pick.Choices, Choice{strings.Repeat("<@U1> ", 50), fmt.Sprint(n)})
	}
	got := drawn(t, Form{Title: strings.Repeat("long ", 20), Close: "Close", Fields: []Field{pick}})
	e := got.Blocks[0].Element
	if len(e.Options) != MaxChoices || e.Options[0].Value != "0" {
		t.Errorf("%d choices, the first %+v", len(e.Options), e.Options[0])
	}
	for what, n := range map[string][2]int{
		"title": {len([]rune(got.Title.Text)), maxTitle}, "label": {len([]rune(got.Blocks[0].Label.Text)), MaxLabel},
		"choice": {len([]rune(e.Options[0].Text.Text)), MaxLabel},
	} {
		if n[0] > n[1] || n[0] == 0 {
			t.Errorf("the %s has %d characters, of at most %d", what, n[0], n[1])
		}
	}
	if got.Submit != nil {
		t.Error("there is nothing to send, and a button that sends it")
	}
}
