package places

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/postmortems/archive"
)

// storeFile looks whether the store can be where the configuration says. What depends on the machine is a warning: a
// configuration may be checked on another one than it is for.
func storeFile(v reading.Value, path string) {
	info, err := os.Stat(path)
	folder := filepath.Dir(path)
	own, ownErr := os.Stat(v.File.Name)
	switch {
	// first of all: that the store would be written over this file is worse than all that follows
	case err == nil && ownErr == nil && os.SameFile(info, own):
		v.Errorf("name a file of its own, such as "+DefaultStore, "the store %s is this configuration", path)
	case strings.HasPrefix(v.Text(), "~"):
		v.Warnf("write the path in full",
			"the ~ of %s is taken literally: it does not mean a home folder here", reading.Quote(v.Text()))
	// tmpfs on Linux
	case strings.HasPrefix(path, "/dev/shm/"), strings.HasPrefix(path, "/run/"):
		v.Warnf("name a file on a disk",
			"the store %s is in memory: when the machine restarts, it is lost with all incidents", path)
	case err == nil && info.IsDir():
		v.Errorf("name a file in it, such as "+filepath.Join(path, DefaultStore), "the store %s is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		v.Errorf("name a file", "the store %s is not a file", path)
	case err == nil && info.Mode()&0o044 != 0: // also in a folder of one's own: stores are moved, and backed up
		v.Warnf("chmod 600 "+path,
			"the store %s can be read by others (its mode is %#o), with everything about incidents and people",
			path, info.Mode().Perm())
	case err == nil && !writable(path):
		v.Warnf("run the bot as the user that owns it", "the store %s cannot be written", path)
	case err == nil:
	default:
		storeFolder(v, folder)
	}
}

// storeFolder looks whether a store can be made in a folder. It is not made: a name that was mistyped would be a new, empty
// store beside the one with all incidents.
func storeFolder(v reading.Value, folder string) {
	info, err := os.Stat(folder)
	switch {
	case err == nil && !info.IsDir():
		v.Errorf("name a file in a folder", "%s, for the store, is not a folder", folder)
	case os.IsNotExist(err):
		v.Warnf("create it before the bot starts", "the folder %s, for the store, does not exist", folder)
	case err != nil, info.Mode().Perm()&fs.FileMode(0o222) == 0, !writable(folder):
		v.Warnf("let the user of the bot write there", "the folder %s, for the store, cannot be written", folder)
	}
}

// DefaultStore is the store of a configuration that names none.
const DefaultStore = "oncalm.db"

// Store reads the path of the store; it is empty if that cannot be.
func Store(v reading.Value) string {
	s, ok := v.Filled("the path of a file")
	switch {
	case !ok:
	case strings.HasPrefix(s, "etcd:"):
		reading.NotBuilt("has no etcd store", "name a file, such as oncalm.db")(v)
	case strings.Contains(s, "://"):
		v.Errorf("name a file, such as oncalm.db", "%s is not the path of a file", reading.Quote(v.Text()))
	default:
		patterns.Quoted(v, s)
		patterns.Padded(v, s)
		storeFile(v, v.File.Path(s))
		return v.File.Path(s)
	}
	return ""
}

// Retention reads how long incidents are kept in the store after they are resolved, before they are archived. Below
// [archive.Least] it is an error.
func Retention(to *time.Duration) func(reading.Value) {
	return func(v reading.Value) {
		d, ok := v.Days()
		if ok && d < archive.Least {
			v.Errorf(fmt.Sprintf("give it %dd or more, or remove the key to keep all incidents", int(archive.Least.Hours())/24),
				"%s is %s: what is kept beside an incident would still be in use", v.Key, reading.Quote(v.Text()))
			return
		}
		*to = d
	}
}
