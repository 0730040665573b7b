package door

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"

	"github.com/oncalm/oncalm/bot/slack/incoming"
)

// A route is an address of ours.
type route struct {
	path string
	kind string // the content type of what Slack sends there
	read incoming.Parser
}

// routes are all addresses. What Slack signs is a body alone: not the address that it is for, nor how it is to be read. A part of
// that body is written by others, so a body of one kind must never be read as one of another: each address takes its own.
func routes() []route {
	const form = "application/x-www-form-urlencoded"
	return []route{
		{"/slack/commands", form, incoming.PostedCommand},
		{"/slack/interactions", form, incoming.PostedInteraction},
		{"/slack/events", "application/json", incoming.Event},
	}
}

// routeTo is the route of a path; nil for addresses that we do not have.
func routeTo(path string) *route {
	for _, r := range routes() {
		if r.path == path {
			return &r
		}
	}
	return nil
}

// takes reports whether a request says, once, that its body is of the route's kind. Parameters such as a charset do not matter.
func (to *route) takes(r *http.Request) bool {
	said := r.Header["Content-Type"]
	if len(said) != 1 {
		return false
	}
	media, _, err := mime.ParseMediaType(said[0])
	return err == nil && media == to.kind
}

// answer has a body that Slack signed parsed and handled: 200, unless it is not what Slack sends, or is to come again.
func (d *door) answer(w http.ResponseWriter, r *http.Request, to *route, body []byte) {
	p, err := to.read(body, digest(r))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply := d.desk.Serve(r.Context(), p)
	switch {
	case reply.Again:
		http.Error(w, "still starting", http.StatusServiceUnavailable) // Slack tries again
	case p.Challenge != "":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, p.Challenge) // a caller who hung up hears nothing
	case reply.JSON != "":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, reply.JSON)
	}
}

// digest names a request that came without an id of its own.
func digest(r *http.Request) string {
	sum := sha256.Sum256([]byte(r.Header.Get("X-Slack-Signature")))
	return hex.EncodeToString(sum[:])
}
