package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
)

// A Client asks the server that holds a store, through the socket beside its file. If that does not answer, the error wraps the [store.InUse]:
// the store is in use by something else.
type Client struct {
	http  *http.Client
	inUse *store.InUse
}

// NewClient makes a client for a store that is in use.
func NewClient(inUse *store.InUse) *Client { return &Client{LocalClient(inUse.Path), inUse} }

// Incidents hands incidents to each, as they come; see [history.List].
func (c *Client) Incidents(ctx context.Context, q history.Query, each func([]history.Row) error) error {
	return c.get(ctx, RouteIncidents+"?"+values(q).Encode(), func(body io.Reader) error {
		return readList(body, func(element []byte) error {
			row, err := history.Read(element)
			if err != nil {
				return errors.Join(errOther, err)
			}
			return each([]history.Row{row})
		})
	})
}

// Timeline hands the events of an incident to each, as they come; see [Timeline]. What is no number cannot be an incident,
// and is not put into an address.
func (c *Client) Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error {
	if _, err := strconv.ParseUint(id, 10, 32); err != nil {
		return incidents.ErrNotFound
	}
	return c.get(ctx, RouteTimeline+id, func(body io.Reader) error {
		return readList(body, func(element []byte) error {
			var e incidents.Event
			if err := json.Unmarshal(element, &e); err != nil {
				return errors.Join(errOther, err)
			}
			return each([]incidents.Event{e})
		})
	})
}

// Backup writes a consistent copy of the store.
func (c *Client) Backup(ctx context.Context, to io.Writer) error {
	return c.get(ctx, RouteBackup, func(body io.Reader) error {
		_, err := io.Copy(to, body)
		return err
	})
}

// Close lets go of the connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// decodeInto reads an answer that is not a list in parts, up to a bound.
func decodeInto(v any) func(io.Reader) error {
	return func(body io.Reader) error { return json.NewDecoder(io.LimitReader(body, maxLine)).Decode(v) }
}

// get asks the server. If it does not answer, the store is in use by something else.
func (c *Client) get(ctx context.Context, route string, read func(io.Reader) error) error {
	return c.ask(ctx, http.MethodGet, route, nil, read)
}

// The host in the address is made up: all connections go to the socket. A status stands for the error that the package
// knows by it.
func (c *Client) ask(ctx context.Context, method, route string, body io.Reader, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://oncalm"+route, body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%w, and does not answer at %s", c.inUse, LocalSocket(c.inUse.Path))
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
		return read(resp.Body)
	case http.StatusNotFound:
		return incidents.ErrNotFound
	case http.StatusConflict:
		return feed.ErrLinks
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return errors.New("the running server answered: " + strings.TrimSpace(string(text)))
}

// Overrides returns the overrides that people made; see [Overrides].
func (c *Client) Overrides(ctx context.Context, schedules []string) (made map[string][]rotations.Override, err error) {
	return made, c.get(ctx, RouteOverrides+"?"+url.Values{"schedule": schedules}.Encode(), decodeInto(&made))
}

// Links lists the links to calendars; see [FeedLinks].
func (c *Client) Links(ctx context.Context) ([]feed.Link, error) {
	var all []feed.Link
	return all, c.get(ctx, RouteFeeds, decodeInto(&all))
}

// MakeLink makes a link; see [MakeFeed].
func (c *Client) MakeLink(ctx context.Context, wanted FeedWanted) (FeedMade, error) {
	var made FeedMade
	return made, c.send(ctx, http.MethodPost, wanted, decodeInto(&made))
}

// RevokeLinks revokes links; see [RevokeFeed].
func (c *Client) RevokeLinks(ctx context.Context, wanted FeedWanted) ([]feed.Link, error) {
	var gone []feed.Link
	return gone, c.send(ctx, http.MethodDelete, wanted, decodeInto(&gone))
}

// send asks the server to change a link.
func (c *Client) send(ctx context.Context, method string, wanted FeedWanted, read func(io.Reader) error) error {
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	return c.ask(ctx, method, RouteFeeds, bytes.NewReader(body), read)
}
