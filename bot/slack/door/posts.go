package door

import (
	"cmp"
	"io"
	"net/http"

	"github.com/oncalm/oncalm/bot/slack"
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
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View submitted `json:"view"`
}

// submitted is a form that was sent, as Slack delivers it.
type submitted struct {
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]struct {
			User   string `json:"selected_user"`
			Time   int64  `json:"selected_date_time"`
			Option *struct {
				Value string `json:"value"`
			} `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// command is POST /slack/commands. Its answers are for the one who asked.
func (d *door) command(w http.ResponseWriter, r *http.Request) {
	form, err := commandForm(readBody(r))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := hurried(r)
	defer cancel()
	in := slack.Request{
		ID: "slack:" + form.Get("trigger_id"), User: form.Get("user_id"), Trigger: form.Get("trigger_id"), At: d.clock.Now(),
		From:    slack.Origin{Team: form.Get("team_id"), Enterprise: form.Get("enterprise_id"), App: form.Get("api_app_id")},
		Command: &slack.Command{Root: form.Get("command"), Text: form.Get("text")},
	}
	if in.Trigger == "" {
		in.ID = "slack:" + digest(r)
	}
	if d.ours(form.Get("response_url")) {
		in.ReplyTo = form.Get("response_url")
	}
	w.Header().Set("Content-Type", jsonForm)
	_, _ = io.WriteString(w, d.handle(ctx, in).JSON) // a caller who hung up hears nothing
}

// jsonForm is the content type of answers.
const jsonForm = "application/json; charset=utf-8"

// interaction is POST /slack/interactions: always 200. Whoever pressed is answered later, or by the message itself; a form is
// answered at once.
func (d *door) interaction(w http.ResponseWriter, r *http.Request) {
	var in interactive
	if err := payloadForm(readBody(r), &in); err != nil {
		http.Error(w, errForm.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := hurried(r)
	defer cancel()
	req := slack.Request{ID: in.id(r), From: in.origin(), User: in.User.ID, Trigger: in.Trigger, At: d.clock.Now()}
	switch {
	case in.Type == "view_submission":
		req.Form = in.View.form()
	case in.Type == "block_actions" && len(in.Actions) > 0:
		req.Action = &slack.Action{ID: in.Actions[0].ID, Value: in.Actions[0].Value, Private: in.Container.Ephemeral}
	default:
		return // forms and shortcuts that we do not offer
	}
	if d.ours(in.ResponseURL) {
		req.ReplyTo = in.ResponseURL
	} else if in.ResponseURL != "" {
		d.log.Warn("an interaction names a response URL that is not Slack's; it gets no reply")
	}
	if reply := d.handle(ctx, req); reply.JSON != "" {
		w.Header().Set("Content-Type", jsonForm)
		_, _ = io.WriteString(w, reply.JSON) // a caller who hung up hears nothing
	}
}

// form is the form with one value for each field: a block has one element.
func (v *submitted) form() *slack.Form {
	f := &slack.Form{Callback: v.Callback, Metadata: v.Metadata, Values: map[string]slack.Value{}}
	for block, elements := range v.State.Values {
		in := elements[block]
		value := slack.Value{User: in.User, Time: in.Time}
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

// id names the interaction, the same each time that it arrives.
func (in *interactive) id(r *http.Request) string {
	switch {
	case in.Trigger != "":
		return "slack:" + in.Trigger
	case len(in.Actions) > 0 && in.Actions[0].TS != "":
		return "slack:" + in.Container.MessageTS + "/" + in.Actions[0].TS + "/" + in.User.ID
	}
	return "slack:" + digest(r)
}
