package trial

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// ManifestCommand is oncalm manifest.
type ManifestCommand struct {
	cli.ConfigFlag
	cli.JSONFlag

	URL    string `placeholder:"URL" help:"Where Slack reaches the public door, instead of public_url."`
	Socket bool   `help:"For Socket Mode, whatever slack.mode says."`
}

// Run prints the manifest of the Slack app. It comes before the tokens that the configuration needs, so those may be missing, and so
// may the file, if the flags say what it would.
func (c *ManifestCommand) Run(s *cli.Session) error {
	cfg, problems := config.Load(c.Config, s.Env, s.Now)
	_, err := os.Stat(c.Config)
	// whoever begins has no file yet
	none := errors.Is(err, fs.ErrNotExist) && (c.URL != "" || c.Socket)
	if bad := wrongFor(problems); len(bad) > 0 && !none {
		return &cli.Refused{Problems: bad}
	}
	o := manifest.Options{
		Rooms: bot.Words(bot.Roots{Incident: cfg.Slack.Incident, OnCall: cfg.Slack.OnCall}),
		URL:   cfg.PublicURL, Socket: c.Socket || c.URL == "" && cfg.Slack.Socket(),
		UserGroups: len(cfg.Handoffs.Groups) > 0, Channels: cfg.Channels.Opens(), Groups: cfg.ReadsGroups(),
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return cli.End(cli.ExitUsage, "what -url says is no address of a public door",
				"write it as https://oncall.example.com, without a user, ? and #")
		}
		o.URL = strings.TrimRight(c.URL, "/")
	}
	if !o.Socket && !strings.HasPrefix(o.URL, "https://") {
		return cli.End(cli.ExitUsage, "it is not known where Slack reaches the public door",
			"set public_url, or use -url https://oncall.example.com, or -socket")
	}
	if c.JSON {
		return s.JSON(manifest.Of(o))
	}
	s.Printf("%s", strings.TrimSuffix(manifest.Of(o).YAML(), "\n"))
	return nil
}

// wrongFor are the errors that a manifest depends on. All other errors are of no concern to it: most files have them at
// that time.
func wrongFor(problems reading.Problems) (bad reading.Problems) {
	for _, p := range problems.Errors() {
		section, _, _ := strings.Cut(p.Key, ".")
		if p.Line == 0 || p.Key == "" || p.Key == "slack.mode" || strings.HasPrefix(p.Key, "slack.commands") || section == "public_url" || section == "schedules" ||
			section == "channels" {
			bad = append(bad, p)
		}
	}
	return bad
}
