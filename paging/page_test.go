package paging

import (
	"testing"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestPageRecord(t *testing.T) { recordtest.Check(t, (*pageBody).fields) }
