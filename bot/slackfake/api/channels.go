package api

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// The limits of Slack: characters of a name, characters of a topic or a purpose, and people in one call of
// conversations.invite.
const (
	maxChannelName = 80
	maxTopic       = 250
	maxInvited     = 100
)

// channels answers conversations.*, but for what is said in them.
type channels struct {
	ws  *workspace.Workspace
	may *access
}

// open answers conversations.open for one person; several would be a group conversation, which no bot of ours opens. That
// it is open already is no error.
func (s channels) open(a wire.Args) (wire.Answer, error) {
	users := a.List("users")
	if c := s.ws.Conversation(a["channel"]); c != nil && c.IM != "" {
		users = []string{c.IM}
	}
	switch {
	case len(users) == 0:
		return nil, wire.Refuse("users_list_not_supplied")
	case len(users) > 1:
		return nil, wire.Refuse("method_not_supported_for_channel_type") // group direct messages
	}
	u := s.ws.User(users[0])
	switch {
	case u == nil || u.IsBot:
		return nil, wire.Refuse("user_not_found")
	case u.Deleted:
		return nil, wire.Refuse("user_disabled")
	}
	c, already := s.ws.OpenIM(u.ID)
	out := wire.Answer{"channel": wire.Answer{"id": c.ID}}
	if a.Bool("return_im") {
		shape := s.shape(c)
		shape["is_open"] = true
		out["channel"] = shape
	}
	if already {
		out["no_op"], out["already_open"] = true, true
	}
	return out, nil
}

func (s channels) info(a wire.Args) (wire.Answer, error) {
	c, err := s.may.visible(a)
	if err != nil {
		return nil, err
	}
	shape := s.shape(c)
	if a.Bool("include_num_members") {
		shape["num_members"] = len(c.Members)
	}
	return wire.Answer{"channel": shape}, nil
}

func (s channels) list(a wire.Args) (wire.Answer, error) {
	return s.listed(a, func(*workspace.Conversation) bool { return true })
}

// listed answers lists of conversations. Without types Slack lists public channels alone, and what the bot cannot see is
// missing without a word.
func (s channels) listed(a wire.Args, wanted func(*workspace.Conversation) bool) (wire.Answer, error) {
	types := a.List("types")
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	word := map[string]string{"channel": "public_channel", "group": "private_channel", "im": "im"}
	var found []*workspace.Conversation
	for _, c := range s.ws.Conversations {
		hidden := c.Private && !c.Has(s.ws.App.BotUserID) || c.Archived && a.Bool("exclude_archived")
		if !hidden && wanted(c) && slices.Contains(types, word[c.Kind()]) {
			found = append(found, c)
		}
	}
	page, next, err := cut(found, a, func(c *workspace.Conversation) string { return c.ID })
	if err != nil {
		return nil, err
	}
	shapes := make([]wire.Answer, len(page))
	for i, c := range page {
		shapes[i] = s.shape(c)
	}
	return wire.Answer{"channels": shapes, "response_metadata": wire.Answer{"next_cursor": next}}, nil
}

// mine is the list of the conversations that the bot is in.
func (s channels) mine(a wire.Args) (wire.Answer, error) {
	if user := cmp.Or(a["user"], s.ws.App.BotUserID); user != s.ws.App.BotUserID {
		return nil, wire.Refuse("method_not_supported_for_channel_type") // of others it is not needed
	}
	out, err := s.listed(a, func(c *workspace.Conversation) bool { return c.Has(s.ws.App.BotUserID) })
	if all, ok := out["channels"].([]wire.Answer); ok {
		for _, c := range all {
			delete(c, "is_member") // Slack leaves out what is so of each
		}
	}
	return out, err
}

func (s channels) members(a wire.Args) (wire.Answer, error) {
	c, err := s.may.visible(a)
	if err != nil {
		return nil, err
	}
	page, next, err := cut(c.Members, a, func(id string) string { return id })
	if err != nil {
		return nil, err
	}
	return wire.Answer{"members": page, "response_metadata": wire.Answer{"next_cursor": next}}, nil
}

// checkName tells what is wrong with a channel's name.
func (s channels) checkName(name string) error {
	switch {
	case name == "":
		return wire.Refuse("invalid_name_required")
	case utf8.RuneCountInString(name) > maxChannelName:
		return wire.Refuse("invalid_name_maxlength")
	case !regexp.MustCompile(`[\p{L}\p{N}]`).MatchString(name):
		return wire.Refuse("invalid_name_punctuation")
	case strings.ToLower(name) != name || regexp.MustCompile(`[^\p{L}\p{N}_-]`).MatchString(name):
		return wire.Refuse("invalid_name_specials")
	case slices.ContainsFunc(s.ws.Conversations, func(c *workspace.Conversation) bool { return c.Name == name }):
		return wire.Refuse("name_taken") // archived ones count too
	}
	return nil
}

// create makes the bot the only member; it is also the creator, by which a channel can be found again.
func (s channels) create(a wire.Args) (wire.Answer, error) {
	if err := s.checkName(a["name"]); err != nil {
		return nil, err
	}
	me := s.ws.App.BotUserID
	c := s.ws.AddChannel(workspace.Channel{
		ID: s.ws.IDs.New("C"), Name: a["name"], Private: a.Bool("is_private"), Members: []string{me},
	}, me)
	s.ws.Changes.Mark()
	return wire.Answer{"channel": s.shape(c)}, nil
}

