package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// prefix begins all keys.
const prefix = "published"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: prefix + "/"}} }

// A record is what was written last, in a place and beside it.
type record struct {
	There  side `json:"there"`
	Beside side `json:"beside,omitzero"`
}

// A side is a file. Meant is what was to be written there when this was recorded: it stands there, or what was Written before.
type side struct {
	Written version `json:"written"`
	Meant   version `json:"meant"`
	Stays   string  `json:"stays,omitempty"` // the digest of a file that stays as somebody changed it
}

// A version is a document by its digests: as a whole, and without what people write.
type version struct {
	Whole    string `json:"whole,omitempty"`
	Skeleton string `json:"skeleton,omitempty"`
}

func versionOf(text []byte) version { return version{digest(text), skeleton(text)} }

func readRecord(tx store.Tx, id, place string) (r record, err error) {
	val := tx.Get(store.Key(prefix, id, place))
	if val == nil {
		return r, nil
	}
	if err := json.Unmarshal(val, &r); err != nil {
		return r, fmt.Errorf("published postmortem of incident %s: %w", id, err)
	}
	return r, nil
}

func saveRecord(tx store.Tx, id, place string, r record) error {
	val, err := json.Marshal(r)
	if err == nil {
		tx.Put(store.Key(prefix, id, place), val)
	}
	return err
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets what was published of incidents that the store does not have any more, and returns how many keys it deleted.
func Sweep(ctx context.Context, s store.Store, _ time.Time) (int, error) {
	from, to := store.Under(prefix)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		parts := store.Parts(key)
		if len(parts) != 3 {
			return false // fsck tells of it
		}
		return history.Gone(tx, parts[1])
	})
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

var (
	begins = regexp.MustCompile(`^<!-- oncalm: ([a-z]+) e\d+ -->$`)
	ends   = regexp.MustCompile(`^<!-- /oncalm -->$`)
)

// skeleton is the digest of a document without what stands between its marks, and without spaces at the ends of lines, which editors
// take away.
func skeleton(document []byte) string {
	sum := sha256.New()
	inside := false
	for line := range strings.Lines(string(document)) {
		line = strings.TrimRight(line, " \t\r\n")
		if m := begins.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			inside, line = true, m[1]
		} else if inside {
			if !ends.MatchString(strings.TrimSpace(line)) {
				continue
			}
			inside = false
		}
		if line != "" {
			_, _ = sum.Write([]byte(line + "\n")) // a hash takes everything
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// longestSlug is how many characters of a title a file's name has.
const longestSlug = 60

// slug is a title as far as it is plain letters and digits, so that no title can lead elsewhere or mean something to a shell.
func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		if r < 'a' || r > 'z' {
			if r < '0' || r > '9' {
				r = '-'
			}
		}
		if r != '-' || b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteRune(r)
		}
		if b.Len() >= longestSlug {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
