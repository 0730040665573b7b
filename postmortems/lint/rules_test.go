package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/postmortems/lint"
)

// said is what is found in a text: rule, place and words.
func said(found []lint.Finding) []string {
	all := []string{}
	for _, f := range found {
		all = append(all, fmt.Sprintf("%s %s %d:%d %s", f.Rule, f.Level, f.Line, f.Column, f.Text))
	}
	return all
}

// TestEachRule: every rule finds what it is for, in both languages, and says something about it.
func TestEachRule(t *testing.T) {
	l := linter(t)
	for _, tt := range []struct{ rule, english, vietnamese string }{
		{"B01", "They should have asked.", "Lẽ ra phải kiểm tra trước khi triển khai."},
		{"B02", "If only she had looked.", "Giá mà kỹ sư đọc tài liệu."},
		{"B03", "It was human error.", "Sự cố là do lỗi của con người."},
		{"B04", "That was careless.", "Thao tác này rất cẩu thả."},
		{"B05", "It was his fault.", "Đây là lỗi của anh ấy."},
		{"B06", "The engineer failed to escalate.", "Người trực đã không kiểm tra bản sao lưu."},
		{"B07", "The engineer forgot the index.", "Kỹ sư đã quên gia hạn chứng chỉ."},
		{"B08", "It was carelessly done.", "Bản cập nhật được đẩy lên một cách vội vàng."},
		{"B09", "In hindsight it was a sign.", "Hiển nhiên là ổ đĩa sẽ đầy."},
		{"B10", "The only cause is a full disk.", "Nguyên nhân gốc rễ là ổ đĩa đầy."},
		{"B11", "Why did you restart it?", "Tại sao anh ấy khởi động lại?"},
		{"B12", "The operator was reprimanded.", "Nhân viên đó sẽ bị kỷ luật."},
		{"B13", "Be more careful with it.", "Cần cẩn thận hơn khi triển khai."},
		{"B14", "It was caused by an engineer.", "Sự cố do kỹ sư gây ra."},
		{"B15", "It was a complete outage.", "Hệ thống sập hoàn toàn."},
		{"B16", "Dave broke the build.", "Nhân viên đã làm sập máy chủ."},
	} {
		for _, text := range []string{tt.english, tt.vietnamese} {
			found := l.Text([]byte(text), nil)
			if len(found) == 0 || found[0].Rule != tt.rule && (len(found) < 2 || found[1].Rule != tt.rule) {
				t.Errorf("%s in %q: found %v", tt.rule, text, said(found))
				continue
			}
			if found[0].Suggest == "" || strings.ContainsAny(found[0].Suggest, "{}") {
				t.Errorf("%s suggests %q", tt.rule, found[0].Suggest)
			}
		}
	}
}

