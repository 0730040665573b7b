package bot

import (
	"bytes"
	"context"
	"time"

	"github.com/slack-go/slack"
)

// A file is a picture for somebody.
type file struct {
	name, title string
	alt         string // says in words what it shows
	data        []byte
}

// upload sends a file as a direct message. What came of it is noted under a key.
func (s *sender) upload(ctx context.Context, key, user string, f file) error {
	err := s.uploadTo(ctx, user, f)
	s.note(key, user, err, time.Now(), false)
	return err
}

func (s *sender) uploadTo(ctx context.Context, user string, f file) error {
	channel, err := s.dm(ctx, user)
	if err != nil {
		return err
	}
	_, err = s.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: bytes.NewReader(f.data), FileSize: len(f.data), Filename: f.name, Title: f.title, AltTxt: f.alt, Channel: channel,
	})
	return s.settle("files.upload", err)
}

// dm is the channel of the direct messages with somebody.
func (s *sender) dm(ctx context.Context, user string) (channel string, err error) {
	if channel, known := s.dms.get(user); known {
		return channel, nil
	}
	if channel, err = s.openDM(ctx, user); err == nil {
		s.dms.set(user, channel)
	}
	return channel, err
}
