package incoming

import (
	"cmp"
	"encoding/json"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
)

// interactive is what we read of an interaction.
type interactive struct {
	Type string `json:"type"`
	Team struct {
		ID   string `json:"id"`
		Grid string `json:"enterprise_id"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	App  string `json:"api_app_id"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Trigger     string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Container   struct {
		MessageTS string `json:"message_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
		Channel   string `json:"channel_id"`
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View submitted `json:"view"`

	Callback string          `json:"callback_id"`
	Message  json.RawMessage `json:"message"`
	Channel  struct {
		ID string `json:"id"`
	} `json:"channel"`
}

// submitted is a form that was sent, as Slack delivers it.
type submitted struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]struct {
			User   string `json:"selected_user"`
			Time   int64  `json:"selected_date_time"`
			Text   string `json:"value"`
			Option *struct {
				Value string `json:"value"`
			} `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// PostedInteraction reads an interaction from the form in which Slack posts it, which is one payload and nothing else.
func PostedInteraction(body []byte, name string) (Parsed, error) {
	form, err := formOnce(body)
	if err != nil || len(form) != 1 || !form.Has("payload") {
		return Parsed{}, ErrForm
	}
	return Interaction([]byte(form.Get("payload")), name)
}

// Interaction reads a button that was pressed, a form that was sent, or a shortcut that was chosen, in the menu of a message or
// elsewhere. Of what else there is, forms that were closed, we want to hear of none.
func Interaction(payload []byte, name string) (Parsed, error) {
	var in interactive
	if err := readJSON(payload, &in); err != nil {
		return Parsed{}, ErrForm
	}
	r := slack.Request{ID: in.id(name), From: in.origin(), User: in.User.ID, Trigger: in.Trigger, ReplyTo: in.ResponseURL,
		Channel: cmp.Or(in.Channel.ID, in.Container.Channel)}
	switch {
	case in.Type == "view_submission":
		r.Form = in.View.form()
	case in.Type == "block_actions" && len(in.Actions) > 0:
		r.Action = &slack.Action{ID: in.Actions[0].ID, Value: in.Actions[0].Value, Private: in.Container.Ephemeral,
			Home: in.View.Type == "home"}
	case in.Type == "shortcut":
		r.Shortcut = &slack.Shortcut{Callback: in.Callback}
	case in.Type == "message_action" && in.Channel.ID != "":
		r.Shortcut = &slack.Shortcut{Callback: in.Callback, Message: spoken.Read(in.Channel.ID, in.Message)}
	default:
		return Parsed{}, nil
	}
	return Parsed{Request: r}, nil
}

// form is the form with one value for each field: a block has one element.
func (v *submitted) form() *slack.Form {
	f := &slack.Form{Callback: v.Callback, Metadata: v.Metadata, Values: map[string]slack.Value{}}
	for block, elements := range v.State.Values {
		in := elements[block]
		value := slack.Value{User: in.User, Time: in.Time, Text: in.Text}
		if in.Option != nil {
			value.Option = in.Option.Value
		}
		f.Values[block] = value
	}
	return f
}

// origin is where the interaction comes from. Its team is null where it belongs to a whole organisation, which Slack names
// beside the team or in it.
func (in *interactive) origin() slack.Origin {
	return slack.Origin{Team: cmp.Or(in.Team.ID, in.User.Team), Enterprise: cmp.Or(in.Enterprise.ID, in.Team.Grid),
		App: in.App}
}

// id names the interaction, the same each time that it arrives; name is for what has nothing by which it could be told.
func (in *interactive) id(name string) string {
	switch {
	case in.Trigger != "":
		return ByTrigger(in.Trigger)
	case len(in.Actions) > 0 && in.Actions[0].TS != "":
		return "slack:" + in.Container.MessageTS + "/" + in.Actions[0].TS + "/" + in.User.ID
	}
	return "slack:" + name
}
