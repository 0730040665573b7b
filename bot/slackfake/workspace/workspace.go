package workspace

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// App is the bot, as it is installed in a team.
type App struct {
	Team      Team
	ID        string // A…
	BotID     string // B…
	BotUserID string // U…
	BotName   string
	BotTitle  string // the name that people see
	// SigningSecret signs what goes to the bot, and makes what nobody can guess.
	SigningSecret string
	// BaseURL is where the fake is served, without a slash at its end; "" stands for Slack's own hosts.
	BaseURL string
}

// SocketURL is where connections come in; "" stands for Slack's own host.
func (p App) SocketURL() string {
	if p.BaseURL == "" {
		return ""
	}
	return "ws" + strings.TrimPrefix(p.BaseURL, "http")
}

// Content is what is in a workspace at its start.
type Content struct {
	Users    []User
	Channels []Channel
	Groups   []UserGroup
}

// Workspace is all of it. Who holds the lock may use everything.
type Workspace struct {
	sync.Mutex
	App           App
	People        []User
	Groups        []UserGroup
	Conversations []*Conversation
	Files         []*File
	Screens       *Screens
	Hooks         *Hooks
	IDs           *IDs
	Changes       *Changes
}

// New makes a workspace.
func New(app App, c Content) *Workspace {
	ids := &IDs{secret: app.SigningSecret}
	changes := &Changes{watchers: map[chan struct{}]bool{}, ended: make(chan struct{})}
	w := &Workspace{
		App: app, IDs: ids, Changes: changes,
		Screens: &Screens{ids: ids, changes: changes, homes: map[string]*View{}, triggers: map[string]*trigger{}},
		Hooks:   &Hooks{app: app, ids: ids, byPath: map[string]*Hook{}},
	}
	for _, u := range c.Users {
		w.People = append(w.People, u.withDefaults())
	}
	if w.User(app.BotUserID) == nil {
		w.People = append(w.People, User{
			ID: app.BotUserID, Name: app.BotName, RealName: app.BotTitle, Zone: "UTC", IsBot: true,
		})
	}
	for _, g := range c.Groups {
		g.Name = cmp.Or(g.Name, g.Handle)
		g.Users = slices.Clone(g.Users)
		w.Groups = append(w.Groups, g)
	}
	for _, c := range c.Channels {
		w.AddChannel(c, app.BotUserID)
	}
	return w
}
