package oncalm_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// imageUser is the user in the image.
const imageUser = 65532

// TestEmptyRoot does what the image does without an engine: it builds the binary with the Dockerfile's own command, gives
// it a root directory with nothing in it but what the Dockerfile copies, and runs it there as the image's user.
func TestEmptyRoot(t *testing.T) {
	switch {
	case testing.Short():
		t.Skip("builds the binary")
	case os.Geteuid() != 0:
		t.Skip("only root may change the root directory")
	}
	i := newImage(t)
	i.write("etc/oncalm/oncalm.yaml", strings.NewReplacer(
		`listen: ":8080"`, "listen: 127.0.0.1:0\nweb: {listen: 127.0.0.1:0}",
		"slack:\n", "slack:\n  api_url: http://127.0.0.1:1/\n",
	).Replace(read(t, "oncalm.example.yaml")))
	const config = "/etc/oncalm/oncalm.yaml"

	if out := i.expect(0, "version"); !strings.HasPrefix(out, "oncalm v1.2.3-4-gabcdef, ") {
		t.Errorf("version: %s", out)
	}
	i.expect(0, "check", "-config", config)
	serve, addr := i.serve(config)
	i.expect(0, "healthcheck", "-url", "http://"+addr+"/healthz")
	i.expect(0, "fsck", "-config", config)
	i.expect(0, "backup", "-config", config, "/var/lib/oncalm/backup.db")
	i.expect(3, "serve", "-config", config)
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("serve ended with %v, want exit code 0", err)
	}
	i.expect(0, "restore", "-config", config, "-force", "/var/lib/oncalm/backup.db")
	i.expect(1, "healthcheck", "-url", "http://"+addr+"/healthz")
}

// image is a directory with what the image has.
type image struct {
	t    *testing.T
	root string
	env  []string
}

func newImage(t *testing.T) *image {
	i := &image{t: t, root: t.TempDir(), env: []string{"SLACK_BOT_TOKEN=xoxb-for-this-test", "SLACK_SIGNING_SECRET=only-for-this-test"}}
	built := false
	for _, line := range parseDockerfile(read(t, "Dockerfile")) {
		switch {
		case line.word == "ENV":
			i.env = append(i.env, line.rest)
		case line.word == "RUN" && strings.Contains(line.rest, "go build"):
			// -trimpath changes nothing here, but would compile everything anew.
			command := strings.NewReplacer("/out/oncalm", filepath.Join(i.root, "oncalm"), "-trimpath ", "").Replace(line.rest)
			build := exec.CommandContext(t.Context(), "sh", "-c", command)
			build.Env = append(os.Environ(), "VERSION=v1.2.3-4-gabcdef")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
			built = true
		}
	}
	if !built {
		t.Fatal("the Dockerfile builds nothing")
	}
	// t.TempDir is closed to others; the image's root is not.
	for dir := i.root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(i.root, "var/lib/oncalm")
	if err := errors.Join(os.MkdirAll(data, 0o755), os.Chmod(data, 0o700),
		os.Chown(data, imageUser, imageUser)); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *image) write(name, text string) {
	path := filepath.Join(i.root, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		i.t.Fatal(err)
	}
}

func (i *image) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(i.t.Context(), "/oncalm", args...)
	cmd.Dir, cmd.Env = "/var/lib/oncalm", i.env
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: i.root, Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser},
	}
	return cmd
}

// expect runs a command, holds its exit code and returns what it said.
func (i *image) expect(code int, args ...string) string {
	i.t.Helper()
	cmd := i.command(args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		i.t.Fatalf("%q did not run: %v", args, err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		i.t.Errorf("%q ended with exit code %d, want %d:\n%s", args, got, code, out)
	}
	return string(out)
}

// serve starts the bot and returns the address of its public door.
func (i *image) serve(config string) (cmd *exec.Cmd, addr string) {
	i.t.Helper()
	cmd = i.command("serve", "-config", config)
	logs, err := cmd.StderrPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() {
		if cmd.ProcessState == nil { // the test gave up
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	var said []string
	for lines := bufio.NewScanner(logs); lines.Scan(); {
		said = append(said, lines.Text())
		var line struct{ Msg, Public string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, logs) }() // ends with the process
			return cmd, line.Public
		}
	}
	i.t.Fatalf("the bot did not start:\n%s", strings.Join(said, "\n"))
	return nil, ""
}