// TestPlaces: what is no prose of its author is left out, and what is found has its place in the text.
func TestPlaces(t *testing.T) {
	l := linter(t)
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"Fine.\nÜber it: he forgot to\nask.\n", []string{"B06 warn 2:10 he forgot to"}},
		{"He should\nhave asked.", []string{"B01 error 1:4 should have asked"}},
		{"```\nhe forgot it\n```\n    it was human error\n", []string{}},
		{"The log says `human error`, and ``he ` forgot``.", []string{}},
		{"> It was human error.\n", []string{}},
		{"The vendor wrote “it was human error” and \"they forgot it\".", []string{}},
		{"See <https://x.example/human error> or [page](https://x.example/his-fault).", []string{}},
		{"| a | It was human error |\n| - | - |\n| should | have asked |", []string{"B03 error 1:14 human error"}},
		{"- It was\n  human error\n\n  his fault\n\n    his mistake\n", []string{"B03 error 2:3 human error", "B05 error 4:3 his fault", "B05 error 6:5 his mistake"}},
		{"# Human error\nhave", []string{"B03 error 1:3 Human error"}},
		{"It’s Ana’s mistake; she didn’t check.", []string{"B05 error 1:6 Ana’s mistake", "B06 warn 1:21 she didn’t check"}},
		{"<@U02AB> broke the build, and @bo-x forgot it.", []string{"B16 warn 1:1 <@U02AB> broke the", "B07 warn 1:31 @bo-x forgot"}},
		{"A should.\nHave been.", []string{}},
		{"The ", []string{}}, {"", []string{}}, {"\xff\xfe forgot \x00", []string{"B07 warn 1:4 forgot"}},
	} {
		if tt.text == "\xff\xfe forgot \x00" { // it only must not fail
			l.Text([]byte(tt.text), nil)
			continue
		}
		if diff := cmp.Diff(tt.want, said(l.Text([]byte(tt.text), nil))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

// TestNames: people whom the caller knows are people.
func TestNames(t *testing.T) {
	l, text := linter(t), []byte("Zorblax failed to start. zorblax failed to start.")
	if found := l.Text(text, nil); len(found) != 0 {
		t.Errorf("found %v", said(found))
	}
	if diff := cmp.Diff([]string{"B06 warn 1:1 Zorblax failed to"}, said(l.Text(text, []string{"Zorblax Q."}))); diff != "" {
		t.Error(diff)
	}
}

// TestSilence: a line is silenced with a reason, and only then.
func TestSilence(t *testing.T) {
	l := linter(t)
	const blame = "It was human error, and he forgot it."
	for _, tt := range []struct {
		text string
		want []string
	}{
		{blame + " <!-- lint: B03, B07 the vendor's words -->", []string{}},
		{blame + " <!-- lint: B03 the vendor's words -->", []string{"B07 warn 1:25 he forgot"}},
		{"<!-- lint: B03,B07 the vendor's words -->\n" + blame, []string{}},
		{"<!-- lint: B03,B07 the vendor's words -->\n\n" + blame, []string{"B03 error 3:8 human error", "B07 warn 3:25 he forgot"}},
		{blame + " <!-- lint: B03 -->", []string{"B03 error 1:8 human error", "B07 warn 1:25 he forgot"}},
	} {
		found := l.Text([]byte(tt.text), nil)
		if diff := cmp.Diff(tt.want, said(found)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
		if strings.HasSuffix(tt.text, "B03 -->") && !strings.Contains(found[0].Suggest, "gives no reason") {
			t.Errorf("nothing is said of the missing reason: %q", found[0].Suggest)
		}
	}
}

// TestActions: what is found in action items, in a table and in a list.
func TestActions(t *testing.T) {
	l := linter(t)
	const head = "| Severity | sev1 |\n| Resolved (UTC) | 2026-03-01 |\n\nDeclared by Responder A.\n\n## Action items\n\n" +
		"| What | Owner | Due | Type | Verified by | Ticket |\n| --- | --- | --- | --- | --- | --- |\n"
	const good = "| Add an alarm on the age of the queue | ana | 2026-04-01 | detect | the alarm fires in staging | OPS-1 |\n"
	for _, tt := range []struct {
		text string
		want []string
	}{
		{head + good, []string{}},
		{head + "| | | | | | |\n", []string{}},
		{head + good + "| Raise the limit to 20 | | | prevent | load test | OPS-2 |\n", []string{"A01 error", "A02 error"}},
		{head + good + "| Raise the limit to 20 | the team | 2026-04-01 | prevent | load test | OPS-2 |\n", []string{"A03 error"}},
		{head + good + "| Improve monitoring of namespaces | bo | 2026-04-01 | detect | | OPS-2 |\n", []string{"A04 warn"}},
		{head + "| Train all engineers in failover | bo | 2026-04-01 | detect | a drill | OPS-2 |\n", []string{"A05 warn"}},
		{head + good + "| Train all engineers in failover | bo | 2026-04-01 | detect | a drill | OPS-2 |\n", []string{}},
		{head + "| Raise the limit to 20 | bo | 2026-04-01 | prevent | load test | OPS-2 |\n", []string{"A06 info"}},
		{head + good + "| Raise the limit to 20 | bo | 2026-07-01 | prevent | load test | OPS-2 |\n", []string{"A07 warn"}},
		{head + strings.Repeat(good, 11), append(slices.Repeat([]string{"A10 warn"}, 10), "A08 info")},
		{head + good + "| Raise the limit to 20 | bo | 2026-04-01 | prevent | load test | |\n", []string{"A09 warn"}},
		{"## Actions\n- [ ] Raise the limit to 20 (@ana, due 2026-04-01, OPS-3)\n- [x] Raise the pool to 30\n## Other\n- he is a row\n",
			[]string{"A01 error", "A02 error", "A09 warn"}},
		{"## Việc cần làm\n- Đào tạo lại cho cả đội (owner: cả đội, due 2026-04-01, OPS-3)\n", []string{"A03 error", "A05 warn"}},
	} {
		var got []string
		for _, f := range l.Text([]byte(tt.text), nil) {
			if f.Rule[0] == 'A' {
				got = append(got, f.Rule+" "+f.Level)
			}
		}
		if diff := cmp.Diff(tt.want, append([]string{}, got...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

// TestOwnDocuments: what Oncalm writes by itself blames nobody.
func TestOwnDocuments(t *testing.T) {
	l := linter(t)
	documents, err := filepath.Glob("../markdown/testdata/*.md")
	if err != nil || len(documents) < 10 {
		t.Fatal(len(documents), err)
	}
	for _, name := range documents {
		text, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range said(l.Text(text, nil)) {
			if f[0] == 'B' { // what is missing in action items is for people to add
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

// TestRules: the rules are B01 to B16 and A01 to A10, and a file of words that is wrong is refused.
func TestRules(t *testing.T) {
	var ids []string
	for _, r := range linter(t).Rules() {
		if r.Say == "" {
			t.Errorf("%s says nothing", r.ID)
		}
		ids = append(ids, r.ID)
	}
	want := []string{}
	for n := range 16 {
		want = append(want, fmt.Sprintf("B%02d", n+1))
	}
	for n := range 10 {
		want = append(want, fmt.Sprintf("A%02d", n+1))
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
	for words, wrong := range map[string]string{
		"hello":                               "belongs to no list",
		"(B01 warn)\nfind {nobody} x\nsay y":  "no list [nobody]",
		"(B01 warn)\nfind ... x?\nsay y":      "no part that is a word",
		"(B01 warn)\nfind x":                  "says nothing",
		"(B01 warn)\nseek x":                  "none of find",
		"(B01 warn)\nfind ..x y\nsay y":       "no gap",
		"[list]\na ..\n(B01 warn)\nfind\nsay": "no gap",
	} {
		if _, err := lint.New(words); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v, want %q", words, err, wrong)
		}
	}
	more, err := lint.New("[who]\ngremlin\n(B16 warn)\nfind {who} ate\nsay say what changed, not {who}")
	if err != nil {
		t.Fatal(err)
	}
	found := more.Text([]byte("The Gremlin ate it."), nil)
	if len(found) != 1 || found[0].Suggest != "say what changed, not Gremlin" {
		t.Errorf("found %v", found)
	}
}

func FuzzText(f *testing.F) {
	l := linter(f)
	f.Add("It was human error.\n| a | he forgot |\n## Actions\n- x @y")
	f.Fuzz(func(t *testing.T, s string) {
		found := l.Text([]byte(s), nil)
		for _, x := range found {
			if x.From < 0 || x.To > len(s) || x.From >= x.To || x.Line < 1 || x.Column < 1 {
				t.Fatalf("%q: %+v", s, x)
			}
		}
		if diff := cmp.Diff(found, l.Text([]byte(s), nil)); diff != "" {
			t.Fatal(diff)
		}
	})
}
