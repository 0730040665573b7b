package judge

import (
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
)

func TestWords(t *testing.T) {
	at := func(path string) string {
		return map[string]string{
			"arn": "arn:aws:lambda:eu-central-1:123456789012:function:resize", "state": "FULL_DISK", "b": "two",
		}[path]
	}
	tests := []struct{ what, got, want string }{
		{"a pattern without paths", Fill("as it is", at), "as it is"},
		{"the first path that has something", Fill("{a|b}: {c}.", at), "two: ."},
		{"a name and words", Fill("{arn~} {state^}", at), "resize full disk"},
		{"a brace without an end", Fill("{b", at), "two"},
		{"what a pattern leaves around nothing", Tidy("Stack : of x () in:"), "Stack: of x"},
		{"a word that joins nothing", Tidy("Backup of "), "Backup"},
		{"words of a state", Words("CREATE_COMPLETE"), "create complete"},
		{"words of a name", Words("createComplete"), "create complete"},
		{"what was JSON", WithoutBraces(`{"a": ["b"]}`), "a: b"},
		{"the first sentence", Sentence("It is full. Look."), "It is full"},
		{"a subject that fires", Subject(aws.NewMessage("[FIRING:2] Slow (shop)", "x", "1", "eu-central-1")), "Slow (shop)"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, tt.got, tt.want)
		}
	}
}

func TestGrades(t *testing.T) {
	for word, want := range map[string]Verdict{
		"Critical": Wakes, " warning ": Stirs, "info": Shows, "sev2": {Treat: Page, Severity: "sev2"},
	} {
		if v, known := Graded(word); !known || v != want {
			t.Errorf("%q: %+v, %v", word, v, known)
		}
	}
	if IsGrade("purple") {
		t.Error("purple says how bad something is")
	}
}

// TestRowsKnowTheirEvents: an event is known by source and type, all else by a look at it.
func TestRowsKnowTheirEvents(t *testing.T) {
	event := aws.NewMessage("", `{"id":"1","source":"aws.x","detail-type":"X State","detail":{"state":"FAILED","name":"n"}}`, "1", "eu-central-1")
	r := Row{Family: "x", Source: "aws.x", DetailType: "X *", Key: "{detail.name}", Title: "X {detail.name}",
		Judge: By("detail.state", On(Shows, "failed"))}
	if !r.Knows(event, "aws.x") || r.Knows(event, "aws.y") {
		t.Error("an event is not known by its source")
	}
	all := r.Judgements(event)
	if len(all) != 1 || all[0].Treat != Quiet || all[0].Key != "n" || all[0].Title != "X n" || all[0].Family != "x" {
		t.Errorf("%+v", all)
	}
	text := aws.NewMessage("", "Hello there", "1", "eu-central-1")
	if r := (Row{Known: Begins("Hello")}); !r.Knows(text, "") || r.Knows(event, "") {
		t.Error("a text is not known by how it begins")
	}
}
