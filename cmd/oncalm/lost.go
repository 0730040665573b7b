package main

import (
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
)

// lastWords is how long people are tried to be told, before the end, that it is the end.
const lastWords = 5 * time.Second

// lost is what is done when the store failed under the server, before that ends: what the
// file held is saved if the file is gone, and people are told.
func (h *house) lost(ctx context.Context, cause error) {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	kept := ""
	if errors.Is(cause, store.ErrGone) {
		kept = h.salvage(ctx)
	}
	h.log.Error("the store failed, so the server stops", "err", cause, "copy", kept)
	h.app.self.End(ctx, cause, kept)
}

// salvage writes what the file held that is gone, and that only this process has open, beside
// where it was. It returns the name of the copy, "" if there could be none.
func (h *house) salvage(ctx context.Context) string {
	kept := cli.ReplacedName(h.db.Path(), time.Now())
	err := h.db.BackupFile(ctx, kept)
	if errors.Is(err, store.ErrUnknownOutcome) { // that of a commit which was under way: nobody has its answer, and none follows
		err = h.db.BackupFile(ctx, kept)
	}
	if err != nil {
		h.log.Error("the contents of the store cannot be saved", "err", err)
		return ""
	}
	return kept
}
