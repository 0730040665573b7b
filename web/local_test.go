package web_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/web"
)

// TestALongPathOfTheSocket: the system says of it that an argument is invalid, and no more.
func TestALongPathOfTheSocket(t *testing.T) {
	l, err := web.ListenLocal(filepath.Join(t.TempDir(), strings.Repeat("d", 120), "oncalm.db"))
	if !errors.Is(err, web.ErrLongPath) {
		t.Errorf("%v, %v", l, err)
	}
}
