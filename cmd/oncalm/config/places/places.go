// Package places reads where things are that the configuration names: the store and folders of the machine, addresses
// to listen on, and links. What cannot be is an error; what depends on the machine is a warning, since a configuration
// may be checked on another one than it is for.
package places

import (
	"net"
	"net/url"
	"regexp"
	"strconv"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Address returns the reader of a listen address. Port 0 is any that is free, which tests use. Whether the address can be
// listened on, the start finds out.
func Address(to *string) func(reading.Value) {
	return func(v reading.Value) {
		const wanted = "host:port or :port, such as :8080"
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		_, port, err := net.SplitHostPort(s)
		n, portErr := strconv.Atoi(port)
		if err != nil || portErr != nil || n < 0 || n > 65535 {
			v.Errorf("expected "+wanted, "%s is not an address to listen on", reading.Quote(v.Text()))
			return
		}
		*to = s
	}
}

// Collide reports whether one address is, or holds, the other. Port 0 is another one each time. An empty host, 0.0.0.0 and
// :: are all addresses of the machine. Names are compared as they are written: what they stand for may change.
func Collide(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	all := func(host string) bool { ip := net.ParseIP(host); return host == "" || ip != nil && ip.IsUnspecified() }
	return hostA == hostB || all(hostA) || all(hostB) || Loopback(hostA) && Loopback(hostB)
}

// Link reads an https URL. Plain http is good enough for this machine itself. Links are shown to people and followed by
// browsers, so there is no user or password in them.
func Link(v reading.Value, such string) (string, bool) {
	s, ok := v.Filled("a URL such as " + such)
	if !ok {
		return "", false
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		v.Errorf("write one such as "+such, "%s is not a URL", reading.Quote(v.Text()))
		return "", false
	case u.User != nil:
		v.Errorf("write it without user and password", "%s has a user in its URL", v.Key)
		return "", false
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		v.Errorf("write https://", "%s is not an https URL", reading.Quote(v.Text()))
		return "", false
	}
	return s, true
}

// Loopback reports whether a host is this machine itself.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// channelForm is the form of ids of channels: C, or G of private ones that are old.
var channelForm = regexp.MustCompile(`^[CG][A-Z0-9]{2,30}$`)

// Channel reads the id of a channel in Slack. A name is refused, since channels are renamed.
func Channel(v reading.Value) (id string, ok bool) {
	id, ok = v.Filled("the id of a channel, such as C0INCIDENTS")
	if ok && !channelForm.MatchString(id) {
		v.Errorf("give its id, which begins with C and is at the bottom of the channel's details",
			"%s is not the id of a Slack channel", reading.Quote(v.Text()))
		return "", false
	}
	if ok {
		Genuine(v, id, "give the id of your channel, which is at the bottom of its details")
	}
	return id, ok
}
