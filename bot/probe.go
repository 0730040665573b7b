package bot

import "context"

// Probe asks Slack whether it is there and takes our token. Its error is that of the call.
func (b *Bot) Probe(ctx context.Context) error {
	_, err := b.out.Test(ctx)
	return err
}
