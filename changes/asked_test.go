package changes

import (
	"slices"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

const checkout = "arn:aws:ecs:eu-central-1:1:service/prod/checkout"

// minute is so many minutes from noon on.
func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func told(id string, at int, kind, arn string) Change {
	return Change{ID: id, At: minute(at), Kind: kind, Resources: []string{arn}}
}

func asked(id string, from, to int) Change {
	c := told(id, to, "ecs-deployment", checkout)
	c.Asked = &Span{minute(from), minute(to)}
	return c
}

// TestKnownByBoth holds that a change that a message told of, and that was asked for, too, is found once, whichever was first; and that what
// only looks alike is another change.
func TestKnownByBoth(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   []Change
		want []string
	}{
		{"asked for alone", []Change{asked("d1", 1, 5)}, []string{"d1"}},
		{"told first", []Change{told("m", 5, "ecs-deployment", checkout), asked("d1", 1, 5)}, []string{"m"}},
		{"asked for first", []Change{asked("d1", 1, 5), told("began", 1, "ecs-deployment", checkout),
			told("ended", 5, "ecs-deployment", checkout)}, []string{"d1"}},
		{"told within a minute", []Change{asked("d1", 2, 5), told("m", 6, "ecs-deployment", checkout)}, []string{"d1"}},
		{"what became of it later", []Change{asked("d1", 1, 5), told("m", 9, "ecs-deployment", checkout)}, []string{"d1", "m"}},
		{"another kind", []Change{asked("d1", 1, 5), told("m", 4, "cloudtrail", checkout)}, []string{"m", "d1"}},
		{"another thing", []Change{asked("d1", 1, 5), told("m", 4, "ecs-deployment", checkout+"-2")}, []string{"m", "d1"}},
		{"asked for twice", []Change{asked("d1", 1, 5), asked("d1", 1, 5)}, []string{"d1"}},
		{"asked for while it went on", []Change{asked("d1", 1, 3), asked("d1", 1, 5)}, []string{"d1"}},
	} {
		s := storetest.Memory()
		must(t, s.Update(t.Context(), func(tx store.Tx) error {
			for _, c := range tt.do {
				save := Save
				if c.Asked != nil {
					save = func(tx store.Tx, c Change) error { _, err := Ask(tx, c); return err }
				}
				if err := save(tx, c); err != nil {
					return err
				}
			}
			return nil
		}))
		got, err := between(t, s, noon, minute(60))
		if !slices.Equal(got, tt.want) || err != nil {
			t.Errorf("%s: %q (%v), want %q", tt.name, got, err, tt.want)
		}
	}
}
