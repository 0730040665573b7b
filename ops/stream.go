package ops

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// A list is sent as it is read: a JSON array with one element on each line, so that neither side ever has all of it. A list that
// is cut off has no last line, and is no array.

// maxLine is more than an element of a list can have.
const maxLine = 8 << 20

// streams is how many lists are sent at a time. Each has one part of its list in memory.
const streams = 8

// sending is a list on its way to a client.
type sending struct {
	w     http.ResponseWriter
	begun bool
	buf   []byte
}

// add adds an element.
func (s *sending) add(element []byte) {
	separator := ",\n"
	if !s.begun {
		separator = "[\n"
		s.begun = true
		s.w.Header().Set("Content-Type", "application/json")
	}
	s.buf = append(append(s.buf, separator...), element...)
}

// flush sends what was added. Who does not take it within [doors.WriteTimeout] has gone.
func (s *sending) flush() error {
	_ = http.NewResponseController(s.w).SetWriteDeadline(time.Now().Add(doors.WriteTimeout)) // without one there is none to set
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

// end sends the end of the list.
func (s *sending) end() {
	if s.buf = append(s.buf, "\n]\n"...); !s.begun {
		s.buf = append(s.buf[:0], "[\n]\n"...)
		s.w.Header().Set("Content-Type", "application/json")
	}
	_ = s.flush() // fails only if nobody listens any more
}

// errOther is said of an answer that is no list as it should be.
var errOther = errors.New("the running server answered with something else than a list: " +
	"restart it, if it is of another version")

// readList hands the elements of a list to each, as they come. They are valid until it returns. It relies on how lists are
// sent: the brackets have lines of their own. So an element is found without parsing it.
func readList(body io.Reader, each func(element []byte) error) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	if !lines.Scan() || lines.Text() != "[" {
		return errors.Join(errOther, lines.Err())
	}
	for lines.Scan() {
		line := lines.Bytes()
		if string(line) == "]" {
			return nil
		}
		if err := each(bytes.TrimSuffix(line, []byte{','})); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errOther
	}
	return fmt.Errorf("the running server did not answer to the end: %w", errors.Join(io.ErrUnexpectedEOF, lines.Err()))
}

// eventsAtOnce is how many events are read at a time, so that no View takes long and a long timeline is never whole in memory.
const eventsAtOnce = 200

// Timeline hands the events of an incident to each, in parts. The error is [incidents.ErrNotFound], one of the store, or that of
// each.
func Timeline(ctx context.Context, s store.Store, id string, each func([]incidents.Event) error) error {
	if _, err := strconv.ParseUint(id, 10, 32); err != nil {
		return incidents.ErrNotFound
	}
	for seq := 1; ; {
		var events []incidents.Event
		err := s.View(ctx, func(tx store.Tx) (err error) {
			events, err = incidents.Events(tx, id, seq, eventsAtOnce)
			return err
		})
		switch {
		case err != nil:
			return err
		case len(events) == 0 && seq == 1:
			return incidents.ErrNotFound
		case len(events) == 0:
			return nil
		}
		if err := each(events); err != nil {
			return err
		}
		seq = events[len(events)-1].Seq + 1
	}
}
