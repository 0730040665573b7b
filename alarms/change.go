package alarms

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/store"
)

// ChangesKept is how long change markers are kept.
const ChangesKept = 8 * 24 * time.Hour

// A Change says that something was changed: a deployment, a setting, the number of
// machines. Whoever handles an incident asks for those before it.
type Change struct {
	At        time.Time `json:"at"` // when it happened, UTC
	Received  time.Time `json:"received"`
	Kind      string    `json:"kind"` // see the constants of [Signal]
	Title     string    `json:"title"`
	Reason    string    `json:"reason,omitempty"`
	Service   string    `json:"service,omitempty"` // the one that its kind of message would page
	Account   string    `json:"account,omitempty"`
	Region    string    `json:"region,omitempty"`
	Resources []string  `json:"resources,omitempty"` // ARNs
	Link      string    `json:"link,omitempty"`
	// ID is the event's at EventBridge, or that of the message.
	ID string `json:"id"`
}

const (
	changePrefix = "change/"
	// changeTime has a fixed width, so that keys sort by time. Always UTC.
	changeTime = "20060102T150405.000000000"
)

func changeOf(sig *Signal, svc Service) Change {
	c := Change{
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

func saveChange(tx store.Tx, c Change) error {
	val, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("change %s: %w", c.ID, err)
	}
	tx.Put(changePrefix+c.At.UTC().Format(changeTime)+"/"+store.Key(c.ID), val)
	return nil
}

// Changes lists what was changed from one time until before another, in that order.
func Changes(tx store.Tx, from, to time.Time) ([]Change, error) {
	var found []Change
	for key, val := range tx.Range(changePrefix+from.UTC().Format(changeTime), changePrefix+to.UTC().Format(changeTime)) {
		var c Change
		if err := json.Unmarshal(val, &c); err != nil {
			return found, fmt.Errorf("%s: %w", key, err)
		}
		found = append(found, c)
	}
	return found, nil
}
