package past

import (
	"testing"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestRecord(t *testing.T) { recordtest.Check(t, (*Case).fields) }
