package oncalm_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// instruction is one line of a Dockerfile, its continuations joined.
type instruction struct {
	stage      int // counted from 1
	word, rest string
}

func parseDockerfile(text string) []instruction {
	var all []instruction
	stage := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		word = strings.ToUpper(word)
		if word == "FROM" {
			stage++
		}
		all = append(all, instruction{stage, word, strings.TrimSpace(rest)})
	}
	return all
}

// checkDockerfile finds what keeps an image from being small, static and without rights.
func checkDockerfile(text string) []string {
	all := parseDockerfile(text)
	last := 0
	if len(all) > 0 {
		last = all[len(all)-1].stage
	}
	has := func(final bool, word string, parts ...string) bool {
		return slices.ContainsFunc(all, func(i instruction) bool {
			return i.word == word && (i.stage == last) == final && containsAll(i.rest, parts)
		})
	}
	rules := []struct {
		ok  bool
		say string
	}{
		{last == 2, "wants two stages"},
		{has(false, "RUN", "CGO_ENABLED=0", "-trimpath", "-buildvcs=false", "-buildid="), "builds no static, reproducible binary"},
		{has(false, "ARG", "VERSION") && has(false, "RUN", "-X main.built=${VERSION:-unversioned}"), "builds a binary that does not know its version"},
		{has(true, "FROM", "scratch"), "does not end in an empty image"},
		{has(true, "USER", "65532:65532"), "does not run as user 65532"},
		{has(true, "COPY", "--from=build", "/etc/ssl/certs/ca-certificates.crt"), "has no CA certificates"},
		{has(true, "COPY", "--chown=65532:65532", "/var/lib/oncalm"), "does not give the store's folder to the bot"},
		{has(true, "ENV", "TMPDIR=/var/lib/oncalm"), "has no place for temporary files: there is no /tmp"},
		{has(true, "VOLUME", "/var/lib/oncalm"), "has no volume for the store"},
		{has(true, "EXPOSE", "8080"), "does not say its port"},
		{has(true, "HEALTHCHECK", `CMD ["/oncalm", "healthcheck"]`), "does not check its health with the binary itself"},
		{has(true, "ENTRYPOINT", `["/oncalm"]`), "does not start the bot"},
		{!has(true, "RUN"), "runs a command in the final stage, which has no shell"},
		{!has(true, "ADD") && !has(false, "ADD"), "uses ADD, which fetches and unpacks"},
	}
	var findings []string
	for _, r := range rules {
		if !r.ok {
			findings = append(findings, "Dockerfile "+r.say)
		}
	}
	for _, i := range all {
		image, _, _ := strings.Cut(i.rest, " ")
		name, digest, _ := strings.Cut(image, "@sha256:")
		switch {
		case i.word != "FROM" || image == "scratch":
		case !strings.Contains(name, ":") || strings.HasSuffix(name, ":latest"):
			findings = append(findings, "Dockerfile does not say which version of "+name)
		case len(digest) != 64:
			findings = append(findings, "Dockerfile does not name "+name+" by its digest")
		}
	}
	return findings
}

func containsAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

func TestDockerfile(t *testing.T) {
	report(t, checkDockerfile(read(t, "Dockerfile")))
}

func TestDockerfileCanFail(t *testing.T) {
	fine := read(t, "Dockerfile")
	tests := []struct{ old, new, want string }{
		{"USER 65532:65532\n", "", "Dockerfile does not run as user 65532"},
		{"ARG VERSION\n", "", "Dockerfile builds a binary that does not know its version"},
		{"FROM scratch", "FROM debian", "Dockerfile does not end in an empty image"},
		{"CGO_ENABLED=0 ", "", "Dockerfile builds no static, reproducible binary"},
		{"golang:1.26.8-bookworm", "golang:latest", "Dockerfile does not say which version of golang:latest"},
		{"@sha256:", "@", "Dockerfile does not name golang:1.26.8-bookworm@a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d by its digest"},
		{"ENTRYPOINT", "RUN true\nENTRYPOINT", "Dockerfile runs a command in the final stage, which has no shell"},
	}
	for _, tt := range tests {
		got := checkDockerfile(strings.Replace(fine, tt.old, tt.new, 1))
		if !slices.Contains(got, tt.want) {
			t.Errorf("replacing %q: got %q, want %q among them", tt.old, got, tt.want)
		}
	}
}

// checkContext finds packages that the program is made of, and the build of the image would not get to see.
func checkContext(ignore string, all []source) []string {
	missing := map[string]bool{}
	for _, s := range all {
		if s.test() || !strings.HasSuffix(s.path, ".go") {
			continue
		}
		for _, imported := range importsOf(s) {
			if dir, ours := strings.CutPrefix(imported, modulePath+"/"); ours {
				top, _, _ := strings.Cut(dir, "/")
				missing[top] = !strings.Contains(ignore, "\n!"+top+"\n")
			}
		}
	}
	var findings []string
	for _, top := range slices.Sorted(maps.Keys(missing)) {
		if missing[top] {
			findings = append(findings, ".dockerignore keeps "+top+" out of the image's build")
		}
	}
	return findings
}

