// Package rights says who may do what: one table of actions and roles, and one of the words that are actions. What is in no table
// nobody may do. It is asked when an action runs, not when its button was drawn.
package rights

import (
	"maps"
	"slices"

	"github.com/oncalm/oncalm/text"
)

// A Role is what somebody may be, besides what they do in an incident.
type Role string

// The roles.
const (
	Viewer    Role = "viewer"    // looks
	Responder Role = "responder" // answers pages
	Commander Role = "commander" // decides for others
	Approver  Role = "approver"  // approves what is rolled back
	Admin     Role = "admin"
)

// Roles are all of them.
func Roles() []Role { return []Role{Viewer, Responder, Commander, Approver, Admin} }

// An Action is what somebody does, as far as rights go.
type Action string

// The actions.
const (
	Look     Action = "look"
	Declare  Action = "declare incidents"
	Respond  Action = "respond to incidents"
	Silence  Action = "silence alarms"
	Hush     Action = "silence alarms for more than 24 hours"
	Duty     Action = "change who is on call, for yourself"
	Reassign Action = "put somebody else on call"
	RollBack Action = "ask for rollbacks"
	Approve  Action = "approve rollbacks"
)

// table is who may do what.
func table() map[Action][]Role {
	return map[Action][]Role{
		Look:     {Viewer, Responder, Commander, Approver, Admin},
		Declare:  {Viewer, Responder, Commander, Approver, Admin},
		Respond:  {Responder, Commander, Admin},
		Silence:  {Responder, Commander, Admin},
		Duty:     {Responder, Commander, Admin},
		Hush:     {Commander, Admin},
		Reassign: {Commander, Admin},
		RollBack: {Responder, Commander, Approver, Admin},
		Approve:  {Approver, Admin},
	}
}

// words are the words of each action, by their rooms. The word of a room that is said without one is empty.
func words() map[Action]map[string][]string {
	return map[Action]map[string][]string{
		Look: {
			"incident": {"", "list", "info", "why", "roles", "timeline", "postmortem", "actions", "help",
				"show-all"},
			"oncall": {"", "schedule", "why", "feed", "silences", "simulate", "trace", "verify",
				"notify", "test", "status", "help", "cancel"},
			"storm":    {"", "list", "open"},
			"timeline": {""},
			"rollback": {""},
			"action":   {""},
		},
		Declare: {"incident": {"declare"}},
		Respond: {
			"incident": {"ack", "resolve", "reopen", "escalate", "snooze", "note", "undo", "merge", "split", "severity", "update",
				"lead", "role", "summary", "impact", "rename", "action", "write", "review", "strike", "edit", "ack-all", "page", "logs", "traces"},
			"timeline": {"put", "add"},
			"action":   {"done", "reopen", "edit"},
		},
		Silence: {"oncall": {"silence", "unsilence"}},
		// who is put on call by an override, and for how long alarms are silenced, is looked at besides
		Duty: {"oncall": {"me", "override", "cover", "swap", "undo", "confirm", "take-back", "accept", "decline", "withdraw",
			"take-over"}},
		RollBack: {"incident": {"rollback", "freeze", "unfreeze"}, "rollback": {"ask", "decline"}},
		Approve:  {"rollback": {"approve"}},
	}
}

// Of is the action that a word of a room is; false if it is in no table.
func Of(room, word string) (Action, bool) {
	for action, rooms := range words() {
		if slices.Contains(rooms[room], word) {
			return action, true
		}
	}
	return "", false
}

// Says tells in words who may say a word of a room, as far as roles go.
func Says(room, word string) string {
	action, known := Of(room, word)
	roles := table()[action]
	switch {
	case !known:
		return "nobody"
	case slices.Contains(roles, Viewer):
		return "everybody in the configuration"
	}
	var names []string
	for _, role := range roles {
		names = append(names, string(role)+"s")
	}
	return text.List(names, "and")
}

// Rules are the people of each role, as the configuration names them. All people are viewers. All are responders, unless Responder names
// some, or Viewer names them: those only look. Where nobody is named as commander, each responder is one.
type Rules map[Role][]string

// Has reports whether a person has a role.
func (r Rules) Has(person string, role Role) bool {
	named := slices.Contains(r[role], person)
	switch role {
	case Viewer:
		return true
	case Responder:
		return named || len(r[Responder]) == 0 && !slices.Contains(r[Viewer], person)
	case Commander:
		return named || len(r[Commander]) == 0 && r.Has(person, Responder)
	}
	return named
}

// May reports whether a person may say a word of a room, and if not which action that is.
func (r Rules) May(person, room, word string) (action Action, ok bool) {
	action, known := Of(room, word)
	return action, known && r.Can(person, action)
}

// Can reports whether a person may do something.
func (r Rules) Can(person string, action Action) bool {
	return slices.ContainsFunc(table()[action], func(role Role) bool { return r.Has(person, role) })
}

// Who are those of some people who may do something, by name.
func (r Rules) Who(action Action, people []string) (may []string) {
	for _, person := range slices.Sorted(slices.Values(people)) {
		if r.Can(person, action) {
			may = append(may, person)
		}
	}
	return may
}

// Actions are all actions, by name.
func Actions() []Action { return slices.Sorted(maps.Keys(table())) }

// Words are all words of the tables, by their rooms.
func Words() map[string][]string {
	all := map[string][]string{}
	for _, rooms := range words() {
		for room, names := range rooms {
			all[room] = append(all[room], names...)
		}
	}
	return all
}

// Access says what full members of the workspace may do who are not in the configuration: ask, and declare incidents. The zero value
// lets them do nothing.
type Access struct{ Ask, Declare bool }

// May reports whether they may say a word of a room. That is by far not all that people of the configuration may who only look.
func (a Access) May(room, word string) bool {
	asks := map[string][]string{"incident": {"", "list", "info", "help"}, "oncall": {"", "help"}, "storm": {"list"}}
	return a.Declare && room == "incident" && word == "declare" || a.Ask && slices.Contains(asks[room], word)
}
