package slackfake

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// file is an upload: first promised, then sent, then completed.
type file struct {
	FileRef
	alt      string
	length   int
	content  []byte
	sent     bool
	complete bool
}

func (s *Slack) fileByID(id string) *file {
	i := slices.IndexFunc(s.files, func(f *file) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return s.files[i]
}

func (s *Slack) fileURL(a wire.Args) (wire.Answer, error) {
	length, err := strconv.Atoi(a["length"])
	if a["filename"] == "" || err != nil || length <= 0 {
		return nil, wire.Refuse("invalid_arguments")
	}
	f := &file{FileRef: FileRef{ID: s.id("F"), Name: a["filename"]}, alt: a["alt_txt"], length: length}
	s.files = append(s.files, f)
	host := s.opts.BaseURL
	if host == "" {
		host = "https://files.slack.com"
	}
	return wire.Answer{"upload_url": host + "/upload/v1/" + f.ID, "file_id": f.ID}, nil
}

// upload takes the bytes of a file, raw or as a multipart form.
func (s *Slack) upload(path, ctype string, body []byte) (wire.Answer, error) {
	f := s.fileByID(path[strings.LastIndex(path, "/")+1:])
	if f == nil || f.sent {
		return nil, &wire.Refusal{Code: "file_not_found", Status: http.StatusNotFound}
	}
	content, err := fileBytes(ctype, body)
	if err != nil || len(content) != f.length {
		return nil, &wire.Refusal{Code: "length_mismatch", Status: http.StatusBadRequest}
	}
	f.content, f.sent = content, true
	return wire.Answer{}, nil
}

func fileBytes(ctype string, body []byte) ([]byte, error) {
	if !strings.HasPrefix(ctype, "multipart/form-data") {
		return body, nil
	}
	_, params, err := mime.ParseMediaType(ctype)
	if err != nil {
		return nil, err
	}
	for form := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func (s *Slack) fileComplete(a wire.Args) (wire.Answer, error) {
	var wanted []FileRef
	if json.Unmarshal([]byte(a["files"]), &wanted) != nil || len(wanted) == 0 {
		return nil, wire.Refuse("invalid_arguments")
	}
	var refs []FileRef
	for _, w := range wanted {
		f := s.fileByID(w.ID)
		if f == nil || !f.sent {
			return nil, wire.Refuse("file_not_found")
		}
		f.Title, f.complete = w.Title, true
		if f.Title == "" {
			f.Title = f.Name
		}
		refs = append(refs, f.FileRef)
	}
	channels := a.List("channels")
	if a["channel_id"] != "" {
		channels = append(channels, a["channel_id"])
	}
	for _, id := range channels {
		c, err := s.target(id)
		if err != nil {
			return nil, err
		}
		s.add(c, Message{
			User: s.opts.BotUserID, Bot: true, Subtype: "file_share",
			Text: a["initial_comment"], ThreadTS: a["thread_ts"], Files: refs,
		})
	}
	return wire.Answer{"files": refs}, nil
}

// File returns the bytes of an uploaded file.
func (s *Slack) File(id string) (name string, content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fileByID(id)
	if f == nil || !f.complete {
		return "", nil, false
	}
	return f.Name, slices.Clone(f.content), true
}