// invite is all or nothing, unless force is given: then those who can be invited are. Each failure is listed by person, and
// the first one is the error of the call.
func (s channels) invite(a wire.Args) (wire.Answer, error) {
	c, err := s.may.managed(a)
	if err != nil {
		return nil, err
	}
	users := a.List("users")
	switch {
	case c.Archived:
		return nil, wire.Refuse("is_archived")
	case len(users) == 0:
		return nil, wire.Refuse("no_user")
	case len(users) > maxInvited:
		return nil, wire.Refuse("too_many_users")
	}
	var failures []wire.Answer
	first := ""
	for _, id := range users {
		if code := s.cantInvite(c, id); code != "" {
			failures = append(failures, wire.Answer{"user": id, "ok": false, "error": code})
			first = cmp.Or(first, code)
		}
	}
	if first != "" && (!a.Bool("force") || len(failures) == len(users)) {
		return nil, &wire.Refusal{Code: first, Fields: wire.Answer{"errors": failures}}
	}
	for _, id := range users {
		if s.cantInvite(c, id) == "" {
			c.Members = append(c.Members, id)
		}
	}
	s.ws.Changes.Mark()
	return wire.Answer{"channel": s.shape(c)}, nil
}

// cantInvite is the error for one person; "" if there is none.
func (s channels) cantInvite(c *workspace.Conversation, id string) string {
	u := s.ws.User(id)
	switch {
	case u == nil:
		return "user_not_found"
	case id == s.ws.App.BotUserID:
		return "cant_invite_self"
	case u.Deleted:
		return "cant_invite"
	case c.Has(id):
		return "already_in_channel"
	}
	return ""
}

// join answers ok when the bot is in already, with a warning.
func (s channels) join(a wire.Args) (wire.Answer, error) {
	c, err := s.may.visible(a)
	switch {
	case err != nil:
		return nil, err
	case c.Private:
		return nil, wire.Refuse("method_not_supported_for_channel_type")
	case c.Archived:
		return nil, wire.Refuse("is_archived")
	}
	out := wire.Answer{}
	if c.Has(s.ws.App.BotUserID) {
		out["warning"] = "already_in_channel"
		out["response_metadata"] = wire.Answer{"warnings": []string{"already_in_channel"}}
	} else {
		c.Members = append(c.Members, s.ws.App.BotUserID)
	}
	out["channel"] = s.shape(c)
	return out, nil
}

// leave answers ok when the bot is not in, and says so.
func (s channels) leave(a wire.Args) (wire.Answer, error) {
	c, err := s.may.visible(a)
	if err != nil {
		return nil, err
	}
	if !c.Has(s.ws.App.BotUserID) {
		return wire.Answer{"not_in_channel": true}, nil
	}
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == s.ws.App.BotUserID })
	return wire.Answer{}, nil
}

func (s channels) setTopic(a wire.Args) (wire.Answer, error)   { return s.describe(a, "topic") }
func (s channels) setPurpose(a wire.Args) (wire.Answer, error) { return s.describe(a, "purpose") }

// describe sets the topic or the purpose. Both have the same limit.
func (s channels) describe(a wire.Args, what string) (wire.Answer, error) {
	c, err := s.may.managed(a)
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, wire.Refuse("is_archived")
	case utf8.RuneCountInString(a[what]) > maxTopic:
		return nil, wire.Refuse("too_long")
	}
	if what == "topic" {
		c.Topic = a[what]
	} else {
		c.Purpose = a[what]
	}
	s.ws.Changes.Mark()
	return wire.Answer{"channel": s.shape(c)}, nil
}

func (s channels) rename(a wire.Args) (wire.Answer, error) {
	c, err := s.may.managed(a)
	if err != nil {
		return nil, err
	}
	if err := s.checkName(a["name"]); err != nil {
		return nil, err
	}
	c.Name = a["name"]
	s.ws.Changes.Mark()
	return wire.Answer{"channel": s.shape(c)}, nil
}

func (s channels) archive(a wire.Args) (wire.Answer, error) {
	c, err := s.may.managed(a)
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, wire.Refuse("already_archived")
	}
	c.Archived = true
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

func (s channels) unarchive(a wire.Args) (wire.Answer, error) {
	c, err := s.may.visible(a)
	switch {
	case err != nil:
		return nil, err
	case !c.Archived:
		return nil, wire.Refuse("not_archived")
	}
	c.Archived = false
	s.ws.Changes.Mark()
	return wire.Answer{}, nil
}

// shape is a conversation as the API shows it. Direct messages have other fields than channels have, and no name.
func (s channels) shape(c *workspace.Conversation) wire.Answer {
	out := wire.Answer{
		"id": c.ID, "created": c.Created.Unix(), "is_archived": c.Archived, "is_im": c.IM != "",
		"is_org_shared": false, "context_team_id": s.ws.App.Team.ID,
	}
	if c.IM != "" {
		out["user"], out["priority"] = c.IM, 0
		return out
	}
	out["name"], out["name_normalized"], out["creator"] = c.Name, c.Name, c.Creator
	out["is_channel"], out["is_group"], out["is_private"] = !c.Private, c.Private, c.Private
	out["is_general"], out["is_shared"], out["is_ext_shared"] = c.Name == "general", false, false
	out["is_member"] = c.Has(s.ws.App.BotUserID)
	out["topic"] = described(c.Topic, c)
	out["purpose"] = described(c.Purpose, c)
	return out
}

func described(text string, c *workspace.Conversation) wire.Answer {
	return wire.Answer{"value": text, "creator": cmp.Or(c.Creator, ""), "last_set": lastSet(text, c.Created)}
}

func lastSet(text string, created time.Time) int64 {
	if text == "" {
		return 0
	}
	return created.Unix()
}
