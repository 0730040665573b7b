package slackfake

import "github.com/oncalm/oncalm/bot/slackfake/wire"

// respond is a POST to a response_url.
func (s *Slack) respond(path string, a wire.Args) (wire.Answer, error) {
	h, err := s.ws.Hooks.Use(path)
	if err != nil {
		return nil, err
	}
	_, err = s.ws.AnswerBy(h, a)
	return nil, err
}
