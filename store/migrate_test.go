package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// with returns a store that holds those keys, and runs every function twice.
func with(t *testing.T, content map[string]string) store.Store {
	t.Helper()
	return storetest.Twice(plainly(t, content))
}

// plainly returns a store that holds those keys.
func plainly(t *testing.T, content map[string]string) store.Store {
	t.Helper()
	s := storetest.Memory()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for key, val := range content {
			tx.Put(key, []byte(val))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var errNo = errors.New("no")

// suffixed is a migration that adds a letter to the value of a.
func suffixed(letter string) store.Migration {
	return func(tx store.Tx) error {
		tx.Put("a", append(append([]byte{}, tx.Get("a")...), letter...))
		return nil
	}
}

func failing(tx store.Tx) error {
	tx.Put("a", []byte("half"))
	return errNo
}

func TestMigrate(t *testing.T) {
	tests := []struct {
		name       string
		before     map[string]string
		migrations []store.Migration
		want       map[string]string
		err        error
		text       string
	}{
		{name: "empty store", want: map[string]string{"schema": "1"}},
		{
			name: "empty store of a later program", migrations: []store.Migration{suffixed("2"), suffixed("3")},
			want: map[string]string{"schema": "3"},
		},
		{
			name: "nothing to do", before: map[string]string{"schema": "2", "a": "x"}, migrations: []store.Migration{suffixed("2")},
			want: map[string]string{"schema": "2", "a": "x"},
		},
		{
			name: "two steps", before: map[string]string{"schema": "1", "a": "1"}, migrations: []store.Migration{suffixed("2"), suffixed("3")},
			want: map[string]string{"schema": "3", "a": "123"},
		},
		{
			name: "the last step", before: map[string]string{"schema": "2", "a": "12"}, migrations: []store.Migration{suffixed("2"), suffixed("3")},
			want: map[string]string{"schema": "3", "a": "123"},
		},
		{
			name: "the second step fails", before: map[string]string{"schema": "1", "a": "1"},
			migrations: []store.Migration{suffixed("2"), failing, suffixed("4")},
			want:       map[string]string{"schema": "2", "a": "12"}, err: errNo, text: "migration from store v2: no",
		},
		{
			name: "newer store", before: map[string]string{"schema": "7"}, migrations: []store.Migration{suffixed("2")},
			want: map[string]string{"schema": "7"}, err: store.ErrNewer, text: "store v7, binary knows v2",
		},
		{
			name: "no version", before: map[string]string{"a": "x"},
			want: map[string]string{"a": "x"}, err: store.ErrDamaged, text: `the store is damaged: it has keys ("a"), but no version`,
		},
		{
			name: "no number", before: map[string]string{"schema": "one"},
			want: map[string]string{"schema": "one"}, err: store.ErrDamaged, text: `its version reads "one"`,
		},
		{
			name: "no version that ever was", before: map[string]string{"schema": "0"},
			want: map[string]string{"schema": "0"}, err: store.ErrDamaged, text: `its version reads "0"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := with(t, tt.before)
			err := store.Migrate(t.Context(), s, tt.migrations...)
			if !errors.Is(err, tt.err) || tt.err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v: %s", err, tt.err, tt.text)
			}
			if diff := cmp.Diff(tt.want, storetest.Content(t, s)); diff != "" {
				t.Errorf("content (-want +got):\n%s", diff)
			}
		})
	}
}

// rival is a store in which somebody else migrates first, between our look and our
// transaction.
type rival struct {
	store.Store
	migrations []store.Migration
}

func (r *rival) Update(ctx context.Context, fn func(store.Tx) error) error {
	if migrations := r.migrations; migrations != nil {
		r.migrations = nil
		if err := store.Migrate(ctx, r.Store, migrations...); err != nil {
			return err
		}
	}
	return r.Store.Update(ctx, fn)
}

func TestMigrateTogether(t *testing.T) {
	migrations := []store.Migration{suffixed("2"), suffixed("3")}
	s := &rival{with(t, map[string]string{"schema": "1", "a": "1"}), migrations}
	if err := store.Migrate(t.Context(), s, migrations...); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"schema": "3", "a": "123"}
	if diff := cmp.Diff(want, storetest.Content(t, s)); diff != "" {
		t.Errorf("content after two programs have migrated (-want +got):\n%s", diff)
	}
}

func TestMigrateClosed(t *testing.T) {
	s := storetest.Memory()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), s); !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v, want %v", err, store.ErrClosed)
	}
}
