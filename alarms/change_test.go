package alarms

import (
	"slices"
	"testing"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/store"
)

// TestAFailedDeploymentIsAChange holds that it is an incident and a marker, that whoever asks for changes hears of it once, and that
// one which went well is a marker alone.
func TestAFailedDeploymentIsAChange(t *testing.T) {
	deployment := func(id, name string) string {
		return `{"version":"0","id":"` + id + `","detail-type":"ECS Deployment State Change","source":"aws.ecs","account":"123456789012",` +
			`"time":"2026-11-02T14:01:00Z","region":"eu-central-1","resources":["arn:aws:ecs:eu-central-1:123456789012:service/prod/checkout"],` +
			`"detail":{"eventType":"INFO","eventName":"` + name + `","deploymentId":"ecs-svc/1","reason":"ECS deployment failed."}}`
	}
	r := newRig(t)
	var heard []string
	r.intake.Changed = func(_ store.Tx, _ time.Time, c changes.Change) error {
		heard = append(heard, c.ID)
		return nil
	}
	r.want(r.text(deployment("e1", "SERVICE_DEPLOYMENT_COMPLETED")), Changed)
	r.want(r.text(deployment("e2", "SERVICE_DEPLOYMENT_FAILED")), Opened)
	r.want(r.text(deployment("e2", "SERVICE_DEPLOYMENT_FAILED")), Repeated)
	if want := []string{"e1", "e2"}; !slices.Equal(slices.Compact(heard), want) { // a transaction may run more than once
		t.Errorf("heard of %q, want %q", heard, want)
	}
	kept := r.changes()
	if len(kept) != 2 || len(kept[1].Things()) != 1 || kept[1].Things()[0].Name != "ecs/prod/checkout" {
		t.Errorf("kept %+v", kept)
	}
}
