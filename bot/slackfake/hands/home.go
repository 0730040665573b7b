package hands

import (
	"context"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// OpenHome lets a person open the home tab of the app. The bot hears of it if it has subscribed to that, and then publishes the tab.
func OpenHome(ctx context.Context, s *Hands, userID string) error {
	s.ws.Lock()
	if s.ws.User(userID) == nil {
		s.ws.Unlock()
		return &NoSuch{What: "person", Name: userID}
	}
	c, _ := s.ws.OpenIM(userID)
	s.ws.Unlock()
	s.bot.publish(ctx, c, map[string]any{"type": "app_home_opened", "user": userID, "channel": c.ID, "tab": "home"})
	return nil
}

// PressInHome acts on an element of a home tab, as a person's screen shows it.
func PressInHome(ctx context.Context, s *Hands, v workspace.View, action, userID string) Response {
	s.ws.Lock()
	u := s.ws.User(userID)
	if u == nil {
		s.ws.Unlock()
		return Response{Err: &NoSuch{What: "person", Name: userID}}
	}
	payload, err := pressed(s, &v, u, action, "")
	s.ws.Unlock()
	if err != nil {
		return Response{Err: err}
	}
	return s.bot.interact(ctx, payload)
}
