package templates

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write makes a directory of templates.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEmbeddedTextsAreParsed(t *testing.T) {
	set, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(set.Names(), " "); got != "postmortem postmortem-coe postmortem-howie postmortem-pagerduty postmortem-sre" {
		t.Errorf("texts: %s", got)
	}
}

type data struct {
	Name string
	List []string
}

func TestOverride(t *testing.T) {
	dir := write(t, map[string]string{
		"postmortem.md": "{{range .List}}- {{.}}{{if eq . \"b\"}} (b){{end}}\n{{end}}{{len .Name}} {{template \"part\" .}}{{define \"part\"}}[{{.Name}}]{{end}}",
		"notes.txt":     "{{ not ours", ".hidden.md": "{{ not ours", "postmortem.md~": "{{ not ours",
	})
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := set.Execute("postmortem", data{"checkout", []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "- a\n- b (b)\n8 [checkout]"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	set, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"../../etc/passwd": ErrName, "/etc/passwd": ErrName, "": ErrName, "a.md": ErrName, "Postmortem": ErrName, "-a": ErrName, "a\x00": ErrName, "a\n": ErrName,
		strings.Repeat("a", 65): ErrName, strings.Repeat("a", 64): ErrUnknown, "page": ErrUnknown,
	} {
		_, err := set.Execute(name, nil)
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "E3001 ") {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

// TestDirectories has directories that must not be taken, and the errors for them.
func TestDirectories(t *testing.T) {
	outside := filepath.Join(write(t, map[string]string{"secret": "secret"}), "secret")
	link := func(target string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Symlink(target, filepath.Join(dir, "postmortem.md")); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name    string
		files   map[string]string
		prepare func(*testing.T, string)
		want    error
		says    string // the message ends in DIR/says
	}{
		{"misspelt", map[string]string{"postmortm.md": "x"}, nil, ErrUnknown, "postmortm.md"},
		{"no name", map[string]string{"Postmortem.md": "x"}, nil, ErrName, "Postmortem.md"},
		{"link outside", nil, link(outside), ErrOutside, "postmortem.md"},
		{"link up", nil, link("../../../../../../etc/passwd"), ErrOutside, "postmortem.md"},
		{"link to nothing", nil, link("nothing"), ErrOutside, "postmortem.md"},
		{"directory", nil, func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "postmortem.md"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, ErrText, "postmortem.md"},
		{"too large", map[string]string{"postmortem.md": strings.Repeat("x", maxSource+1)}, nil, ErrText, "postmortem.md"},
		{"not text", map[string]string{"postmortem.md": "\xff\xfe"}, nil, ErrText, "postmortem.md"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, tt.files)
			if tt.prepare != nil {
				tt.prepare(t, dir)
			}
			_, err := Load(dir)
			if !errors.Is(err, tt.want) || !strings.HasSuffix(err.Error(), filepath.Join(dir, tt.says)) {
				t.Errorf("%v, want %v: …/%s", err, tt.want, tt.says)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// TestLinksWithinAreFollowed: mounted configuration is made of links.
func TestLinksWithinAreFollowed(t *testing.T) {
	dir := write(t, nil)
	if err := os.Mkdir(filepath.Join(dir, "..data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "..data", "postmortem.md"), []byte("mounted"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..data/postmortem.md", filepath.Join(dir, "postmortem.md")); err != nil {
		t.Fatal(err)
	}
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := set.Execute("postmortem", nil); err != nil || string(got) != "mounted" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestBrokenTexts has texts that cannot be used. Where says the line that must be named.
func TestBrokenTexts(t *testing.T) {
	tests := []struct {
		name, text, where, says string
	}{
		{"not closed", "a\nb {{.Name", ":2: ", "unclosed action"},
		{"no function", "a\n{{gone .Name}}", ":2: ", `function "gone" not defined`},
		{"makes text", "a\n\n{{printf \"%0999999d\" 1}}", ":3:", "the function printf is not available"},
		{"makes text in a pipe", "{{if (.Name | print) }}{{end}}", ":1:", "the function print is not available"},
		{"calls", "{{with call .Name}}{{end}}", ":1:", "the function call is not available"},
		{"writes HTML", "{{.Name | html}}", ":1:", "the function html is not available"},
		{"where it is else", "{{if .Name}}{{else}}\n{{js .Name}}{{end}}", ":2:", "the function js is not available"},
		{"in a part", "a{{define \"p\"}}\n{{js .Name}}{{end}}", ":2:", "the function js is not available"},
		{"in an argument", "{{template \"p\" (print .)}}{{define \"p\"}}{{end}}", ":1:", "the function print is not available"},
		{"in a chain", "{{(print .).Name}}", ":1:", "the function print is not available"},
		{"no field", "a\n{{.Gone}}", ":2:2: ", "can't evaluate field Gone"},
		{"no field in a loop", "{{range .List}}\n{{.Gone}}{{end}}", ":2:2: ", "can't evaluate field Gone"},
		{"no part", "a\n{{template \"gone\"}}", ":2:", `"gone" not defined`},
		{"out of range", "{{index .List 9}}", ":1:2: ", "out of range"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{"postmortem.md": tt.text})
			set, err := Load(dir)
			if err == nil {
				_, err = set.Execute("postmortem", data{"x", []string{"y"}})
			}
			checkError(t, err, filepath.Join(dir, "postmortem.md")+tt.where, tt.says)
		})
	}
}

func checkError(t *testing.T, err error, where, says string) {
	t.Helper()
	if !errors.Is(err, ErrText) || !strings.HasPrefix(err.Error(), "E3002 template cannot be used: "+where) || !strings.Contains(err.Error(), says) {
		t.Errorf("%v\nwant E3002 template cannot be used: %s… %s", err, where, says)
	}
	if err != nil && strings.Contains(err.Error(), check) {
		t.Errorf("the message speaks of what the author did not write: %v", err)
	}
}

// TestBombs has texts that would never end, or fill the memory.
func TestBombs(t *testing.T) {
	const size = 1 << 16
	tests := []struct {
		name, text, where, says string
	}{
		{"empty loop", "a\n{{range 1000000000}}{{end}}", ":2:", "it takes longer than 50ms"},
		{"nested loops", "\n{{range 100000}}{{range 100000}}{{break}}{{end}}{{end}}", ":2:", "it takes longer than 50ms"},
		{"itself, twice", "{{template \"p\"}}\n{{define \"p\"}}{{template \"p\"}}{{template \"p\"}}{{end}}", ":2:", "it takes longer than 50ms"},
		{"itself", "{{template \"p\"}}\n{{define \"p\"}}{{template \"p\"}}{{end}}", ":2:", ""},
		{"many calls", "{{define \"a\"}}{{range 1000}}{{template \"b\"}}{{end}}{{end}}{{define \"b\"}}{{range 1000}}{{template \"c\"}}{{end}}{{end}}{{define \"c\"}}{{range 1000}}{{end}}{{end}}\n{{template \"a\"}}", ":1:", "it takes longer than 50ms"},
		{"much text", "a\n{{range 1000000}}much text\n\n{{end}}", ":2:", "it makes more than 65536 bytes"},
		{"much data", "a\n\n{{range .List}}{{$.Name}}{{end}}", ":3:", "it makes more than 65536 bytes"},
		{"large datum", "\n{{.Name}}", ":2:2: ", "it makes more than 65536 bytes"},
		{"text at the end", "{{.List}}" + strings.Repeat("x", size), ":1: ", "it makes more than 65536 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{"postmortem.md": tt.text})
			set, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			d := data{Name: strings.Repeat("x", 1000), List: make([]string, 1000)}
			if strings.HasPrefix(tt.name, "large") {
				d.Name = strings.Repeat("x", 2*size)
			}
			limit := time.Minute
			if !strings.Contains(tt.says, "bytes") {
				limit = 50 * time.Millisecond
			}
			begin := time.Now()
			_, err = set.texts["postmortem"].execute(d, size, limit)
			checkError(t, err, filepath.Join(dir, "postmortem.md")+tt.where, tt.says)
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it went on for %v", took)
			}
		})
	}
}

type behaving struct{ Name string }

func (behaving) Delete() string { return "deleted" }

type pointing struct{ Name string }

func (*pointing) Delete() string { return "deleted" }

type tree struct {
	Name string
	Sub  []tree
}

func TestOnlyPlainDataIsShown(t *testing.T) {
	set, err := Load(write(t, map[string]string{"postmortem.md": "fine"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []any{nil, "text", 1, 1.5, true, data{}, &data{}, []data{{}}, map[string]data{}, tree{},
		struct{ N *int }{}} {
		if _, err := set.Execute("postmortem", d); err != nil {
			t.Errorf("%T: %v", d, err)
		}
	}
	for _, d := range []any{
		behaving{}, &behaving{}, pointing{}, &pointing{}, time.Now(), errors.New("x"), func() {}, make(chan int),
		struct{ At time.Time }{}, struct{ Any any }{}, []behaving{}, map[string]pointing{}, map[string]func(){},
		struct{ unseen func() }{},
	} {
		if _, err := set.Execute("postmortem", d); !errors.Is(err, errNotPlain) {
			t.Errorf("%T: %v, want %v", d, err, errNotPlain)
		}
	}
}

func TestSetsAreSharedSafely(t *testing.T) {
	set, err := Load(write(t, map[string]string{"postmortem.md": "{{range .List}}{{.}}{{end}}"}))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := set.Execute("postmortem", data{List: make([]string, 100)})
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
