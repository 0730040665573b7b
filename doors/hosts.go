package doors

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Hosts returns h behind a look at the host that a request is for. What listens on this machine alone is read by the browsers on
// it, and a stranger's page can have a name of the stranger's that leads to this machine (DNS rebinding): to the browser it is then
// the same site. Such requests get a 421.
//
// listen is the address that is listened on. If it is on loopback, a request is for localhost, a loopback address, or one of names;
// names are hosts or URLs. If listen is not on loopback, who may call it what is not known, and h is returned as it is.
func Hosts(h http.Handler, listen, remedy string, names ...string) http.Handler {
	own := hostOf(listen)
	if !loopback(own) {
		return h
	}
	return Named(h, loopback, remedy, append(names, listen)...)
}

// Named returns h, which answers only what is for one of names, for no host at all, or for a host that also allows.
func Named(h http.Handler, also func(host string) bool, remedy string, names ...string) http.Handler {
	var own []string
	for _, name := range names {
		if host := hostOf(name); host != "" {
			own = append(own, host)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostOf(r.Host)
		if host != "" && !also(host) && !slices.Contains(own, host) {
			http.Error(w, "this host name is not served here; "+remedy, http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// hostOf is the host of an address or URL, as hosts are compared.
func hostOf(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Host
	}
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(s, "[]"), "."))
}

// loopback reports whether a host is this machine and nothing else.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

// OnThisMachine reports whether a host is this machine, or an address: nobody can let such a name lead elsewhere.
func OnThisMachine(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || loopback(host)
}
