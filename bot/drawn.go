package bot

import (
	"encoding/json"
	"time"
)

// drawn is a message as Slack takes it.
type drawn struct {
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks"` // an array
}

func draw(m message) drawn { return drawn{m.text(time.UTC), m.blocks()} }
