package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// files answers files.* and takes uploads.
type files struct {
	ws  *workspace.Workspace
	may *access
}

// url answers files.getUploadURLExternal, the first of three steps: an address, the bytes (upload), and the word that all
// are there (complete).
func (s files) url(a wire.Args) (wire.Answer, error) {
	length, err := strconv.Atoi(a["length"])
	if a["filename"] == "" || err != nil || length <= 0 {
		return nil, wire.Refuse("invalid_arguments")
	}
	ref := workspace.FileRef{ID: s.ws.IDs.New("F"), Name: a["filename"]}
	ref.Alt = a["alt_txt"]
	f := &workspace.File{FileRef: ref, Length: length}
	s.ws.Files = append(s.ws.Files, f)
	host := s.ws.App.BaseURL
	if host == "" {
		host = "https://files.slack.com"
	}
	return wire.Answer{"upload_url": host + "/upload/v1/" + f.ID, "file_id": f.ID}, nil
}

// upload takes the bytes of a file, raw or as a multipart form. An address takes one file of the length that was announced.
func (s files) upload(path, ctype string, body []byte) (wire.Answer, error) {
	f := s.ws.File(path[strings.LastIndex(path, "/")+1:])
	if f == nil || f.Sent {
		return nil, &wire.Refusal{Code: "file_not_found", Status: http.StatusNotFound}
	}
	content, err := fileBytes(ctype, body)
	if err != nil || len(content) != f.Length {
		return nil, &wire.Refusal{Code: "length_mismatch", Status: http.StatusBadRequest}
	}
	f.Content, f.Sent = content, true
	return wire.Answer{}, nil
}

// fileBytes are those of the first part that has a file's name, in a form, or all.
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

// complete posts the files where it is told to. Without a channel they belong to nobody but the bot, which can show them in
// blocks.
func (s files) complete(a wire.Args) (wire.Answer, error) {
	var wanted []workspace.FileRef
	if json.Unmarshal([]byte(a["files"]), &wanted) != nil || len(wanted) == 0 {
		return nil, wire.Refuse("invalid_arguments")
	}
	var refs []workspace.FileRef
	for _, w := range wanted {
		f := s.ws.File(w.ID)
		if f == nil || !f.Sent {
			return nil, wire.Refuse("file_not_found")
		}
		f.Title, f.Complete = w.Title, true
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
		c, err := s.may.target(id)
		if err != nil {
			return nil, err
		}
		s.ws.Add(c, workspace.Message{
			User: s.ws.App.BotUserID, Bot: true, Subtype: "file_share",
			Text: a["initial_comment"], ThreadTS: a["thread_ts"], Files: refs,
		})
	}
	return wire.Answer{"files": refs}, nil
}
