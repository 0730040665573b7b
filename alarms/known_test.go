package alarms

import (
	"testing"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestKnownRecord(t *testing.T) { recordtest.Check(t, (*known).fields) }
