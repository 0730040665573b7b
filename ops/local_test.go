package ops_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/ops"
)

// TestALongPathOfTheSocket: the system says of it that an argument is invalid, and no more.
func TestALongPathOfTheSocket(t *testing.T) {
	l, err := ops.ListenLocal(filepath.Join(t.TempDir(), strings.Repeat("d", 120), "oncalm.db"))
	if !errors.Is(err, ops.ErrLongPath) {
		t.Errorf("%v, %v", l, err)
	}
}
