package bot

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/bot/bottest"
)

// A part of a program is a value that is to be of a type.
type part struct {
	name, kind string
	value      any
}

// program is what tsc reads: each request and each answer as a constant of the type that Slack's own library has for it.
func program(all []exchange) string {
	var b strings.Builder
	b.WriteString("import type { WebClient } from '@slack/web-api';\nimport type { KnownBlock } from '@slack/types';\n" +
		"import type { RespondArguments, SlashCommand, ViewResponseAction } from '@slack/bolt';\n" +
		"type Loose<T> = T extends string ? T | `${T}` : T extends (infer E)[] ? Loose<E>[] : T extends object ? { [K in keyof T]: Loose<T[K]> | null } : T;\n")
	seen := map[string]bool{}
	for _, e := range all {
		of := `WebClient["` + strings.ReplaceAll(e.method, ".", `"]["`) + `"]`
		parts := []part{{"said", e.method, e.request}}
		if e.answer != nil {
			parts = []part{
				{"asked", "NonNullable<Parameters<" + of + ">[0]>", e.request},
				{"answered", "Loose<Awaited<ReturnType<" + of + ">>>", e.answer},
			}
		}
		for _, blocks := range e.blocks {
			parts = append(parts, part{"blocks", "KnownBlock[]", blocks})
		}
		for _, part := range parts {
			text, err := json.Marshal(part.value)
			key := part.kind + shape(part.value)
			if err == nil && !seen[key] {
				seen[key] = true
				fmt.Fprintf(&b, "export const %s%d: %s = %s;\n", part.name, len(seen), part.kind, text)
			}
		}
	}
	return b.String()
}

// shape is what of a value concerns its type: two values of one shape are checked once.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for name, val := range v {
			s := name + ":" + shape(val)
			if text, is := val.(string); is && (name == "type" || name == "style") {
				s = name + "=" + text
			}
			all = append(all, s)
		}
		slices.Sort(all)
		return "{" + strings.Join(all, ",") + "}"
	case []any:
		all := map[string]bool{}
		var parts []string
		for _, e := range v {
			if s := shape(e); !all[s] {
				all[s] = true
				parts = append(parts, s)
			}
		}
		slices.Sort(parts)
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprintf("%T", v)
}

// checked has tsc check a program, and returns what it complains of.
func checked(t *testing.T, text string) string {
	t.Helper()
	place, err := filepath.Abs(filepath.Join("..", ".cache", "slacktypes"))
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	compiler := filepath.Join(place, "node_modules", "typescript", "bin", "tsc")
	if _, missing := os.Stat(compiler); err != nil || missing != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no node with tsc, which CI must have: scripts/setup slacktypes installs it")
		}
		t.Skip("no node with tsc: scripts/setup slacktypes installs it where npm is")
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(place, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "calls.ts")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, compiler, "--noEmit", "--strict", "--skipLibCheck", "--pretty", "false",
		"--module", "nodenext", "--moduleResolution", "nodenext", file).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// unrecorded is what of all that the program calls and says, as its source has it, was not recorded.
func unrecorded(t *testing.T, all []exchange) []string {
	t.Helper()
	wanted, err := bottest.Methods(".")
	if err != nil || len(wanted) < 25 {
		t.Fatalf("the methods in the source are %q, %v", wanted, err)
	}
	wanted = append(wanted, responded, viewReply, acknowledging, enveloped)
	return slices.DeleteFunc(wanted, func(method string) bool {
		return slices.ContainsFunc(all, func(e exchange) bool { return e.method == method })
	})
}

// TestSlacksTypes: what we send, and what our fake answers, is of the types that Slack's own library for JavaScript has for it; and a
// wrong field, a wrong value and a wrong block are found.
func TestSlacksTypes(t *testing.T) {
	all := slices.Concat(calls(t, false), calls(t, true))
	if missing := unrecorded(t, all); len(missing) > 0 {
		t.Errorf("these are called or said by the program, and not checked: %q", missing)
	}
	fewer := slices.DeleteFunc(slices.Clone(all), func(e exchange) bool {
		return e.method == "chat.delete" || e.method == acknowledging
	})
	if missing := unrecorded(t, fewer); !slices.Equal(missing, []string{"chat.delete", acknowledging}) {
		t.Errorf("of two that are missing it finds %q", missing)
	}
	text := program(all)
	if out := checked(t, text); out != "" {
		t.Errorf("%s", out)
	}
	const post = `WebClient["chat"]["postMessage"]`
	wrong := text + "export const w1: NonNullable<Parameters<" + post + `>[0]> = {channel: "C1", text: "x", unfurl_link: true};
export const w2: Loose<Awaited<ReturnType<` + post + `>>> = {ok: true, ts: 1.5};
export const w3: KnownBlock[] = [{type: "header", text: {type: "mrkdwn", text: "x"}}];
export const w4: RespondArguments = {response_type: "everybody", text: "x"};
export const w5: ` + acknowledging + ` = {envelope: "x"};
export const w6: ` + enveloped + ` = {envelope_id: "x", accepts_response_payload: true, type: "slash_commands", payload: {command: "/incident"}};
`
	if out := checked(t, wrong); strings.Count(out, "error TS") != 6 {
		t.Errorf("of six mistakes it finds: %s", out)
	}
}