func TestContext(t *testing.T) {
	ignore := read(t, ".dockerignore")
	report(t, checkContext(ignore, tree(t)))
	want := []string{".dockerignore keeps store out of the image's build"}
	if diff := cmp.Diff(want, checkContext(strings.Replace(ignore, "!store\n", "", 1), tree(t))); diff != "" {
		t.Errorf("without store (-want +got):\n%s", diff)
	}
}

// TestTimeZonesAreCompiledIn holds that the empty image knows time zones: without them every schedule is refused.
func TestTimeZonesAreCompiledIn(t *testing.T) {
	for _, s := range tree(t) {
		if s.dir() == "cmd/oncalm" && !s.test() && slices.Contains(importsOf(s), "time/tzdata") {
			return
		}
	}
	t.Error("cmd/oncalm does not import time/tzdata")
}

// composeFile is what docker-compose.yml may contain. A key that is not here is an error: a misspelt one would be without
// effect, and nobody would see.
type composeFile struct {
	Name     string                    `yaml:"name"`
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]struct{}       `yaml:"volumes"`
}

type composeService struct {
	Build           composeBuild      `yaml:"build"`
	Image           string            `yaml:"image"`
	Restart         string            `yaml:"restart"`
	Ports           []string          `yaml:"ports"`
	Environment     map[string]string `yaml:"environment"`
	Volumes         []string          `yaml:"volumes"`
	Healthcheck     composeHealth     `yaml:"healthcheck"`
	StopGracePeriod string            `yaml:"stop_grace_period"`
	User            string            `yaml:"user"`
	ReadOnly        bool              `yaml:"read_only"`
	CapDrop         []string          `yaml:"cap_drop"`
	SecurityOpt     []string          `yaml:"security_opt"`
	MemLimit        string            `yaml:"mem_limit"`
	PidsLimit       int               `yaml:"pids_limit"`
}

type composeBuild struct {
	Context string            `yaml:"context"`
	Args    map[string]string `yaml:"args"`
}

type composeHealth struct {
	Test        []string `yaml:"test"`
	Interval    string   `yaml:"interval"`
	Timeout     string   `yaml:"timeout"`
	Retries     int      `yaml:"retries"`
	StartPeriod string   `yaml:"start_period"`
}

// checkCompose finds what is missing in docker-compose.yml.
func checkCompose(text string) []string {
	var c composeFile
	strict := yaml.NewDecoder(strings.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&c); err != nil {
		return []string{"docker-compose.yml: " + err.Error()}
	}
	var findings []string
	want := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			findings = append(findings, fmt.Sprintf("docker-compose.yml: %s (-want +got):\n%s", what, diff))
		}
	}
	s := c.Services["oncalm"]
	want("services", 1, len(c.Services))
	want("build", composeBuild{".", map[string]string{"VERSION": "${VERSION:-}"}}, s.Build)
	want("restart", "unless-stopped", s.Restart)
	want("ports", []string{"127.0.0.1:8080:8080"}, s.Ports)
	want("volumes", []string{"data:/var/lib/oncalm", "./oncalm.yaml:/etc/oncalm/oncalm.yaml:ro"}, s.Volumes)
	want("volume", map[string]struct{}{"data": {}}, c.Volumes)
	want("health check", []string{"CMD", "/oncalm", "healthcheck"}, s.Healthcheck.Test)
	want("user", "65532:65532", s.User)
	want("read_only", true, s.ReadOnly)
	want("cap_drop", []string{"ALL"}, s.CapDrop)
	want("security_opt", []string{"no-new-privileges:true"}, s.SecurityOpt)
	for name, value := range s.Environment {
		if (strings.Contains(name, "TOKEN") || strings.Contains(name, "SECRET")) && !strings.HasPrefix(value, "${"+name) {
			findings = append(findings, "docker-compose.yml: "+name+" has a value of its own")
		}
	}
	return findings
}

func TestCompose(t *testing.T) {
	report(t, checkCompose(read(t, "docker-compose.yml")))
}

func TestComposeCanFail(t *testing.T) {
	fine := read(t, "docker-compose.yml")
	tests := []struct{ old, new string }{
		{"read_only: true", "readonly: true"},
		{"read_only: true", "read_only: false"},
		{"cap_drop: [ALL]", "cap_drop: []"},
		{"user: \"65532:65532\"", "user: root"},
		{"${SLACK_BOT_TOKEN:?put it into .env}", "xoxb-example"},
		{"\"127.0.0.1:8080:8080\"", "\"8080:8080\""},
		{"- data:/var/lib/oncalm", "- /srv:/var/lib/oncalm"},
	}
	for _, tt := range tests {
		if !strings.Contains(fine, tt.old) || checkCompose(strings.Replace(fine, tt.old, tt.new, 1)) == nil {
			t.Errorf("%q in the place of %q is not found", tt.new, tt.old)
		}
	}
}
