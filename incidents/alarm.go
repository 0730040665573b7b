package incidents

import "github.com/oncalm/oncalm/incidents/said"

type (
	// Alarm is what an alarm said; see package said for this and what belongs to it.
	Alarm = said.Alarm
	// AlarmState is one of the states below.
	AlarmState = said.State
	// Metric is what an alarm measures.
	Metric = said.Metric
	// Dimension is a name and value of a metric.
	Dimension = said.Dimension
)

// The states, as CloudWatch names them.
const (
	AlarmFiring  = said.Firing
	AlarmOK      = said.OK
	AlarmUnknown = said.Unknown
)

// FlagReceived marks an alarm whose own time made no sense: the time is that of its message.
const FlagReceived = said.FlagReceived
