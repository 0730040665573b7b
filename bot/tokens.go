package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// A token is a word of what a person typed.
type token struct {
	text string // entities taken back, quotes taken off; of a mention its id, of a link its address
	kind tokenKind
	from int // where it begins in the text
}

type tokenKind int

const (
	wordToken tokenKind = iota
	userToken
	channelToken
	groupToken
	linkToken
)

// quotes are pairs that hold words together. Telephones turn straight ones into others.
func closing(r rune) (end string, ok bool) {
	switch r {
	case '"', '“', '”', '„', '‟', '″':
		return `"“”„‟″`, true
	case '«':
		return "»", true
	case '»':
		return "«»", true
	case '\'', '‘', '’', '‚', '‛':
		return "'‘’‚‛", true
	}
	return "", false
}

// tokens splits what a person typed, as Slack delivers it: words between spaces of any kind, quoted words, and in pointed
// brackets what Slack recognised. It takes any text and never fails.
func tokens(typed string) []token {
	var all []token
	for at := 0; at < len(typed); {
		r, size := utf8.DecodeRuneInString(typed[at:])
		switch {
		case unicode.IsSpace(r), text.Hidden(r):
			at += size
		case r == '<':
			t, end := bracket(typed, at)
			all, at = append(all, t), end
		default:
			t, end := wordAt(typed, at)
			all, at = append(all, t), end
		}
	}
	return all
}

// wordAt reads a word, or what stands in quotes.
func wordAt(typed string, at int) (t token, end int) {
	first, size := utf8.DecodeRuneInString(typed[at:])
	if ends, ok := closing(first); ok {
		if n := strings.IndexAny(typed[at+size:], ends); n >= 0 {
			end = at + size + n
			_, last := utf8.DecodeRuneInString(typed[end:])
			return token{text: unescape(typed[at+size : end]), from: at}, end + last
		}
	}
	end = at
	for end < len(typed) {
		r, size := utf8.DecodeRuneInString(typed[end:])
		if unicode.IsSpace(r) || r == '<' {
			break
		}
		end += size
	}
	return token{text: text.Clean(unescape(typed[at:end])), from: at}, end
}

// bracket reads what Slack put into pointed brackets. What people type themselves never has them: it arrives as entities.
func bracket(typed string, at int) (t token, end int) {
	inside, _, ok := strings.Cut(typed[at+1:], ">")
	if !ok {
		return token{text: text.Clean(unescape(typed[at+1:])), from: at}, len(typed)
	}
	end = at + 1 + len(inside) + 1
	id, label, _ := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(id, "@"):
		return token{text: id[1:], kind: userToken, from: at}, end
	case strings.HasPrefix(id, "#"):
		return token{text: id[1:], kind: channelToken, from: at}, end
	case strings.HasPrefix(id, "!subteam^"):
		return token{text: id[len("!subteam^"):], kind: groupToken, from: at}, end
	case strings.HasPrefix(id, "!"):
		if label == "" {
			label = "@" + id[1:]
		}
		return token{text: text.Clean(unescape(label)), from: at}, end
	}
	return token{text: unescape(strings.TrimPrefix(id, "mailto:")), kind: linkToken, from: at}, end
}

// unescape takes back the only three entities that Slack makes, and only once.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// readable is what a person typed as others would read it: mentions as names, links as addresses.
func (b *Bot) readable(typed string) string {
	var out strings.Builder
	for typed != "" {
		before, _, found := strings.Cut(typed, "<")
		out.WriteString(unescape(before))
		if !found {
			break
		}
		t, end := bracket(typed, len(before))
		out.WriteString(b.mention(t, typed[len(before):end]))
		typed = typed[end:]
	}
	return strings.TrimSpace(text.Clean(out.String()))
}

// mention is how a token in pointed brackets reads: of a person their name, if we know it.
func (b *Bot) mention(t token, raw string) string {
	_, label, _ := strings.Cut(strings.Trim(raw, "<>"), "|")
	sign := map[tokenKind]string{userToken: "@", channelToken: "#", groupToken: "@"}[t.kind]
	switch {
	case sign == "":
		return t.text
	case t.kind == userToken && b.users[t.text] != "":
		return "@" + b.users[t.text]
	case label != "":
		return sign + strings.TrimPrefix(unescape(label), sign)
	}
	return sign + t.text
}
