package alarms

import "github.com/oncalm/oncalm/changes"

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
