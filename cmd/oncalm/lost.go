package main

import (
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/bot"
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
	h.log.Error("the store failed, so the server ends", "err", cause, "copy", kept)
	now := time.Now()
	h.app.self.tell(ctx, endPage(now, cause, kept), h.app.self.audience(ctx, now), map[string]bool{})
}

// salvage writes what the file held that is gone, and that only this process has open, beside
// where it was. It returns the name of the copy, "" if there could be none.
func (h *house) salvage(ctx context.Context) string {
	kept := replacedName(h.db.Path(), time.Now())
	if err := h.db.BackupFile(ctx, kept); err != nil {
		h.log.Error("what the store held cannot be saved", "err", err)
		return ""
	}
	return kept
}

// replacedName is where a store is kept that is not at its place any more.
func replacedName(path string, now time.Time) string {
	return path + ".replaced-" + now.UTC().Format("20060102T150405.000Z")
}

func endPage(now time.Time, cause error, kept string) bot.SelfPage {
	text := "It ends now: " + cause.Error() + ". Until it is started again nobody is paged; SNS keeps alarms for as long as the retries of the subscription last. "
	switch {
	case kept != "":
		text += "What the store held is in " + kept + ". Stop Oncalm, put that back with: oncalm restore -force " + kept + ", and start it. Without that it starts without the incidents that are open."
	case errors.Is(cause, store.ErrGone):
		text += "Stop Oncalm, and put the file back, or a backup with: oncalm restore -force BACKUP."
	default:
		text += "Look at the disk, and start it again."
	}
	return bot.SelfPage{
		Key: "end/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🔴 Oncalm has lost its store", Text: text,
	}
}
