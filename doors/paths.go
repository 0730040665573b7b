package doors

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/nearest"
)

// Tidy returns h, for which a path that is almost one of routes is that one: with a slash, a space or a capital too many. Nobody is
// redirected: SNS does not follow.
func Tidy(h http.Handler, routes []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(routes, r.URL.Path) {
			h.ServeHTTP(w, r)
			return
		}
		if tidy := tidied(r.URL.Path); slices.Contains(routes, tidy) {
			u := *r.URL
			u.Path, u.RawPath = tidy, ""
			r.URL = &u // not a copy of the request: the server looks at this one
		}
		h.ServeHTTP(w, r)
	})
}

func tidied(p string) string { return strings.ToLower(path.Clean("/" + strings.TrimSpace(p))) }

// meant is the one of routes that a path was probably meant to be, or "". A prefix does not matter: many a proxy leaves one.
func meant(p string, routes []string) string {
	p = tidied(p)
	if len(p) > 200 {
		return "" // not by mistake
	}
	for rest := p; ; {
		if route := nearest.Of(rest, routes); route != "" {
			return route
		}
		cut := strings.IndexByte(rest[1:], '/')
		if cut < 0 {
			return ""
		}
		rest = rest[1+cut:]
	}
}
