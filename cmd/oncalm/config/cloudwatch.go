package config

import (
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Bounds of how often CloudWatch is asked: more often is paid for and finds nothing, since a message may take minutes; more seldom is
// no help to who waits for a page.
const (
	oftenest   = time.Minute
	seldomest  = time.Hour
	suchPeriod = "a duration from 1m to 1h, such as 5m"
)

// A cloudWatchReader reads the section cloudwatch.
type cloudWatchReader struct {
	reconcile *time.Duration
	graphs    *bool
}

func (r cloudWatchReader) section(v reading.Value) {
	v.Mapping(reading.Key("reconcile", func(v reading.Value) {
		switch d, ok := v.Duration(); {
		case !ok:
		case d != 0 && (d < oftenest || d > seldomest):
			v.Errorf("give it "+suchPeriod, "%s is %s", v.Key, reading.Quote(v.Text()))
		default:
			*r.reconcile = d
		}
	}), reading.Key("graphs", reading.SetBool(r.graphs)))
}
