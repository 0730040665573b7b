package levers

import (
	"strings"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/rollbacks"
)

// named are the keys of a target that name what it rolls back, by its kind, in the order in which package changes names such a thing.
// A webhook names nothing.
var named = map[string][]string{
	"ecs":            {"cluster", "service"},
	"codedeploy":     {"application", "group"},
	"codepipeline":   {"pipeline"}, // whatever the stage
	"cloudformation": {"stack"},
	"lambda":         {"function"},
	"appconfig":      {"application", "environment", "profile"},
	"codebuild":      {"project"},
	"kubernetes":     {"cluster", "namespace", "deployment"},
}

// Things are what targets roll back: a change of one of them concerns the incidents of their service.
func Things(all []rollbacks.Lever) (things []changes.Thing) {
	for _, l := range all {
		var parts []string
		for _, key := range named[l.Kind] {
			parts = append(parts, l.Keys[key])
		}
		if len(parts) > 0 {
			things = append(things, changes.Thing{Account: l.Account, Region: l.Region,
				Name: l.Kind + "/" + strings.Join(parts, "/")})
		}
	}
	return things
}
