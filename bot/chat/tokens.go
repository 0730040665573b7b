package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// A Token is a word of what a person typed.
type Token struct {
	Text string // entities taken back, quotes taken off; of a mention its id, of a link its address
	Kind TokenKind
	From int // where it begins in the text
}

// TokenKind is what Slack recognised in a word.
type TokenKind int

// The kinds; a WordToken is what Slack did not recognise.
const (
	WordToken TokenKind = iota
	UserToken
	ChannelToken
	GroupToken
	LinkToken
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

// Tokens splits what a person typed, as Slack delivers it: words between spaces of any kind, quoted words, and in pointed
// brackets what Slack recognised. It takes any text and never fails.
func Tokens(typed string) []Token {
	var all []Token
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
func wordAt(typed string, at int) (t Token, end int) {
	first, size := utf8.DecodeRuneInString(typed[at:])
	if ends, ok := closing(first); ok {
		if n := strings.IndexAny(typed[at+size:], ends); n >= 0 {
			end = at + size + n
			_, last := utf8.DecodeRuneInString(typed[end:])
			return Token{Text: unescape(typed[at+size : end]), From: at}, end + last
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
	return Token{Text: text.Clean(unescape(typed[at:end])), From: at}, end
}

// bracket reads what Slack put into pointed brackets. What people type themselves never has them: it arrives as entities.
func bracket(typed string, at int) (t Token, end int) {
	inside, _, ok := strings.Cut(typed[at+1:], ">")
	if !ok {
		return Token{Text: text.Clean(unescape(typed[at+1:])), From: at}, len(typed)
	}
	end = at + 1 + len(inside) + 1
	id, label, _ := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(id, "@"):
		return Token{Text: id[1:], Kind: UserToken, From: at}, end
	case strings.HasPrefix(id, "#"):
		return Token{Text: id[1:], Kind: ChannelToken, From: at}, end
	case strings.HasPrefix(id, "!subteam^"):
		return Token{Text: id[len("!subteam^"):], Kind: GroupToken, From: at}, end
	case strings.HasPrefix(id, "!"):
		if label == "" {
			label = "@" + id[1:]
		}
		return Token{Text: text.Clean(unescape(label)), From: at}, end
	}
	return Token{Text: unescape(strings.TrimPrefix(id, "mailto:")), Kind: LinkToken, From: at}, end
}

// unescape takes back the only three entities that Slack makes, and only once.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// Readable is what a person typed as others would read it: mentions as names, links as addresses.
func (r *Router) Readable(typed string) string {
	var out strings.Builder
	for typed != "" {
		before, _, found := strings.Cut(typed, "<")
		out.WriteString(unescape(before))
		if !found {
			break
		}
		t, end := bracket(typed, len(before))
		out.WriteString(r.mention(t, typed[len(before):end]))
		typed = typed[end:]
	}
	return strings.TrimSpace(text.Clean(out.String()))
}

// mention is how a token in pointed brackets reads: of a person their name, if we know it.
func (r *Router) mention(t Token, raw string) string {
	_, label, _ := strings.Cut(strings.Trim(raw, "<>"), "|")
	sign := map[TokenKind]string{UserToken: "@", ChannelToken: "#", GroupToken: "@"}[t.Kind]
	switch {
	case sign == "":
		return t.Text
	case t.Kind == UserToken && r.users[t.Text] != "":
		return "@" + r.users[t.Text]
	case label != "":
		return sign + strings.TrimPrefix(unescape(label), sign)
	}
	return sign + t.Text
}
