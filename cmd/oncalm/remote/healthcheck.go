// Package remote is the commands that speak to a running server. Those that read a store are not here: they do without one,
// too.
//
// They find the server by the socket that it has beside its store (package ops), so whoever may use the store may use them;
// there is no password. healthcheck alone asks over the network first, as a load balancer would. While no server runs, ack,
// resolve and note are done on the store itself ([AtRest]), since they page nobody.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// HealthcheckCommand is oncalm healthcheck. The image runs it (HEALTHCHECK in the Dockerfile), which has no other program
// that could ask.
type HealthcheckCommand struct {
	URL    string `name:"url" placeholder:"URL" help:"What to ask (default: /healthz at the address of the configuration, or else of this machine's port 8080)."`
	Config string `placeholder:"FILE" help:"The configuration, for its address."`
}

// healthTimeout is for each of two ways; the image gives 5 s for both.
const healthTimeout = 2 * time.Second

// Run asks a running server whether it is alive.
func (c *HealthcheckCommand) Run(ctx context.Context, s *cli.Session) error {
	url, store, err := c.where(s)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return cli.End(cli.ExitUsage, cli.Quoted(url)+" is not a URL", "give one such as http://127.0.0.1:8080/healthz")
	}
	text, err := healthy(req, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}) // the proxy is not for this machine
	// no answer at all, and not one that says no
	if silent, ok := errors.AsType[*neturl.Error](err); ok {
		err = cli.End(cli.ExitNo, silent.Error(), "is the bot running?")
		// Strangers may stand in the door, but not in the one beside the store.
		if file, bad := disk.Locate(store); bad == nil && c.URL == "" {
			if said, bad := healthy(req, ops.LocalClient(file)); bad == nil {
				text, err = said, nil
			}
		}
	}
	if err != nil {
		return err
	}
	s.Printf("%s", text)
	return nil
}

// healthy asks, and returns the answer.
func healthy(req *http.Request, client *http.Client) (text string, err error) {
	client.Timeout = healthTimeout
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	// what is left out of it matters less than the status
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	text = strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK {
		return "", cli.End(cli.ExitNo, fmt.Sprintf("%s answered %s", req.URL, resp.Status), cli.Quoted(text))
	}
	return text, nil
}

// where is what to ask: over the network and, if there is no answer, beside the store.
func (c *HealthcheckCommand) where(s *cli.Session) (url, store string, err error) {
	address, store := "127.0.0.1:8080", config.DefaultStore
	if c.Config != "" && c.URL == "" {
		cfg, err := s.Load(c.Config, "listen", "store")
		if err != nil {
			return "", "", err
		}
		address, store = cfg.Listen, cfg.Store
	}
	if c.URL != "" {
		return c.URL, "", nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", "", err
	}
	// an address for listening on all that there are is none to connect to
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + ops.RouteAlive, store, nil
}
