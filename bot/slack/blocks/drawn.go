package blocks

import (
	"encoding/json"
	"strings"
	"time"
)

// Drawn is a message as Slack takes it.
type Drawn struct {
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks"` // an array
}

// Draw renders a message once, for all attempts to send it. Times in its text are in UTC.
func Draw(m Message) Drawn { return Drawn{m.Text(time.UTC), m.Blocks()} }

// Together are the blocks of several messages, one below the other, for what is no message. Slack tells rows of buttons by their
// place, so they are counted through all of them.
func Together(parts ...Message) json.RawMessage {
	all := []byte{'['}
	rows := 0
	for _, m := range parts {
		inside := m.blocks(rows)
		rows += len(m.Rows)
		if inside = inside[1 : len(inside)-1]; len(inside) > 0 && len(all) > 1 {
			all = append(all, ',')
		}
		all = append(all, inside...)
	}
	return append(all, ']')
}

// Repeated says of a message that it may have come before. If there is no room for a block more, the text alone says it.
func (d Drawn) Repeated() Drawn {
	const words = "This may be a repeat: Oncalm could not check whether it was sent before."
	d.Text = "(perhaps a repeat) " + d.Text
	var all []json.RawMessage
	if json.Unmarshal(d.Blocks, &all) != nil || len(all) == 0 || len(all) >= maxBlocks {
		return d
	}
	note := AppendString([]byte(`,{"type":"context","elements":[{"type":"plain_text","text":`), words)
	d.Blocks = append(append([]byte(strings.TrimSuffix(string(d.Blocks), "]")), note...), `}]}]`...)
	return d
}
