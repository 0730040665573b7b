//go:build unix

package templates

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// TestLoadPipe holds that nobody waits for a pipe that is called as a text.
func TestLoadPipe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "postmortem.md")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); !errors.Is(err, ErrText) {
		t.Errorf("%v, want %v", err, ErrText)
	}
}
