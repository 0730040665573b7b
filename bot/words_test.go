package bot

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/chat"
)

// TestWordTable: no name stands for two words, all have help, and each either changes or shows.
func TestWordTable(t *testing.T) {
	b, _ := alone(t, "s")
	for _, words := range [][]chat.Word{b.command.Room().Words, b.shifts.Room().Words} {
		seen := map[string]bool{}
		for _, w := range words {
			for _, name := range append([]string{w.Name}, w.Also...) {
				if seen[name] || name != strings.ToLower(name) {
					t.Errorf("%s: twice, or not in lower case", name)
				}
				seen[name] = true
			}
			if w.Help == "" || (w.Change == nil) == (w.Show == nil) {
				t.Errorf("%s: no help, or not exactly one of change and show", w.Name)
			}
		}
	}
}

func FuzzSlash(f *testing.F) {
	for _, s := range append(bottest.Nasty(), "ack 42", "note “a b” c", "<@U1|x>", "<", "\"", "«»", "<!subteam^", "note <@U0ANA> &amp;") {
		f.Add(s)
	}
	r := chat.New(chat.Options{}, map[string]string{"U0ANA": "ana"})
	f.Fuzz(func(t *testing.T, text string) {
		at := -1
		for _, tok := range chat.Tokens(text) {
			if tok.From <= at || tok.From >= len(text) {
				t.Fatalf("%q: token %+v begins at the wrong place", text, tok)
			}
			at = tok.From
		}
		read := r.Readable(text)
		if utf8.ValidString(text) && !utf8.ValidString(read) {
			t.Errorf("%q became %q, which is not UTF-8", text, read)
		}
		bottest.Judge(t, chat.Unknown("/incident", text, []string{"ack"}))
	})
}

// TestChatWordsAreDocumented ties the chat section of the manual to the table of words: each word has its row there, with its
// other names, and there is no row of a word that is not in the table.
func TestChatWordsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // what the manual says of a word
	for _, m := range regexp.MustCompile("(?m)^\\| `(/(?:incident|oncall)[a-z ]*)` \\| (.*) \\|$").FindAllStringSubmatch(string(doc), -1) {
		rows[m[1]] = m[2]
	}
	b, _ := alone(t, "s")
	for _, room := range []chat.Room{b.command.Room(), b.shifts.Room()} {
		if rows[room.Root] == "" {
			t.Errorf("%s alone has no row", room.Root)
		}
		delete(rows, room.Root)
		for _, w := range room.Words {
			row := rows[room.Root+" "+w.Name]
			if row == "" {
				t.Errorf("%s %s has no row", room.Root, w.Name)
			}
			for _, name := range w.Also {
				if !strings.Contains(row, "`"+name+"`") {
					t.Errorf("%s %s: its row does not name %s", room.Root, w.Name, name)
				}
			}
			delete(rows, room.Root+" "+w.Name)
		}
	}
	for row := range rows {
		t.Errorf("%s has a row, and is no word", row)
	}
}
