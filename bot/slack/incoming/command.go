package incoming

import (
	"encoding/json"
	"net/url"

	"github.com/oncalm/oncalm/bot/slack"
)

// PostedCommand reads a slash command from the form in which Slack posts it: no field comes twice, there is a command, and no payload.
func PostedCommand(body []byte, name string) (Parsed, error) {
	form, err := formOnce(body)
	if err != nil || !form.Has("command") || form.Has("payload") {
		return Parsed{}, ErrForm
	}
	return command(form.Get, name), nil
}

// Command reads a slash command from JSON.
func Command(payload []byte, name string) (Parsed, error) {
	var fields map[string]any
	if err := readJSON(payload, &fields); err != nil {
		return Parsed{}, ErrForm
	}
	field := func(key string) string {
		text, _ := fields[key].(string) // what is no text is none of those that we read
		return text
	}
	if field("command") == "" {
		return Parsed{}, ErrForm
	}
	return command(field, name), nil
}

func command(field func(string) string, name string) Parsed {
	r := slack.Request{
		ID: "slack:" + name, User: field("user_id"), Trigger: field("trigger_id"), ReplyTo: field("response_url"),
		Channel: field("channel_id"),
		From:    slack.Origin{Team: field("team_id"), Enterprise: field("enterprise_id"), App: field("api_app_id")},
		Command: &slack.Command{Root: field("command"), Text: field("text")},
	}
	if r.Trigger != "" {
		r.ID = ByTrigger(r.Trigger)
	}
	return Parsed{Request: r}
}

// formOnce reads a form in which no field comes twice: of two readers, one might take the first and one the last.
func formOnce(body []byte) (url.Values, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	for _, values := range form {
		if len(values) != 1 {
			return nil, ErrForm
		}
	}
	return form, nil
}

// readJSON reads an object of which no member can be taken for another. It is the only way in which what Slack sent as JSON is read.
func readJSON(text []byte, v any) error {
	if err := plainObject(text); err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
