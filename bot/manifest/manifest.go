package manifest

import (
	"strings"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/text"
)

// Options is what a manifest depends on.
type Options struct {
	Rooms []chat.Room
	// URL is where the public door is reached, without a slash at its end. It is not needed with Socket.
	URL string
	// Socket says that we open a connection, over which everything comes.
	Socket bool
	// UserGroups says that a schedule keeps a user group.
	UserGroups bool
	// Channels says that incidents have channels of their own, and Groups that user groups are
	// invited there, or have roles.
	Channels, Groups bool
}

// maxHint is how long the hint beside a command may be. It is Slack's limit for usage_hint, in characters.
const maxHint = 1000

// Of makes the manifest. The form is that of "App manifest" in Slack's documentation, major version 1.
func Of(o Options) Document {
	return Document{
		{"_metadata", "", Document{{"major_version", "", 1}}},
		{"display_information", "", Document{
			{"name", "", "Oncalm"},
			{"description", "", "Pages the person on call, keeps the timeline, writes the postmortem."},
			{"background_color", "", "#1d2733"},
		}},
		{"features", "", Document{
			{"app_home", "pages are direct messages: without this tab Slack refuses them", Document{
				{"home_tab_enabled", "shifts, open incidents and action items of whoever opens it", true},
				{"messages_tab_enabled", "", true},
				{"messages_tab_read_only_enabled", "so that people can type a command below a page", false},
			}},
			{"bot_user", "", Document{{"display_name", "", "oncalm"}, {"always_online", "", true}}},
			{"shortcuts", "", shortcuts()},
			{"slash_commands", "", o.commands()},
		}},
		{"oauth_config", "", Document{{"scopes", "", o.scopes()}}},
		{"settings", "", o.settings()},
	}
}

// A Shortcut is one that Slack lists in the menu of a message, or else for the whole workspace.
type Shortcut struct {
	Name, Callback, About string
	OnMessage             bool
}

// Shortcuts are those of the app.
func Shortcuts() []Shortcut {
	return []Shortcut{
		{"Declare incident", declare.Callback, "Opens an incident, and pages", false},
		{"Declare from message", declare.FromMessage, "Opens an incident about what this message says", true},
		{"Add to timeline", capture.Callback, "Puts this message on an incident's timeline", true},
	}
}

func shortcuts() (all []Document) {
	for _, s := range Shortcuts() {
		kind := "global"
		if s.OnMessage {
			kind = "message"
		}
		all = append(all, Document{
			{"name", "", s.Name}, {"type", "", kind}, {"callback_id", "", s.Callback}, {"description", "", s.About}})
	}
	return all
}

// at is an address of the public door, if Slack posts there.
func (o Options) at(path string) Document {
	if o.Socket {
		return nil
	}
	return Document{{"request_url", "", o.URL + path}}
}

// commands are the slash commands, one for each room.
func (o Options) commands() []Document {
	var all []Document
	for _, room := range o.Rooms {
		d := Document{{"command", "", room.Root}}
		if !o.Socket {
			d = append(d, Field{"url", "", o.URL + "/slack/commands"})
		}
		all = append(all, append(d,
			Field{"description", "", room.About},
			Field{"usage_hint", "", hint(room)},
			Field{"should_escape", "", true}, // as typed, a mention names nobody
		))
	}
	return all
}

// hint is what stands beside a command while it is typed.
func hint(room chat.Room) string {
	var words []string
	if room.Silent.Usage() != "" {
		words = append(words, room.Silent.Usage())
	}
	for _, w := range room.Words {
		words = append(words, w.Name)
	}
	return text.Clip(strings.Join(words, " | "), maxHint)
}

// scopes are all, and which of them whoever installs the app may leave out.
func (o Options) scopes() Document {
	var all, optional []Item
	for _, n := range Needs(o) {
		all = append(all, Item{n.Scope, n.For})
		if n.Optional {
			optional = append(optional, Item{n.Scope, ""})
		}
	}
	return Document{
		{"bot", "", all}, {"bot_optional", "of these, what may be left out: without one its feature is missing", optional},
	}
}

// settings say how Slack reaches us, and which events it tells us of: those that need no scope, and those of the scopes.
func (o Options) settings() Document {
	var told []Item
	_, events := Free()
	for _, n := range Needs(o) {
		events = append(events, n.Events...)
	}
	for _, e := range events {
		told = append(told, Item{e, ""})
	}
	return Document{
		{"event_subscriptions", "", append(o.at("/slack/events"), Field{"bot_events", "", told})},
		{"interactivity", "", append(Document{{"is_enabled", "", true}}, o.at("/slack/interactions")...)},
		{"org_deploy_enabled", "", false},
		{"socket_mode_enabled", "", o.Socket},
		{"token_rotation_enabled", "", false},
	}
}
