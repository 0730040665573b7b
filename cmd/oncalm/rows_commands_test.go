package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// A commandRow is one bad input that is found when the program starts, and what it says
// then: its exit code and its lines.
type commandRow struct {
	n     int
	input string
	old   string // part of the configuration, and what stands there instead
	bad   string
	do    func(t *testing.T, dir string) // other things that are wrong
	call  string                         // the command; serve if empty
	want  string
}

// rowsConfig is a configuration without a fault.
const rowsConfig = `listen: 127.0.0.1:0
web: {listen: 127.0.0.1:0}
store: oncalm.db
slack: {api_url: "http://127.0.0.1:1/api/", bot_token: "${TOKEN}", signing_secret: fake-signing-secret, channel: C0INCIDENTS}
sns: {topics: ["arn:aws:sns:eu-central-1:123456789012:alarms"]}
people: {ana: {slack: U0ANA}, bo: {slack: U0BO}}
schedules:
  main:
    zone: Europe/Paris
    layers:
      - {name: primary, people: [ana, bo], start: 1999-12-27T09:00, shift: 1w}
    overrides: []
policies: {main: {steps: [{page: ["schedule:main"], wait: 5m}], fallback: ["person:bo"]}}
services: {shop: {policy: main, alarms: ["*"]}}
default_service: shop
`

func commandRows() []commandRow {
	const zone, people = "zone: Europe/Paris", "people: [ana, bo], start"
	return []commandRow{
		{n: 35, input: "unknown zone", old: zone, bad: "zone: Europe/Pari", want: `exit 2: oncalm: oncalm.yaml:9:11: unknown time zone "Europe/Pari"; did you mean Europe/Paris?`},
		{n: 36, input: "nobody in a layer", old: people, bad: "people: [], start", want: "exit 2: oncalm: oncalm.yaml:11:33: the layer has no people; list who takes turns"},
		{n: 36, input: "two schedules of one name", old: "policies: {main", bad: "  main: {}\npolicies: {main", want: `exit 2: oncalm: oncalm.yaml:13:3: the key "main" is already in line 8; remove one of them`},
		{n: 36, input: "two layers of one name", old: "    overrides: []", bad: "      - {name: primary, people: [bo], start: 1999-12-27T09:00, shift: 1w}", want: `exit 2: oncalm: oncalm.yaml:12:16: layers[0] is called "primary" too; give each layer a name of its own`},
		{n: 36, input: "somebody twice in a turn", old: people, bad: "people: [[ana, ana], bo], start", want: "exit 2: oncalm: oncalm.yaml:11:34: ana is in the turn twice; name everybody once in a turn"},
		{n: 36, input: "somebody in two turns", old: people, bad: "people: [[ana, bo], bo, ana], start", call: "check",
			want: `exit 0: oncalm.yaml:11:45: warning: bo takes turn 1 of the layer already; name somebody else, unless that is intended
	oncalm.yaml:11:49: warning: ana takes turn 1 of the layer already; name somebody else, unless that is intended
	oncalm.yaml is fine, with 2 warnings`},
		{n: 36, input: "a gap", old: "shift: 1w}", bad: `shift: 1w, only: [{days: mon-fri, from: "09:00", to: "17:00"}]}`, call: "check",
			want: `exit 0: oncalm.yaml:8:3: warning: nobody is on call in main from Fri 1999-12-31 17:00 CET (1999-12-31T16:00Z) to Mon 2000-01-03 09:00 CET (2000-01-03T08:00Z), and 64 more times until 2000-03-31; add a layer below that covers it, write nobody if that is intended, or leave it to the fallback of the policy
	oncalm.yaml is fine, with 1 warning`},
		{n: 36, input: "overrides that overlap", old: "overrides: []", bad: "overrides: [{person: bo, for: ana, from: 2000-02-08T09:00, to: 2000-02-10T09:00}, {person: bo, for: ana, from: 2000-02-09T09:00, to: 2000-02-11T09:00}]", call: "check",
			want: `exit 0: oncalm.yaml:12:87: warning: this override overlaps overrides[0] from Wed 2000-02-09 09:00 CET (2000-02-09T08:00Z) to Thu 2000-02-10 09:00 CET (2000-02-10T08:00Z); where both are in force, the later one in the file wins
	oncalm.yaml is fine, with 1 warning`},
		{n: 37, input: "cron's way to name a zone", old: zone, bad: "zone: CRON_TZ=UTC", want: `exit 2: oncalm: oncalm.yaml:9:11: unknown time zone "CRON_TZ=UTC"; use one of the tz database, such as Europe/Berlin`},
		{n: 38, input: "unknown key", old: "policies:", bad: "polices:",
			want: `exit 2: oncalm: oncalm.yaml:1:1: policies is missing; add one that says whom to page
	oncalm: oncalm.yaml:13:1: unknown key "polices"; did you mean "policies"?
	oncalm: oncalm.yaml:14:27: there is no policy "main"`},
		{n: 39, input: "an override that ends before it begins", old: "overrides: []", bad: "overrides: [{person: bo, for: ana, from: 2000-02-08T09:00, to: 2000-02-07T09:00}]", want: "exit 2: oncalm: oncalm.yaml:12:68: the override ends before it begins; give a to that is after from"},
		{n: 39, input: "an override that is over", old: "overrides: []", bad: "overrides: [{person: bo, for: ana, from: 1999-12-08T09:00, to: 1999-12-09T09:00}]", call: "check",
			want: `exit 0: oncalm.yaml:12:17: warning: this override ended Thu 1999-12-09 09:00 CET (1999-12-09T08:00Z) and has no effect any more; remove it
	oncalm.yaml is fine, with 1 warning`},
		{n: 40, input: "a template with another name", old: "store:", bad: "templates: texts\nstore:", do: template("passwd.md", "x"), want: "exit 2: oncalm: oncalm.yaml:3:12: E3001 no such template: texts/passwd.md; correct it, or remove the key"},
		{n: 40, input: "a template with a name that is none", old: "store:", bad: "templates: texts\nstore:", do: template("Etc Passwd.md", "x"), want: "exit 2: oncalm: oncalm.yaml:3:12: E3001 template name must match [a-z0-9-]+: texts/Etc Passwd.md; correct it, or remove the key"},
		{n: 40, input: "a template that leads out", old: "store:", bad: "templates: texts\nstore:", do: templateLink, want: "exit 2: oncalm: oncalm.yaml:3:12: E3001 template must lie in its directory: texts/postmortem.md; correct it, or remove the key"},
		{n: 41, input: "a template without an end", old: "store:", bad: "templates: texts\nstore:", do: template("postmortem.md", "{{range 100000000}}x{{end}}"), want: "exit 2: oncalm: oncalm.yaml:3:12: E3002 template cannot be used: texts/postmortem.md:1:8: it makes more than 1048576 bytes; correct it, or remove the key"},
		{n: 41, input: "a template with an unknown field", old: "store:", bad: "templates: texts\nstore:", do: template("postmortem.md", "# {{.Title}}\n{{.Tilte}}"), want: "exit 2: oncalm: oncalm.yaml:3:12: E3002 template cannot be used: texts/postmortem.md:2:2: at <.Tilte>: can't evaluate field Tilte in type markdown.sheet; correct it, or remove the key"},
		{n: 42, input: "the store is in use", do: holdStore, want: "exit 3: oncalm: oncalm.db is in use (pid OURS): stop that process first"},
		{n: 43, input: "the store is damaged", do: damageStore, want: "exit 4: oncalm: oncalm.db: the store is damaged: invalid database: the file was left as it is; put a backup in its place with: oncalm restore -store oncalm.db -force BACKUP"},
		{n: 44, input: "the store is of a newer version", do: newerStore, want: "exit 5: oncalm: oncalm.db: store v7, binary knows v5: use that version, or restore a backup from before it"},
		{n: 47, input: "a secret is missing", old: "${TOKEN}", bad: "${TOKEN_THAT_IS_NOT_SET}", want: "exit 2: oncalm: oncalm.yaml:4:56: the environment variable TOKEN_THAT_IS_NOT_SET, for slack.bot_token, is not set; set it, or use ${file:PATH}"},
		{n: 47, input: "a secret is a placeholder", old: "${TOKEN}", bad: "xoxb-your-token", want: "exit 2: oncalm: oncalm.yaml:4:56: slack.bot_token is a placeholder; give it the value that Slack shows for the app"},
		{n: 48, input: "the port is in use", old: "listen: 127.0.0.1:0\nweb", bad: "listen: TAKEN\nweb", want: "exit 2: oncalm: cannot listen on TAKEN: listen tcp TAKEN: bind: address already in use: choose a free address, or stop what uses it"},
		{n: 49, input: "a phone number in a local form", old: "{slack: U0ANA}", bad: `{slack: U0ANA, phone: "0151 12345678"}`, want: `exit 2: oncalm: oncalm.yaml:6:37: people.ana.phone cannot be "0151 12345678"; expected a phone number in E.164 form, such as +4915112345678: +, country, number, no spaces`},
	}
}

