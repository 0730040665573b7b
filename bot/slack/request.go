package slack

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"time"
)

// A Request is something that a person did in Slack, or that Slack tells us of. Of its last four fields it has one. It comes from
// Slack; whether from our workspace, [Watch.Judge] says.
type Request struct {
	ID      string // names it: the same request comes with the same id
	From    Origin
	User    string    // the id in Slack of who did it
	Trigger string    // the right to open a form, for three seconds; "" if there is none
	ReplyTo string    // an address of Slack's for answers; "" if there is none
	At      time.Time // when it came

	Command *Command
	Action  *Action
	Form    *Form
	Event   *Event
}

// A Command is what somebody typed.
type Command struct {
	Root string // the slash command
	Text string // what was typed behind it
}

// An Action is a button that somebody pressed.
type Action struct {
	ID      string
	Value   string
	Private bool // it stands in a message that only its presser sees
}

// A Form is one that somebody sent.
type Form struct {
	Callback string // what the form is for
	Metadata string // what we put into it
	Values   map[string]Value
}

// A Value is what was filled into a field; of its parts it has one at the most.
type Value struct {
	User   string
	Time   int64 // seconds since 1970; 0 for none
	Option string
}

// An Event is something that Slack tells us of.
type Event struct {
	Type    string
	Revoked bool // our token was
}

// A Reply is what Slack gets back at once.
type Reply struct {
	JSON  string // a message to who asked, or what Slack is to do with a form; "" for nothing
	Again bool   // nothing could be done: Slack is to send an event once more
}

// A Handler carries out requests. Whatever goes on when its context ends has to be told later.
type Handler func(context.Context, Request) Reply

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
	in := Request{
		ID: "slack:" + form.Get("trigger_id"), User: form.Get("user_id"), Trigger: form.Get("trigger_id"), At: d.clock.Now(),
		From:    Origin{Team: form.Get("team_id"), Enterprise: form.Get("enterprise_id"), App: form.Get("api_app_id")},
		Command: &Command{Root: form.Get("command"), Text: form.Get("text")},
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
	req := Request{ID: in.id(r), From: in.origin(), User: in.User.ID, Trigger: in.Trigger, At: d.clock.Now()}
	switch {
	case in.Type == "view_submission":
		req.Form = in.View.form()
	case in.Type == "block_actions" && len(in.Actions) > 0:
		req.Action = &Action{in.Actions[0].ID, in.Actions[0].Value, in.Container.Ephemeral}
	default:
		return // forms and shortcuts that we do not offer
	}
	if d.ours(in.ResponseURL) {
		req.ReplyTo = in.ResponseURL
	} else if in.ResponseURL != "" {
		d.log.Warn("an interaction wants its answer at an address that is not Slack's; it gets none")
	}
	if reply := d.handle(ctx, req); reply.JSON != "" {
		w.Header().Set("Content-Type", jsonForm)
		_, _ = io.WriteString(w, reply.JSON) // a caller who hung up hears nothing
	}
}

// form is the form with one value for each field: a block has one element.
func (v *submitted) form() *Form {
	f := &Form{v.Callback, v.Metadata, map[string]Value{}}
	for block, elements := range v.State.Values {
		in := elements[block]
		value := Value{User: in.User, Time: in.Time}
		if in.Option != nil {
			value.Option = in.Option.Value
		}
		f.Values[block] = value
	}
	return f
}

// origin is where the interaction comes from. Its team is null where it belongs to a whole organisation, which Slack names
// beside the team or in it.
func (in *interactive) origin() Origin {
	return Origin{Team: cmp.Or(in.Team.ID, in.User.Team), Enterprise: cmp.Or(in.Enterprise.ID, in.Team.Grid), App: in.App}
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
