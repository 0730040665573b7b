package postmortems

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// literal writes a text so that Markdown shows it letter by letter, wherever in a line
// it stands: in a paragraph, a heading, a list, a cell of a table. The text comes out
// clean (see [clean]). Angle brackets and ampersands become references to characters,
// which Slack understands as well: what looks like a mention stays a text there too.
func literal(s string) string {
	s = tidy(s)
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	runes := []rune(s)
	for n, r := range runes {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r < unicode.MaxASCII && escaped(runes, n):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escaped reports whether the character at n needs a backslash. Where it would do
// nothing in its place it is left alone, since people read Markdown as it stands, too.
func escaped(s []rune, n int) bool {
	switch s[n] {
	case '\\', '`', '*', '[', ']', '~', '|', '$', '@', '{':
		return true
	case '_':
		return !alphanumeric(s, n-1) || !alphanumeric(s, n+1) // within a word it is a letter
	case '#':
		return !alphanumeric(s, n-1)
	case ':':
		return n == 0 || n+1 < len(s) && s[n+1] == '/' // https://
	case '.', ')':
		return endsNumber(s[:n]) || s[n] == '.' && endsWWW(s[:n])
	case '-', '+', '=':
		return n == 0
	}
	return false
}

func alphanumeric(s []rune, n int) bool {
	return n >= 0 && n < len(s) && s[n] < unicode.MaxASCII && (unicode.IsLetter(s[n]) || unicode.IsDigit(s[n]))
}

// endsNumber reports whether a text is nothing but digits: with a dot it would begin a
// list.
func endsNumber(s []rune) bool {
	return len(s) > 0 && !slices.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// endsWWW reports whether a text ends in www: with a dot it would begin a link.
func endsWWW(s []rune) bool {
	return len(s) >= 3 && strings.EqualFold(string(s[len(s)-3:]), "www")
}

// tidy is clean for a text that may have isolates of ours in it. If the text is not as
// we put it together they go, and if there are none it is isolated as a whole.
func tidy(s string) string {
	if strings.Contains(s, isolateStart) && balanced(s) {
		bare := strings.ReplaceAll(strings.ReplaceAll(s, isolateStart, ""), isolateEnd, "")
		if clean(bare) == bare {
			return s
		}
	}
	return said(s)
}

// balanced reports whether each isolate that is begun is ended before the next.
func balanced(s string) bool {
	open := false
	for _, r := range s {
		switch string(r) {
		case isolateStart:
			if open {
				return false
			}
			open = true
		case isolateEnd:
			if !open {
				return false
			}
			open = false
		}
	}
	return !open
}

// Hosts that links may lead to, and all names below them.
var (
	consoleHosts = []string{"console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com", "console.aws.eu"}
	messageHosts = []string{"slack.com", "slack-gov.com"}
)

// maxAddress is how long an address may be, in bytes, to be made a link.
const maxAddress = 3000

// link writes a link. An address that is not https, or leads elsewhere than to one of
// the hosts (any host, if there are none), is not made a link but shown.
func link(label, address string, hosts []string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Opaque != "" || !allowed(u.Hostname(), hosts) {
		return label + ": " + literal(clip(address, 300))
	}
	return "[" + label + "](" + destination(address) + ")"
}

func allowed(host string, hosts []string) bool {
	host = strings.ToLower(host)
	return len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool {
		return host == h || strings.HasSuffix(host, "."+h)
	})
}

// destination writes an address for Markdown: whatever could end it, or mean something
// there, is written as its code.
func destination(address string) string {
	var b strings.Builder
	for n := range len(address) {
		switch c := address[n]; {
		case c == '&':
			b.WriteString("&amp;")
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(":/?#@!;=,+%-._~$", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}

// maxMarks is how many events, or runs of events, are named in one place.
const maxMarks = 8

// marks names events: [e1, e4–e9].
func marks(seqs []int) string {
	seqs = slices.Compact(slices.Sorted(slices.Values(seqs)))
	var parts []string
	for n := 0; n < len(seqs); {
		end := n
		for end+1 < len(seqs) && seqs[end+1] == seqs[end]+1 {
			end++
		}
		if end-n < 2 { // two in a row are named one by one
			end = n
		}
		if len(parts) == maxMarks {
			parts = append(parts, "and "+strconv.Itoa(len(seqs)-n)+" more")
			break
		}
		part := "e" + strconv.Itoa(seqs[n])
		if end > n {
			part += "–e" + strconv.Itoa(seqs[end])
		}
		parts = append(parts, part)
		n = end + 1
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
