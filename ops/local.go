package ops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/doors"
)

// LocalSocket is the path of the socket beside a store's file.
func LocalSocket(storePath string) string { return storePath + ".sock" }

// ErrLongPath says that the path of a socket is longer than the system allows, which is
// about a hundred bytes.
var ErrLongPath = errors.New("the path of the socket beside the store is too long")

// ListenLocal listens on the socket beside a store's file, for [Admin]. Only the user
// that runs the program can connect. The caller must hold the store: a socket that is
// there already is taken for the remains of a process that was killed.
func ListenLocal(storePath string) (net.Listener, error) {
	path := LocalSocket(storePath)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the socket of an earlier process: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if errors.Is(err, syscall.EINVAL) { // the system says no more than that
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrLongPath, path, len(path))
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// dialTimeout is short: a socket of this machine answers at once, or nobody listens.
const dialTimeout = 2 * time.Second

// LocalClient returns a client whose requests all go to the socket beside a store's
// file, whatever host they name.
func LocalClient(storePath string) *http.Client { return localClient(storePath, doors.WriteTimeout) }

// localClient is one that waits so long for an answer to begin; 0 is no limit.
func localClient(storePath string, patience time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Client{Transport: &http.Transport{
		// the command ends soon, and the server must not wait for it when it stops
		DisableKeepAlives:     true,
		ResponseHeaderTimeout: patience,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", LocalSocket(storePath))
		},
	}}
}
