package api

import (
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// views answers views.*.
type views struct {
	ws  *workspace.Workspace
	may *access
}

// open closes what its person had open. A trigger is good once and for three seconds; it also says who the person is.
func (s views) open(a wire.Args) (wire.Answer, error) {
	v, err := s.ws.Screens.Parse(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	if v.ExternalID != "" && s.ws.Screens.By(func(o *workspace.View) bool { return o.ExternalID == v.ExternalID }) != nil {
		return nil, wire.Refuse("duplicate_external_id")
	}
	if v.User, err = s.ws.Screens.Spend(a["trigger_id"]); err != nil {
		return nil, err
	}
	s.ws.Screens.CloseAll(v.User)
	s.ws.Screens.Show(v, nil)
	return wire.Answer{"view": s.ws.App.ShapeView(v)}, nil
}

// push lays a view on top of the others, three at most.
func (s views) push(a wire.Args) (wire.Answer, error) {
	v, err := s.ws.Screens.Parse(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	if v.User, err = s.ws.Screens.Spend(a["trigger_id"]); err != nil {
		return nil, err
	}
	stack := s.ws.Screens.Of(v.User)
	switch {
	case len(stack) == 0:
		return nil, wire.Refuse("not_found")
	case len(stack) >= workspace.MaxStack:
		return nil, wire.Refuse("push_limit_reached")
	}
	s.ws.Screens.Show(v, stack[len(stack)-1])
	return wire.Answer{"view": s.ws.App.ShapeView(v)}, nil
}

// update finds the view by Slack's id or by the app's. hash guards against two updates at a time: whoever has an older one
// is refused.
func (s views) update(a wire.Args) (wire.Answer, error) {
	old := s.ws.Screens.By(func(v *workspace.View) bool {
		return a["view_id"] != "" && v.ID == a["view_id"] || a["external_id"] != "" && v.ExternalID == a["external_id"]
	})
	if old == nil {
		return nil, wire.Refuse("not_found")
	}
	if a["hash"] != "" && a["hash"] != old.Hash {
		return nil, wire.Refuse("hash_conflict")
	}
	v, err := s.ws.Screens.Parse(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	s.ws.Screens.Replace(old, v)
	return wire.Answer{"view": s.ws.App.ShapeView(old)}, nil
}

// publish replaces a person's home tab. It takes no trigger: nobody has to have asked for it.
func (s views) publish(a wire.Args) (wire.Answer, error) {
	u := s.ws.User(a["user_id"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	v, err := s.ws.Screens.Parse(a["view"], "home")
	if err != nil {
		return nil, err
	}
	if old := s.ws.Screens.Home(u.ID); old != nil && a["hash"] != "" && a["hash"] != old.Hash {
		return nil, wire.Refuse("hash_conflict")
	}
	s.ws.Screens.Publish(v, u.ID)
	return wire.Answer{"view": s.ws.App.ShapeView(v)}, nil
}
