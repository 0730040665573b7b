package levers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/rollbacks"
)

// TestThings holds that targets name what they roll back as changes do, and that each kind of the program is known here, or has a reason.
func TestThings(t *testing.T) {
	got := Things([]rollbacks.Lever{
		{Kind: "ecs", Keys: rollbacks.Settings{"cluster": "prod", "service": "checkout"}, Account: "1", Region: "eu-central-1"},
		{Kind: "lambda", Keys: rollbacks.Settings{"function": "charge", "alias": "live"}},
		{Kind: "webhook", Keys: rollbacks.Settings{"url": "https://deploy.example.com"}},
	})
	deployed, _ := changes.ThingOf("arn:aws:ecs:eu-central-1:1:service/prod/checkout")
	if diff := cmp.Diff([]changes.Thing{deployed, {Name: "lambda/charge"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, m := range Makers() {
		if len(m.Thing) == 0 && m.Kind != "webhook" {
			t.Errorf("nothing is known of what %s rolls back", m.Kind)
		}
		for _, key := range m.Thing {
			found := false
			for _, k := range m.Keys {
				found = found || k.Name == key
			}
			if !found {
				t.Errorf("%s has no key %s", m.Kind, key)
			}
		}
	}
}
