package slack

import (
	"bytes"
	"context"
	"time"

	"github.com/slack-go/slack"
)

// A File is a picture for somebody.
type File struct {
	Name, Title string
	Alt         string // says in words what it shows
	Data        []byte
}

// Upload sends a file as a direct message. What came of it is noted under a key.
func (s *Sender) Upload(ctx context.Context, key, user string, f File) error {
	channel, err := s.dm(ctx, user)
	if err == nil {
		err = s.upload(ctx, Ref{Channel: channel}, f)
	}
	s.note(key, user, err, time.Now(), false)
	return err
}

// Attach sends a file into the thread of a message, or into a channel if there is no message. What came of it is noted under a key.
func (s *Sender) Attach(ctx context.Context, key string, to Ref, f File) error {
	err := s.upload(ctx, to, f)
	s.note(key, to.Channel, err, time.Now(), false)
	return err
}

func (s *Sender) upload(ctx context.Context, to Ref, f File) error {
	_, err := s.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: bytes.NewReader(f.Data), FileSize: len(f.Data), Filename: f.Name, Title: f.Title, AltTxt: f.Alt,
		Channel: to.Channel, ThreadTimestamp: to.TS,
	})
	return s.settle("files.upload", err)
}

// dm is the channel of the direct messages with somebody.
func (s *Sender) dm(ctx context.Context, user string) (channel string, err error) {
	if channel, known := s.dms.get(user); known {
		return channel, nil
	}
	if channel, err = s.openDM(ctx, user); err == nil {
		s.dms.set(user, channel)
	}
	return channel, err
}
