package workspace

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// IDs makes every id of the workspace out of one count: the same in every run, so that goldens hold.
type IDs struct {
	secret string // of the app
	serial int
}

// New makes a new id with a prefix, such as C0000001.
func (n *IDs) New(prefix string) string {
	return fmt.Sprintf("%s%07d", prefix, n.next())
}

func (n *IDs) next() int {
	n.serial++
	return n.serial
}

// Secret makes a part of an id that nobody can guess. It comes of the app's secret, and so is the same in each run of a
// test.
func (n *IDs) Secret(purpose string) string {
	mac := hmac.New(sha256.New, []byte(n.secret))
	mac.Write([]byte(purpose + strconv.Itoa(n.next())))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// Hash makes the hash of a version of a view.
func (n *IDs) Hash() string {
	return fmt.Sprintf("%d.%07d", time.Now().Unix(), n.next())
}

// FillBlocks gives a block_id to every block that has none, as Slack does: the
// interactions name it.
func (n *IDs) FillBlocks(raw json.RawMessage) json.RawMessage {
	var blocks []map[string]json.RawMessage
	if json.Unmarshal(raw, &blocks) != nil || len(blocks) == 0 {
		return nil
	}
	for _, b := range blocks {
		if len(b["block_id"]) == 0 {
			b["block_id"] = fmt.Appendf(nil, "%q", fmt.Sprintf("b%05x", n.next()))
		}
	}
	filled, err := json.Marshal(blocks)
	if err != nil {
		return raw // unreachable: it came out of JSON
	}
	return filled
}

// Stamp renders a time as Slack's ts: seconds, a dot, six digits.
func Stamp(t time.Time) string {
	us := t.UnixMicro()
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
