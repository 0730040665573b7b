package archive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
)

// maxLine is more than the line of an incident takes.
const maxLine = 256 << 20

// ErrNone says that a file is no archive.
var ErrNone = errors.New("no archive of incidents")

// A Reader reads an archive. It keeps the rows in memory, and reads the rest when it is asked for.
type Reader struct {
	file    *os.File
	entries map[uint64]place // the last line of each incident
	Damaged int              // lines that cannot be read
}

// place is where a line is.
type place struct {
	at   int64
	size int
	row  history.Row
}

// Open opens the archive at path, and reads which incidents are in it.
func Open(ctx context.Context, path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: f, entries: map[uint64]place{}}
	if err := r.index(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return r, nil
}

// Close closes the archive.
func (r *Reader) Close() error { return r.file.Close() }

// index reads the whole file once. A file without a single line that can be read is taken for something else.
func (r *Reader) index(ctx context.Context) error {
	in := bufio.NewReaderSize(r.file, 1<<20)
	for at := int64(0); ; {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) == 0 {
			break
		}
		if row, n, ok := rowOf(line); ok {
			r.entries[n] = place{at, len(line), row}
		} else if len(bytes.TrimSpace(line)) > 0 {
			r.Damaged++
		}
		at += int64(len(line))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if len(r.entries) == 0 && r.Damaged > 0 {
		return ErrNone
	}
	return nil
}

// readLine reads a line with its line break, if it has one.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, ErrNone
		}
	}
}

// rowOf reads the beginning of a line, which must have an end, and the number of its incident.
func rowOf(line []byte) (row history.Row, number uint64, ok bool) {
	if !bytes.HasSuffix(line, []byte("}\n")) {
		return row, 0, false
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	for _, want := range []json.Token{json.Delim('{'), "format", float64(Format), "row"} {
		if token, err := dec.Token(); err != nil || token != want {
			return row, 0, false
		}
	}
	if err := dec.Decode(&row); err != nil {
		return row, 0, false
	}
	number, err := strconv.ParseUint(row.ID, 10, 32)
	return row, number, err == nil
}

// Incidents hands the incidents to each, the newest first; see [history.List]. Numbers grow with time, so they give the
// order.
func (r *Reader) Incidents(_ context.Context, q history.Query, each func([]history.Row) error) error {
	numbers := make([]uint64, 0, len(r.entries))
	for n := range r.entries {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	listed := 0
	for _, n := range slices.Backward(numbers) {
		row := r.entries[n].row
		if !q.Wants(&row) {
			continue
		}
		if err := each([]history.Row{row}); err != nil {
			return err
		}
		if listed++; listed == q.Limit {
			return nil
		}
	}
	return nil
}

// Entry reads an incident. The error is [incidents.ErrNotFound], or that it cannot be read.
func (r *Reader) Entry(id string) (Entry, error) {
	n, err := strconv.ParseUint(id, 10, 32)
	p, ok := r.entries[n]
	if err != nil || !ok {
		return Entry{}, incidents.ErrNotFound
	}
	line := make([]byte, p.size)
	if _, err := r.file.ReadAt(line, p.at); err != nil {
		return Entry{}, err
	}
	var e Entry
	err = json.Unmarshal(line, &e)
	return e, err
}

// Timeline hands the events of an incident to each.
func (r *Reader) Timeline(_ context.Context, id string, each func([]incidents.Event) error) error {
	e, err := r.Entry(id)
	if err != nil {
		return err
	}
	return each(e.Events)
}
