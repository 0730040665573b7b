package alarms

import (
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/store"
)

// mark keeps a change, and tells whoever wants to hear of it.
func mark(tx store.Tx, now time.Time, c changes.Change, changed func(store.Tx, time.Time, changes.Change) error) error {
	if err := changes.Save(tx, c); err != nil || changed == nil {
		return err
	}
	return changed(tx, now, c)
}

// changeOf is the marker of a signal that tells of a change.
func changeOf(sig *Signal, svc Service) changes.Change {
	c := changes.Change{
		At: sig.Changed, Received: sig.Received, Kind: sig.Kind, Title: sig.Title, Reason: sig.Reason, Service: svc.Name,
		Account: sig.Account, Region: sig.Region, Resources: sig.Resources, Link: sig.Link, ID: sig.Event,
	}
	if c.ID == "" {
		c.ID = sig.MessageID
	}
	c.ID += sig.Part
	if len(c.Resources) == 0 && sig.ARN != "" {
		c.Resources = []string{sig.ARN}
	}
	return c
}