// TestCommandRows is TestRows for what is found at the start. Its bubble is for the time:
// what is said about gaps and overrides depends on it.
func TestCommandRows(t *testing.T) {
	t.Setenv("TOKEN", "xoxb-canary")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, r := range commandRows() {
		t.Run(fmt.Sprintf("%d %s", r.n, r.input), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := r.got(t, taken.Addr().String())
				if diff := gocmp.Diff(r.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if strings.Contains(got, "canary") {
					t.Error("a secret is shown")
				}
			})
		})
	}
}

// got is what the command says.
func (r commandRow) got(t *testing.T, taken string) string {
	t.Helper()
	dir, text := t.TempDir(), rowsConfig
	if r.old != "" {
		text = replaced(r.old, r.bad)(text)
	}
	writeFile(t, filepath.Join(dir, "oncalm.yaml"), strings.ReplaceAll(text, "TAKEN", taken))
	if r.do != nil {
		r.do(t, dir)
	}
	got := commanded(t, dir, cmp.Or(r.call, "serve"), "-config", filepath.Join(dir, "oncalm.yaml"))
	return strings.NewReplacer(taken, "TAKEN", fmt.Sprintf("pid %d", os.Getpid()), "pid OURS").Replace(got)
}

func template(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		writeFile(t, filepath.Join(dir, "texts", name), text)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func templateLink(t *testing.T, dir string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "passwd"), "secret")
	if err := os.Mkdir(filepath.Join(dir, "texts"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../passwd", filepath.Join(dir, "texts", "postmortem.md")); err != nil {
		t.Fatal(err)
	}
}

func holdStore(t *testing.T, dir string) {
	t.Helper()
	db, err := cli.OpenStore(t.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
}

func damageStore(t *testing.T, dir string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "oncalm.db"), strings.Repeat("<html>", 10_000))
}

func newerStore(t *testing.T, dir string) {
	t.Helper()
	inStore(t, dir, func(tx store.Tx) { tx.Put("schema", []byte("7")) })
}

// inStore changes a store that it makes.
func inStore(t *testing.T, dir string, change func(store.Tx)) {
	t.Helper()
	db, err := cli.OpenStore(t.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(t.Context(), func(tx store.Tx) error { change(tx); return nil })
	if err != nil {
		t.Fatal(err)
	}
}
