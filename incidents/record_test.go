package incidents

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestIncidentRecord(t *testing.T) {
	recordtest.Check(t, (*Incident).fields)
}

// TestEventRecord needs a line for each kind that record.go itself writes; of the others, encoding/json writes what it reads.
func TestEventRecord(t *testing.T) {
	t.Run("opened", checkEvent[Opened])
	t.Run("reported", checkEvent[Reported])
	t.Run("reopened", checkEvent[Reopened])
	t.Run("joined", checkEvent[Joined])
	t.Run("worsened", checkEvent[Worsened])
	t.Run("absorbed", checkEvent[Absorbed])
	t.Run("split", checkEvent[Split])
	t.Run("paged", checkEvent[Paged])
	t.Run("delivered", checkEvent[Delivered])
	t.Run("undelivered", checkEvent[Undelivered])
	t.Run("withheld", checkEvent[Withheld])
	t.Run("acknowledged", checkEvent[Acknowledged])
	t.Run("escalated", checkEvent[Escalated])
	t.Run("noted", checkEvent[Noted])
	t.Run("resolved", checkEvent[Resolved])
	t.Run("struck", checkEvent[Struck])
	t.Run("restated", checkEvent[Restated])
	t.Run("silenced", checkEvent[Silenced])
	t.Run("unsilenced", checkEvent[Unsilenced])
	t.Run("snoozed", checkEvent[Snoozed])
	t.Run("rated", checkEvent[Rated])
	t.Run("renamed", checkEvent[Renamed])
	t.Run("unknown", checkEvent[Unknown])
}

// checkEvent compares the records of events of one kind with what encoding/json makes of their form in the store.
func checkEvent[B Body](t *testing.T) {
	events := recordtest.Values[struct {
		Seq          int
		At, Recorded time.Time
		By           Actor
	}]()
	bodies := recordtest.Values[B]()
	rapid.Check(t, func(r *rapid.T) {
		given, body := events.Draw(r, "event"), Body(bodies.Draw(r, "body"))
		e := Event{given.Seq, given.At, given.Recorded, given.By, body}
		raw, bodyErr := json.Marshal(body)
		if u, ok := body.(Unknown); ok {
			raw, bodyErr = u.Raw, nil
		}
		want, wantErr := json.Marshal(wireEvent{e.Seq, e.At, e.Recorded, e.By, e.Kind(), raw})
		if bodyErr != nil {
			wantErr = bodyErr
		}
		got, err := e.record()
		recordtest.Same(r, want, wantErr, got, err)
		got, err = json.Marshal(e)
		recordtest.Same(r, want, wantErr, got, err)
		recordtest.Reads(r, got, (*Event).fields)
	})
}

// storm is the incident of an alarm as CloudWatch sends it, and its events.
func storm() (Incident, []Event) {
	at := time.Date(2026, 3, 28, 12, 0, 0, 123456789, time.UTC)
	threshold := 80.0
	a := &Alarm{
		Name: "checkout-cpu-high", ARN: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-cpu-high", Account: "123456789012",
		Region: "eu-central-1", Series: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-cpu-high", State: AlarmFiring, Previous: AlarmOK,
		Reason:  "Threshold Crossed: 3 out of the last 3 datapoints [93.1 (28/03/26 11:59:00)] were greater than the threshold (80.0).",
		Changed: at, Received: at, Kind: "metric", Description: "CPU of checkout > 80% for 3 minutes",
		Metric: &Metric{
			Namespace: "AWS/ECS", Name: "CPUUtilization", Statistic: "AVERAGE", Dimensions: []Dimension{{Name: "ServiceName", Value: "checkout"}, {Name: "ClusterName", Value: "prod"}},
			Comparison: "GreaterThanThreshold", Threshold: &threshold, Period: 60, Periods: 3, Datapoints: 3,
		},
		Link:      "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/checkout-cpu-high",
		MessageID: "6f1f2c0e-8a8f-5a52-9b1b-1d2a4c1f0a11",
	}
	events := []Event{
		{1, at, at, ByAlarm(a.Name), Opened{"checkout-cpu-high", "checkout", Sev2, "https://runbooks.example.com/checkout/cpu", a, "", nil, nil, "", ""}},
		{2, at, at, Oncalm(), Paged{Key: "42/page/0.1/ana", Person: "ana", Via: "slack", Why: "on call for checkout (primary)", Then: "42/step/0.1"}},
		{3, at, at, Oncalm(), Delivered{Key: "42/page/0.1/ana", Person: "ana", Via: "slack", Channel: "D0123456789", Message: "1774699200.000100", Link: "https://example.slack.com/archives/D0123456789/p1774699200000100"}},
	}
	i, err := Fold("42", events)
	if err != nil {
		panic(err)
	}
	return i, events
}

func BenchmarkRecord(b *testing.B) {
	i, events := storm()
	for _, e := range events {
		b.Run(e.Kind(), func(b *testing.B) {
			for b.Loop() {
				val, err := e.record()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(val)))
			}
		})
	}
	b.Run("head", func(b *testing.B) {
		for b.Loop() {
			val, err := i.Record()
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(val)))
		}
	})
}

func BenchmarkHead(b *testing.B) {
	i, _ := storm()
	val, err := i.Record()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := decodeHead("42", val); err != nil {
			b.Fatal(err)
		}
	}
}
