package slack

import "context"

// Link asks Slack, with the token of the app itself, where a connection may be opened. Who knows the address can speak for Slack:
// it is never to be shown. It is good for one connection.
func (c *client) Link(ctx context.Context, appToken string) (address string, err error) {
	const method = "apps.connections.open"
	var in struct {
		URL string `json:"url"`
	}
	answer, err := c.exchangeAs(ctx, appToken, method, "application/x-www-form-urlencoded", nil)
	if err == nil {
		err = readAnswer(method, answer, &in)
	}
	if err == nil && in.URL == "" {
		err = named(method, "no_url")
	}
	return in.URL, c.watch.done(method, err)
}
