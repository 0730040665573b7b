package waits

import (
	"testing"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestRecord(t *testing.T) {
	t.Run("silence", func(t *testing.T) { recordtest.Check(t, (*Silence).Fields) })
	t.Run("held", func(t *testing.T) { recordtest.Check(t, (*Held).Fields) })
}
