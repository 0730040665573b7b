package levers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/rollbacks"
)

// changed are resources as events of EventBridge name them, with what their target is told.
var changed = map[string]struct {
	arn  string
	keys rollbacks.Settings
}{
	"cloudformation": {"arn:aws:cloudformation:eu-central-1:1:stack/checkout/7e1c", rollbacks.Settings{"stack": "checkout"}},
	"codedeploy": {"arn:aws:codedeploy:eu-central-1:1:deploymentgroup:checkout/prod",
		rollbacks.Settings{"application": "checkout", "group": "prod"}},
	"codepipeline": {"arn:aws:codepipeline:eu-central-1:1:web", rollbacks.Settings{"pipeline": "web", "stage": "deploy"}},
	"ecs":          {"arn:aws:ecs:eu-central-1:1:service/prod/checkout", rollbacks.Settings{"cluster": "prod", "service": "checkout"}},
	"lambda":       {"arn:aws:lambda:eu-central-1:1:function:charge:live", rollbacks.Settings{"function": "charge", "alias": "live"}},
}

// TestThings holds that targets name what they roll back as changes do, whereby it is found what was changed before an incident, by keys
// that they have.
func TestThings(t *testing.T) {
	for _, m := range Makers() {
		if len(m.Thing) == 0 && m.Kind != "webhook" { // nobody knows what that rolls back
			t.Errorf("nothing is known of what %s rolls back", m.Kind)
		}
		for _, key := range m.Thing {
			if !slices.ContainsFunc(m.Keys, func(k rollbacks.Key) bool { return k.Name == key }) {
				t.Errorf("%s has no key %s", m.Kind, key)
			}
		}
		c, known := changed[m.Kind]
		if !known { // no event of AWS names it
			continue
		}
		want, ok := changes.ThingOf(c.arn)
		got := Things([]rollbacks.Lever{{Kind: m.Kind, Keys: c.keys, Account: "1", Region: "eu-central-1"}})
		if diff := cmp.Diff([]changes.Thing{want}, got); !ok || diff != "" {
			t.Errorf("%s (-changed +target):\n%s", m.Kind, diff)
		}
	}
	hook := rollbacks.Lever{Kind: "webhook", Keys: rollbacks.Settings{"url": "https://deploy.example.com"}}
	if got := Things([]rollbacks.Lever{hook}); len(got) > 0 {
		t.Error(got)
	}
}
