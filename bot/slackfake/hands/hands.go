package hands

import "github.com/oncalm/oncalm/bot/slackfake/workspace"

// Hands act for the people of a workspace.
type Hands struct {
	ws  *workspace.Workspace
	bot *Bot
}

// New makes the hands of all people of a workspace. What they do reaches the bot, if it is for it.
func New(ws *workspace.Workspace, bot *Bot) *Hands { return &Hands{ws: ws, bot: bot} }
