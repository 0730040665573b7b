package markdown

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// literal writes a text so that Markdown shows it letter by letter (see [text.Markdown]), and tidy (see
// [wording.Tidy]).
func literal(s string) string { return text.Markdown(wording.Tidy(s)) }

// Hosts that links may lead to, and all names below them. They are those of the four partitions, and of Slack and GovSlack.
var (
	consoleHosts = []string{
		"console.aws.amazon.com",
		"console.amazonaws.cn",
		"console.amazonaws-us-gov.com",
		"console.aws.eu",
	}
	messageHosts = []string{"slack.com", "slack-gov.com"}
)

// maxAddress is how long an address may be, in bytes, to be made a link. Longer ones are shown in part.
const maxAddress = 3000

// link writes a link. An address that is not https, or leads elsewhere than to one of
// the hosts (any host, if there are none), is not made a link but shown.
func link(label, address string, hosts []string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.Opaque != "" ||
		!allowed(u.Hostname(), hosts) {
		return label + ": " + literal(text.Clip(address, 300))
	}
	return "[" + label + "](" + destination(address) + ")"
}

// allowed reports whether a host is one of those, or below one of them.
func allowed(host string, hosts []string) bool {
	host = strings.ToLower(host)
	return len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool {
		return host == h || strings.HasSuffix(host, "."+h)
	})
}

// destination writes an address for Markdown: whatever could end it, or mean something
// there, is written as its code. It goes byte by byte, so a character of several bytes becomes several codes, as RFC 3986
// has it. & is an entity: it would else begin one.
func destination(address string) string {
	var b strings.Builder
	for n := range len(address) {
		switch c := address[n]; {
		case c == '&':
			b.WriteString("&amp;")
		case 'a' <= c && c <= 'z',
			'A' <= c && c <= 'Z',
			'0' <= c && c <= '9',
			strings.IndexByte(":/?#@!;=,+%-._~$", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}
