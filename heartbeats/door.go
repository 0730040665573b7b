package heartbeats

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Route is where beats over HTTP go, with the name behind it.
const Route = "/beat/"

// A Door takes beats in, for the public listener. Whoever has not the right token learns nothing, not even which heartbeats there
// are: a name that is not known is answered as a token that is wrong.
type Door struct{ Desk *Desk }

// Register adds the door, if there is a heartbeat with a token.
func (d *Door) Register(mux *http.ServeMux) {
	for _, h := range d.Desk.Heartbeats {
		if h.HasToken() {
			mux.HandleFunc(Route+"{name}", d.serve)
			return
		}
	}
}

// answer is what somebody is told who beats.
type answer struct {
	Heartbeat string `json:"heartbeat,omitempty"`
	// Next is when the next beat is expected, at the latest; it is missing after the grace.
	Next  time.Time `json:"next,omitzero"`
	Error string    `json:"error,omitempty"`
}

func (d *Door) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		say(w, http.StatusMethodNotAllowed, answer{Error: "beat with POST"})
		return
	}
	h, ok := d.who(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", "Bearer")
		say(w, http.StatusUnauthorized, answer{Error: "not the token of this heartbeat, or no such heartbeat"})
		return
	}
	if err := d.Desk.keep(r.Context(), h.Name); err != nil {
		d.Desk.Log.Error("a beat could not be kept", "heartbeat", h.Name, "err", err)
		w.Header().Set("Retry-After", "5")
		say(w, http.StatusServiceUnavailable, answer{Error: "the beat could not be kept; try again"})
		return
	}
	say(w, http.StatusOK, answer{Heartbeat: h.Name, Next: d.Desk.Clock.Now().UTC().Add(h.Every).Truncate(time.Second)})
}

// who is the heartbeat of a request that has its token. All that it does takes the same time for a name that is not known, and for a
// token of any content: only what was hashed is compared.
func (d *Door) who(r *http.Request) (Heartbeat, bool) {
	const longest = 4 << 10
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	h, known := d.Desk.named(r.PathValue("name"))
	token = strings.TrimSpace(token)
	if len(token) > longest {
		token = ""
	}
	sum := sha256.Sum256([]byte(token))
	same := subtle.ConstantTimeCompare(sum[:], h.Token[:]) == 1
	return h, same && known && h.HasToken() && strings.EqualFold(scheme, "Bearer")
}

func say(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // whoever has gone away needs no answer
}
