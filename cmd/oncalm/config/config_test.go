package config_test

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/bot/capture"
	rooms "github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/beats"
	"github.com/oncalm/oncalm/cmd/oncalm/config/channels"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/policies"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/schedules"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/silences"
)

var update = flag.Bool("update", false, "write what is found as what is wanted")

var now = time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC)

// environment answers from lines of NAME=value.
func environment(text string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for line := range strings.Lines(text) {
			if key, val, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok && key == name {
				return val, true
			}
		}
		return "", false
	}
}

// TestProblems loads each file of testdata/bad and compares what is found wrong.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := problemsOf(t, ar)
			if *update {
				set(ar, "want", got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(section(ar, "want"), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if secret := section(ar, "secret"); secret != "" && strings.Contains(got, strings.TrimSpace(secret)) {
				t.Errorf("a secret is shown:\n%s", got)
			}
		})
	}
}

func problemsOf(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range ar.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, problems := config.Load(filepath.Join(dir, "oncalm.yaml"), environment(section(ar, "env")), now)
	if len(problems) == 0 {
		return ""
	}
	return strings.NewReplacer(dir+"/", "", dir, "DIR").Replace(problems.String()) + "\n"
}

func section(ar *txtar.Archive, name string) string {
	for _, f := range ar.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(ar *txtar.Archive, name, text string) {
	for n := range ar.Files {
		if ar.Files[n].Name == name {
			ar.Files[n].Data = []byte(text)
			return
		}
	}
	ar.Files = append(ar.Files, txtar.File{Name: name, Data: []byte(text)})
}

const canaries = "SLACK_BOT_TOKEN=xoxb-canary-one\nSLACK_SIGNING_SECRET=canary-two-0123456789\nSLACK_APP_TOKEN=xapp-canary-three\nROLLBACK_SECRET=canary-four-0123456789\n"

// TestEverything loads a file that has every key there is.
func TestEverything(t *testing.T) {
	c, problems := config.Load("testdata/everything.yaml", environment(canaries+"PORT=8080\n"), now)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%s", problems)
	}
	berlin := location(t, "Europe/Berlin")
	start, _ := civil.Parse("2026-01-05T09:00")
	office, _ := rotations.ParseWindow("mon-fri", "09:00", "17:00")
	want := &config.Config{
		File: "testdata/everything.yaml", Listen: ":8080", WebListen: "127.0.0.1:9091",
		Store: "testdata/bad/oncalm.db", PublicURL: "https://oncall.example.com", Retention: 400 * 24 * time.Hour,
		Slack: config.Slack{
			Mode: "http", APIURL: "http://127.0.0.1:9999/api/", Channel: "C0INCIDENTS",
			BotToken: secrets.New("xoxb-canary-one"), SigningSecret: secrets.New("canary-two-0123456789"),
			AppToken: secrets.New("xapp-canary-three"), JoinedPages: true,
		},
		SNS: config.SNS{Topics: []string{"arn:aws:sns:eu-central-1:123456789012:alarms"}, MaxAge: 75 * time.Minute, RequireV2: true},
		Channels: channels.Channels{
			Rules: rooms.Rules{
				Open: "sev2", Name: "{severity}-{id}-{service}-{slug}", Invite: []string{"cy", "S0LEADS"}, ArchiveAfter: 14 * 24 * time.Hour,
			},
			Capture: capture.Rules{Signs: []string{"pushpin", "memo"}, All: true},
		},
		People: map[string]config.Person{
			"ana": {Slack: "U0ANA", Phone: "+4915112345678", Email: "ana@example.com", Ntfy: "https://ntfy.example.com/topic-of-ana", Zone: berlin, Notify: contacts.Rules{
				"sev1": {{Name: "sms"}, {Name: "slack"}, {Name: "push"}},
				"sev2": {{Name: "slack"}, {Name: "sms", After: 90 * time.Second}},
				"sev3": {{Name: "slack"}, {Name: "sms", After: 90 * time.Second}},
				"sev4": {{Name: "email", After: time.Minute}, {Name: "call", After: 2 * time.Minute}},
			}},
			"bo": {Slack: "U0BO", Phone: "+4915112345679"},
			"cy": {Slack: "W0CY", Notify: contacts.Rules{"sev4": {{Name: "slack"}}}},
		},
		Notify: contacts.Rules{
			"sev1": {{Name: "slack"}, {Name: "sms", After: 2 * time.Minute}},
			"sev2": {{Name: "slack"}, {Name: "sms", After: 2 * time.Minute}},
			"sev3": {{Name: "slack"}},
		},
		SMS:   contacts.SMS{Via: "sns", From: "ONCALM"},
		Email: contacts.Email{From: "Oncalm <oncall@example.com>"},
		Call:  contacts.Call{From: "+4930123456", Voice: "AMY"},
		Schedules: map[string]rotations.Schedule{"payments": {Name: "payments", Zone: berlin, Layers: []rotations.Layer{
			{Name: "base", People: rotations.Turns("ana", "bo"), Start: start, Shift: rotations.Length{N: 1, Unit: rotations.Week}},
			{
				Name: "office", People: [][]string{{"bo", "cy"}, {"ana"}}, Start: start,
				Shift: rotations.Length{N: 36, Unit: rotations.Hour}, Only: []civil.Window{office},
			},
		}}},
		Planned: map[string][]rotations.Override{"payments": {{
			Schedule: "payments", Person: "bo", For: "ana",
			From: time.Date(2026, 2, 1, 9, 0, 0, 0, berlin), To: time.Date(2026, 2, 2, 9, 0, 0, 0, berlin),
		}}},
		Policies: map[string]paging.Policy{
			"payments": {
				Name: "payments", Rounds: 3, Fallback: []paging.Target{"person:ana"}, Reminder: 0,
				Steps: []paging.Step{
					{Page: []paging.Target{"schedule:payments"}, Wait: 5 * time.Minute},
					{Page: []paging.Target{"person:bo", "schedule:payments"}, Wait: 10 * time.Minute},
				},
			},
			"short": {
				Name: "short", Rounds: 1, Fallback: []paging.Target{"person:cy"}, Reminder: paging.DefaultReminder,
				Steps: []paging.Step{{Page: []paging.Target{"person:bo"}, Wait: policies.DefaultWait}},
			},
		},
		Services: alarms.Services{Default: "checkout", All: []alarms.Service{
			{
				Name: "checkout", Policy: "payments", Severity: "sev1", Runbook: "https://wiki.example.com/checkout",
				Group: 2 * time.Minute, Stakeholders: []string{"C0STATUS"},
				GroupBy: []string{"tag:team", "dimension:ServiceName", "account", "region", "topic"},
				Matches: []alarms.Match{
					{Alarm: "checkout-*"},
					{Account: "123456789012", Region: "eu-*", Dimension: "ServiceName=checkout", Tag: "team=checkout", Topic: "alarms", Alarm: "x?"},
				},
				Hold: 2 * time.Minute, Flap: known.Flap{Changes: 8, Within: time.Hour},
				Holds: map[alarms.Match]time.Duration{
					{Account: "123456789012", Region: "eu-*", Dimension: "ServiceName=checkout", Tag: "team=checkout", Topic: "alarms", Alarm: "x?"}: 30 * time.Second,
				},
			},
			{Name: "search", Policy: "short", Severity: "sev2", Group: 5 * time.Minute, Flap: alarms.DefaultFlap(),
				Matches: []alarms.Match{{Alarm: "search-*"}}},
		}},
		Messages: []messages.Rule{
			{Subject: "*backup*completed*", Text: "*", Treat: judge.Marker},
			{
				JSON: []messages.Condition{{Path: "$.state", Pattern: "FAILED"}, {Path: "$['run no']", Pattern: "?"}}, Treat: judge.Page,
				Key: "$.job", Title: "Job {$.job}: {$.message}", Severity: "sev2",
			},
		},
		Watch: beats.Watch{On: true, URL: secrets.New("https://hc-ping.com/0123"), Metric: "Oncalm/Prod/Heartbeat"},
		Heartbeats: []heartbeats.Heartbeat{
			{Name: "Watchdog", Every: 5 * time.Minute, Grace: 5 * time.Minute},
			{Name: "nightly-backup", Every: 24 * time.Hour, Grace: time.Hour, Service: "search", Severity: "sev1",
				Token: sha256.Sum256([]byte("0123456789abcdef-beat"))},
		},
		Maintenance: []silences.Rule{
			{
				Name: "nightly", Why: "backups", End: silences.EndPage, Zone: berlin,
				Covers: []silences.Cover{{Match: alarms.Match{Alarm: "batch-*"}}, {Service: "search"}},
				Window: civil.Window{Days: 0b111110, From: 22 * civil.Hour, To: 6 * civil.Hour},
			},
			{
				Name: "move", End: silences.EndResolve, Zone: time.UTC, Covers: []silences.Cover{silences.Everything()},
				From: time.Date(2026, 12, 1, 22, 0, 0, 0, time.UTC), To: time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC),
			},
		},
		Quiet:   []string{"sev4", "sev3"},
		Access:  rights.Access{Ask: true},
		Rights:  rights.Rules{rights.Commander: {"ana"}, rights.Viewer: {"cy"}, rights.Approver: {"bo"}},
		Freezes: map[string]string{"checkout": "sev1"},
		Lookups: map[string]lookups.Places{"checkout": {Logs: []string{"/ecs/checkout", "/ecs/cart"}, Traces: []string{"checkout-api"}}},
		Reviews: review.Rules{All: review.Rule{"sev1", "sev2"}, Services: map[string]review.Rule{
			"checkout": {"sev1", "sev2", "sev3", "sev4"}, "search": {},
		}},
		Levers: map[string][]rollbacks.Lever{"checkout": {
			{
				Kind: "ecs", Name: "ecs prod/checkout", Approvals: 1, Region: "eu-central-1", Account: "123456789012",
				Role: "arn:aws:iam::123456789012:role/back", BreakGlass: true,
				Keys: rollbacks.Settings{"cluster": "prod", "service": "checkout", "account": "123456789012"},
			},
			{
				Kind: "appconfig", Name: "appconfig shop/prod/flags", Approvals: 1,
				Keys: rollbacks.Settings{"application": "shop", "environment": "prod", "profile": "flags"},
			},
			{
				Kind: "codebuild", Name: "codebuild rollback-checkout", Approvals: 1,
				Keys: rollbacks.Settings{"project": "rollback-checkout", "env.SERVICE": "checkout", "env.TOKEN": "canary-four-0123456789"},
			},
			{
				Kind: "codepipeline", Name: "codepipeline web/deploy", Approvals: 1,
				Keys: rollbacks.Settings{"pipeline": "web", "stage": "deploy"},
			},
			{
				Kind: "webhook", Name: "webhook deploy.example.com", Dry: true,
				Keys: rollbacks.Settings{"url": "https://deploy.example.com/back", "secret": "canary-four-0123456789"},
			},
		}},
		Handoffs: schedules.Handoffs{Rules: map[string]handoffs.Rule{
			"payments": {Mode: handoffs.Accept, Within: 15 * time.Minute, Remind: []time.Duration{24 * time.Hour, time.Hour}},
		}, Groups: map[string]handoffs.Group{"S0ONCALL": {Schedules: []string{"payments"}, Always: []string{"cy"}}},
			LookAhead: handoffs.Weekly{Day: time.Friday, At: 15*60*60 + 30*60, On: true},
		},
		Report: report.Weekly{On: true, Channel: "C0LEADS", Day: time.Friday, At: 16*60*60 + 30*60, Zone: "Europe/Lisbon"},
	}
	opts := cmp.Options{
		cmp.Comparer(func(a, b secrets.Secret) bool { return a.Reveal() == b.Reveal() }),
		cmp.Comparer(func(a, b *time.Location) bool { return fmt.Sprint(a) == fmt.Sprint(b) }),
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreUnexported(rotations.Layer{}),
	}
	if diff := cmp.Diff(want, c, opts); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if got := c.PolicyOf("unheard-of").Name; got != "payments" {
		t.Errorf("the policy of an unknown service is %q, want that of the default service", got)
	}
	if name, ok := c.PersonBySlack("W0CY"); !ok || name != "cy" {
		t.Errorf("W0CY is %q, %v", name, ok)
	}
	if _, ok := c.PersonBySlack(""); ok {
		t.Error("somebody without a Slack id was found by it")
	}
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestASecretIsNeverPrinted tries the ways in which values get into logs.
func TestASecretIsNeverPrinted(t *testing.T) {
	c, _ := config.Load("testdata/everything.yaml", environment(canaries), now)
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+" "+verb+"\n", c.Slack.BotToken, *c)
	}
	text, err := json.Marshal(c.Slack)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(text)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "token", c.Slack.BotToken, "slack", c.Slack)
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "token", c.Slack.BotToken, "slack", c.Slack)
	for _, canary := range []string{"canary", "63616e617279", "99 97 110 97 114 121"} {
		if strings.Contains(b.String(), canary) {
			t.Errorf("%q is in:\n%s", canary, b.String())
		}
	}
	if c.Slack.BotToken.Reveal() != "xoxb-canary-one" {
		t.Error("the token is lost")
	}
}

