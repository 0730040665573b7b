package remote

import (
	"context"
	"errors"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// ReloadCommand is oncalm reload.
type ReloadCommand struct {
	cli.StoreFlag
	cli.JSONFlag
}

// Run has the running server read its configuration again. The server decides whether that is one: it may see other files and
// environment variables than whoever asks.
func (c *ReloadCommand) Run(ctx context.Context, s *cli.Session) error {
	path, problems := c.Store, reading.Problems(nil)
	if path == "" {
		var cfg *config.Config
		cfg, problems = config.Load(c.Config, s.Env, s.Now)
		path = cfg.Store
	}
	file, err := disk.Locate(path)
	if err != nil {
		return err
	}
	done, err := ops.Reload(ctx, file)
	errs := problems.Errors()
	switch {
	case errors.Is(err, ops.ErrNoServer) && len(errs) > 0: // so perhaps it is not known where the store is
		return &cli.Refused{Problems: errs}
	case errors.Is(err, ops.ErrNoServer):
		return cli.End(cli.ExitNo, err.Error(),
			"start it with oncalm serve; if the configuration names another store by now, name the server's with -store")
	case errors.Is(err, ops.ErrTooOld):
		return cli.End(cli.ExitNo, err.Error(), "restart it")
	case err != nil:
		return err
	}
	if c.JSON {
		err = s.JSON(done)
	} else {
		say(s, done)
	}
	if err == nil && !done.Done {
		err = cli.Ended(cli.ExitUsage)
	}
	return err
}

// say prints what is different now, and what needs a restart. What is wrong goes to the standard error.
func say(s *cli.Session, done ops.Reloaded) {
	for _, problem := range done.Problems {
		s.Complain(problem)
	}
	switch {
	case !done.Done:
		s.Complain("the configuration of before stays in force: correct this one, and run oncalm reload again")
		return
	case len(done.Changes)+len(done.Restart) == 0:
		s.Printf("%s is in force; nothing is different", done.File)
		return
	}
	s.Printf("%s is in force", done.File)
	for _, change := range done.Changes {
		s.Printf("  %s", change)
	}
	if len(done.Restart) > 0 {
		s.Printf("  unchanged until the server is restarted: %s", strings.Join(done.Restart, ", "))
	}
}
