// Package archive keeps incidents for longer than the store does: in files beside it, each incident with its timeline and its
// document.
//
// An archive is a text file of one line for each incident, which is a JSON object (an [Entry]). Lines are only appended. Each is on
// the disk before its incident is deleted from the store, so one that is killed in between leaves both, and the incident is
// archived a second time: of several lines of one incident the last is right. A last line that was cut off is passed by, and a
// line break is put behind it before the next is written.
//
// Files are by the year in which incidents were resolved, in UTC: [File].
package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// Format is the version of the form of a line. A new field does not change it.
const Format = 1

// An Entry is a line of an archive. The document is kept besides the events, since a later version may make another one of
// them.
type Entry struct {
	Format   int                 `json:"format"`
	Row      history.Row         `json:"row"`      // as it is listed; it comes first, so that a list reads no further
	Archived time.Time           `json:"archived"` // when it was taken out of the store
	Events   []incidents.Event   `json:"events"`   // the timeline: all that the incident is
	Document document.Document   `json:"document"` // made from the timeline at that time
	Markdown string              `json:"markdown,omitempty"`
	Incident *incidents.Incident `json:"incident"` // what the timeline amounts to
}

// File is the archive of what was resolved in a year, beside the store at that path.
func File(store string, resolved time.Time) string {
	return fmt.Sprintf("%s.archive-%04d.jsonl", store, resolved.UTC().Year())
}

// line is an entry as it is written.
func (e *Entry) line() ([]byte, error) {
	val, err := json.Marshal(e)
	return append(val, '\n'), err
}

// write appends lines to the archive at path, and returns when they are on the disk. If it fails the archive is as it was, as far as
// the disk allows that.
func write(path string, lines []byte) (err error) {
	f, err := disk.OpenInPlace(path, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = disk.NewInPlace(path, os.O_RDWR, 0o600)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size > 0 { // after a line that was cut off there is no line break
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			lines = append([]byte{'\n'}, lines...)
		}
	}
	if _, err = f.Write(lines); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Truncate(size))
	}
	return disk.SyncPath(filepath.Dir(path))
}