// TestInSections holds that a command fails only over what it needs.
func TestInSections(t *testing.T) {
	_, problems := config.Parse("f", []byte("people: {ana: {slack: U0ANA}}\nstor: x\nsns: {topics: [x]}\n"), environment(""), now)
	count := func(ps reading.Problems) int { return len(ps.Errors()) }
	if all, some := count(problems), count(problems.In(config.Sections(), "people", "schedules")); all < 4 || some != 1 {
		t.Errorf("%d errors in all, %d for people; want more, and only the unknown key:\n%s", all, some, problems)
	}
	_, problems = config.Parse("f", []byte("a: [\n"), environment(""), now)
	if count(problems.In(config.Sections(), "people")) != 1 {
		t.Errorf("a file that cannot be read is an error for everybody: %s", problems)
	}
}

func FuzzConfig(f *testing.F) {
	files, _ := filepath.Glob("testdata/bad/*.txtar")
	for _, file := range files {
		if ar, err := txtar.ParseFile(file); err == nil {
			f.Add([]byte(section(ar, "oncalm.yaml")))
		}
	}
	for _, file := range []string{"testdata/everything.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, problems := config.Parse("fuzz.yaml", src, environment(canaries), now)
		if c == nil {
			t.Fatal("no config")
		}
		for _, p := range problems {
			if p.Text == "" || p.Line < 1 || p.Column < 1 {
				t.Errorf("a problem without text or place: %+v", p)
			}
			if strings.Contains(p.String(), "canary") && !strings.Contains(string(src), "canary") {
				t.Errorf("a secret is shown: %s", p)
			}
		}
	})
}

// TestUnreadable: what is wrong with a file as a whole is said with what helps.
func TestUnreadable(t *testing.T) {
	for content, want := range map[string]string{
		"\xff\xfel\x00i\x00":                     ":1:1: the file is in UTF-16; save it as UTF-8",
		"\xfe\xff\x00l\x00i":                     ":1:1: the file is in UTF-16; save it as UTF-8",
		strings.Repeat("# notes\n", 1<<17) + "#": ": the configuration cannot be read: it is larger than 1 MiB; make it smaller",
	} {
		path := filepath.Join(t.TempDir(), "oncalm.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, problems := config.Load(path, environment(""), now)
		if len(problems) != 1 || problems[0].String() != path+want {
			t.Errorf("%v instead of %s", problems, want)
		}
	}
}
