package bot

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/rights"
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

// manual is what docs/commands.md says of the words.
func manual(rooms []chat.Room) string {
	var b strings.Builder
	b.WriteString("| word | does | who may |\n| --- | --- | --- |\n")
	row := func(room chat.Room, says string, w chat.Word) {
		fmt.Fprintf(&b, "| `%s` | ", says)
		help := w.Help
		if w.Usage() != "" {
			first, size := utf8.DecodeRuneInString(help)
			fmt.Fprintf(&b, "`%s`: ", w.Usage())
			help = string(unicode.ToLower(first)) + help[size:]
		}
		b.WriteString(strings.TrimSpace(help + " " + w.More))
		if len(w.Also) > 0 {
			b.WriteString(" Also `" + strings.Join(w.Also, "`, `") + "`.")
		}
		b.WriteString(" | " + rights.Says(room.Name, w.Name) + " |\n")
	}
	for _, room := range rooms {
		row(room, room.Root, room.Silent)
		for _, w := range room.Words {
			row(room, room.Root+" "+w.Name, w)
		}
	}
	return b.String()
}

// TestChatWordsAreDocumented: the chat section of the manual is made from the words; -update writes it.
func TestChatWordsAreDocumented(t *testing.T) {
	const file = "../docs/commands.md"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(doc), "<!-- words -->\n")
	written, after, ends := strings.Cut(rest, "<!-- end of words -->\n")
	if !begins || !ends {
		t.Fatal("the marks around the words are not there")
	}
	want := "\n" + manual(Words(Roots{})) + "\n"
	if *update {
		all := before + "<!-- words -->\n" + want + "<!-- end of words -->\n" + after
		if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("docs/commands.md is not as the words are: run this test with -update (-want +got):\n%s", diff)
	}
}

// TestWordsAreThoseOfTheBot: what is told of the words is what can be said.
func TestWordsAreThoseOfTheBot(t *testing.T) {
	b, _ := alone(t, "s")
	type said struct{ Name, Usage, Help, More string }
	list := func(rooms []chat.Room) (all []said) {
		for _, room := range rooms {
			for _, w := range append([]chat.Word{room.Silent}, room.Words...) {
				all = append(all, said{strings.TrimSpace(room.Root + " " + w.Name), w.Usage(), w.Help, w.More})
			}
		}
		return all
	}
	want := list([]chat.Room{b.command.Room(), b.shifts.Room()})
	if diff := cmp.Diff(want, list(Words(Roots{}))); diff != "" {
		t.Errorf("(-the bot's +told):\n%s", diff)
	}
}
