package changes

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestThings holds how resources are named, whichever way they are spelled, and that what is nested changes with what it is part of.
func TestThings(t *testing.T) {
	tests := []struct {
		arn  string
		want []string
	}{
		{"arn:aws:ecs:eu-central-1:1:service/prod/checkout", []string{"ecs/prod/checkout"}},
		{"arn:aws:ecs:eu-central-1:1:cluster/prod", nil},
		{"arn:aws:lambda:eu-central-1:1:function:charge:live", []string{"lambda/charge"}},
		{"arn:aws:lambda:eu-central-1:1:function:charge", []string{"lambda/charge"}},
		{"arn:aws:codepipeline:eu-central-1:1:web", []string{"codepipeline/web"}},
		{"arn:aws:codepipeline:eu-central-1:1:web/Deploy/Roll", []string{"codepipeline/web"}},
		{"arn:aws:codedeploy:eu-central-1:1:deploymentgroup:web/prod", []string{"codedeploy/web/prod"}},
		{"arn:aws:codebuild:eu-central-1:1:build/web:8745a7a9", []string{"codebuild/web"}},
		{"arn:aws:autoscaling:eu-central-1:1:autoScalingGroup:3a9:autoScalingGroupName/web", []string{"autoscaling/web"}},
		{"arn:aws:rds:eu-central-1:1:db:orders", []string{"rds/orders"}},
		{"arn:aws:cloudformation:eu-central-1:1:stack/web/7e1c", []string{"cloudformation/web"}},
		{"arn:aws:cloudformation:eu-central-1:1:stack/web-Api-1X9N6FLVYRBQ2/7e1c",
			[]string{"cloudformation/web-Api-1X9N6FLVYRBQ2", "cloudformation/web"}},
		{"arn:aws:cloudformation:eu-central-1:1:stack/a-web-Api-1X9N6FLVYRBQ2-Db-ZZ9N6FLVYRBQ2/7e1c", []string{
			"cloudformation/a-web-Api-1X9N6FLVYRBQ2-Db-ZZ9N6FLVYRBQ2", "cloudformation/a-web-Api-1X9N6FLVYRBQ2", "cloudformation/a-web"}},
		{"arn:aws:cloudformation:eu-central-1:1:stack/web-frontend/7e1c", []string{"cloudformation/web-frontend"}},
		{"arn:aws:dynamodb:eu-central-1:1:table/orders", []string{"dynamodb/table/orders"}},
		{"arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web/73e2", []string{"elasticloadbalancing/targetgroup/web/73e2"}},
		{"web", nil}, {"arn:aws:ecs", nil}, {"", nil}, {"arn:aws::eu-central-1:1:x", nil}, {"arn:aws:ecs:eu-central-1:1:", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, thing := range (Change{Resources: []string{tt.arn}}).Things() {
			got = append(got, thing.Name)
			if thing.Account != "1" || thing.Region != "eu-central-1" {
				t.Errorf("%s: %+v", tt.arn, thing)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.arn, diff)
		}
	}
}

// TestTo holds that changes of a thing are found in their time, and none of another account or region.
func TestTo(t *testing.T) {
	s := storetest.Memory()
	checkout := Thing{"1", "eu-central-1", "ecs/prod/checkout"}
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		for id, c := range map[string]Change{
			"deployed":      {At: at(-6), Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
			"before":        {At: at(-200), Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
			"at the end":    {At: at(0), Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
			"other region":  {At: at(-5), Resources: []string{"arn:aws:ecs:us-east-1:1:service/prod/checkout"}},
			"other account": {At: at(-5), Resources: []string{"arn:aws:ecs:eu-central-1:2:service/prod/checkout"}},
			"alike":         {At: at(-5), Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout-2"}},
			"twice": {At: at(-8), Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout",
				"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
			"of nothing": {At: at(-7)},
		} {
			c.ID = id
			if err := Save(tx, c); err != nil {
				return err
			}
		}
		return nil
	}))
	var got []string
	must(t, s.View(t.Context(), func(tx store.Tx) error {
		for _, c := range To(tx, []Thing{checkout, checkout}, at(-120), at(0)) {
			got = append(got, c.ID)
		}
		return nil
	}))
	if want := []string{"twice", "deployed"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSweepForgetsPlaces holds that nothing is left of a change that is kept no more.
func TestSweepForgetsPlaces(t *testing.T) {
	s := storetest.Memory()
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		return Save(tx, Change{At: noon, ID: "a", Resources: []string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}})
	}))
	for _, tt := range []struct {
		now  time.Time
		keys int
	}{{noon.Add(Kept), 2}, {noon.Add(Kept + time.Second), 0}} {
		if _, err := Sweep(t.Context(), s, tt.now); err != nil {
			t.Fatal(err)
		}
		keys := 0
		must(t, s.View(t.Context(), func(tx store.Tx) error {
			for range tx.Range("", "") {
				keys++
			}
			return nil
		}))
		if keys != tt.keys {
			t.Errorf("at %v there are %d keys, want %d", tt.now, keys, tt.keys)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
