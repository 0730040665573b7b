package levers

import (
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

// TestThings holds that targets of each kind name what they roll back as changes do, whereby it is found what was changed before an
// incident.
func TestThings(t *testing.T) {
	for _, m := range Makers() {
		c, known := changed[m.Kind]
		got := Things([]rollbacks.Lever{{Kind: m.Kind, Keys: c.keys, Account: "1", Region: "eu-central-1"}})
		switch want, ok := changes.ThingOf(c.arn); {
		case m.Kind == "webhook": // nobody knows what it rolls back
			if len(got) > 0 {
				t.Error(got)
			}
		case !known || !ok:
			t.Errorf("nothing is known of what %s rolls back", m.Kind)
		default:
			if diff := cmp.Diff([]changes.Thing{want}, got); diff != "" {
				t.Errorf("%s (-changed +target):\n%s", m.Kind, diff)
			}
		}
	}
}
