package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
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
func tokens(text string) []token {
	var all []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case unicode.IsSpace(r), hidden(r):
			at += size
		case r == '<':
			t, end := bracket(text, at)
			all, at = append(all, t), end
		default:
			t, end := wordAt(text, at)
			all, at = append(all, t), end
		}
	}
	return all
}

// wordAt reads a word, or what stands in quotes.
func wordAt(text string, at int) (t token, end int) {
	first, size := utf8.DecodeRuneInString(text[at:])
	if ends, ok := closing(first); ok {
		if n := strings.IndexAny(text[at+size:], ends); n >= 0 {
			end = at + size + n
			_, last := utf8.DecodeRuneInString(text[end:])
			return token{text: unescape(text[at+size : end]), from: at}, end + last
		}
	}
	end = at
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if unicode.IsSpace(r) || r == '<' {
			break
		}
		end += size
	}
	return token{text: clean(unescape(text[at:end])), from: at}, end
}

// bracket reads what Slack put into pointed brackets. What people type themselves never has them: it arrives as entities.
func bracket(text string, at int) (t token, end int) {
	inside, _, ok := strings.Cut(text[at+1:], ">")
	if !ok {
		return token{text: clean(unescape(text[at+1:])), from: at}, len(text)
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
		return token{text: clean(unescape(label)), from: at}, end
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
func (b *Bot) readable(text string) string {
	var out strings.Builder
	for text != "" {
		before, _, found := strings.Cut(text, "<")
		out.WriteString(unescape(before))
		if !found {
			break
		}
		t, end := bracket(text, len(before))
		out.WriteString(b.mention(t, text[len(before):end]))
		text = text[end:]
	}
	return strings.TrimSpace(clean(out.String()))
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
