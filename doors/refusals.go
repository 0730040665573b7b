package doors

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/text"
)

const (
	// lines is how many refusals may be logged at once, and one more each refill.
	lines  = 20
	refill = 6 * time.Second
	// shown is how much of what a stranger wrote is logged, in characters.
	shown = 100
)

// secretPath begins the paths of links that carry a secret.
const secretPath = "/a/"

// Refusals takes note of requests that were turned away: each is counted, and one that might have been an alarm or a press leaves
// a line in the log, so that whoever mistyped an address finds out. Strangers cannot fill the log with it.
type Refusals struct {
	log    *slog.Logger
	total  *prometheus.CounterVec
	routes []string

	mu   sync.Mutex
	said map[sender]*ration
}

// A sender is who a request claims to come from. Each has a ration of its own: strangers who claim nothing do not use up that of
// SNS.
type sender string

const (
	fromSNS   sender = "SNS"
	fromSlack sender = "Slack"
	fromOther sender = "other"
)

// NewRefusals registers the metrics. routes are the paths that take a POST.
func NewRefusals(log *slog.Logger, reg prometheus.Registerer, routes []string) *Refusals {
	f := &Refusals{log: log, routes: routes, said: map[sender]*ration{},
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_http_refused_total",
			Help: "Requests that were answered with an error, by door and status.",
		}, []string{"door", "status"})}
	for _, door := range []string{"sns", "slack", "other"} {
		for _, status := range []int{http.StatusNotFound, http.StatusMethodNotAllowed} {
			f.total.WithLabelValues(door, strconv.Itoa(status))
		}
	}
	reg.MustRegister(f.total)
	return f
}

// Watch returns h, of which the refusals are taken note of.
func (f *Refusals) Watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Path
		heard := &statusWriter{ResponseWriter: w}
		h.ServeHTTP(heard, r)
		if heard.status >= http.StatusBadRequest {
			f.note(r, asked, heard, time.Now())
		}
	})
}

func (f *Refusals) note(r *http.Request, asked string, h *statusWriter, now time.Time) {
	door := doorOf(r.URL.Path)
	f.total.WithLabelValues(door, strconv.Itoa(h.status)).Inc()
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return // a browser, or somebody who looks around: no alarm is lost
	case door == "sns" || door == "slack" && h.status == http.StatusUnauthorized:
		return // the door itself says what was wrong
	case strings.HasPrefix(asked, secretPath):
		return // its page says what was wrong, and the path is as good as a password
	}
	from := senderOf(r)
	untold, ok := f.ration(from).take(now)
	if !ok {
		return
	}
	f.log.Warn("refused a request", "method", text.Clip(text.Line(r.Method), shown), "path",
		text.Clip(text.Line(asked), shown), "status", h.status,
		"why", text.Line(string(bytes.TrimSpace(h.begin))), "right_path", f.hint(from, asked), "sender", string(from), "from",
		r.RemoteAddr, "unreported", untold)
}

// hint names the path that was probably meant.
func (f *Refusals) hint(from sender, asked string) string {
	var own []string
	for _, route := range f.routes {
		if from == fromOther || (from == fromSNS) == (doorOf(route) == "sns") {
			own = append(own, route)
		}
	}
	if route := meant(asked, own); route != "" {
		return route
	}
	if from == fromOther {
		return ""
	}
	return strings.Join(own, " or ")
}

func doorOf(path string) string {
	switch {
	case path == "/sns":
		return "sns"
	case strings.HasPrefix(path, "/slack/"):
		return "slack"
	}
	return "other"
}

func senderOf(r *http.Request) sender {
	switch {
	case r.Header.Get("X-Amz-Sns-Message-Type") != "":
		return fromSNS
	case r.Header.Get("X-Slack-Signature") != "":
		return fromSlack
	}
	return fromOther
}

func (f *Refusals) ration(of sender) *ration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.said[of] == nil {
		f.said[of] = &ration{}
	}
	return f.said[of]
}

// A ration is so many lines, and some more as time goes by. The zero value is full.
type ration struct {
	mu         sync.Mutex
	used       int
	since      time.Time // when used was right
	unreported int       // since the last line
}

// take takes one line, if there is one, and returns how many got none before it.
func (r *ration) take(now time.Time) (untold int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if back := int(now.Sub(r.since) / refill); back > 0 {
		r.used = max(0, r.used-back)
		r.since = now
	}
	if r.used >= lines {
		r.unreported++
		return 0, false
	}
	r.used++
	untold, r.unreported = r.unreported, 0
	return untold, true
}

// statusWriter is a ResponseWriter that knows the status, and the first line of what is said about an error.
type statusWriter struct {
	http.ResponseWriter
	status int
	begin  []byte
}

// WriteHeader notes the status.
func (h *statusWriter) WriteHeader(status int) {
	if h.status == 0 || h.status < http.StatusOK {
		h.status = status
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write keeps the beginning of an error.
func (h *statusWriter) Write(p []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	if h.status >= http.StatusBadRequest && h.begin == nil {
		first, _, _ := bytes.Cut(p, []byte("\n"))
		h.begin = bytes.Clone(first[:min(len(first), shown)])
	}
	return h.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] through.
func (h *statusWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
