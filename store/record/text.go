package record

import "unicode/utf8"

const hex = "0123456789abcdef"

// appendText appends s as a JSON string. Like encoding/json it escapes also what would be dangerous inside of HTML or
// JavaScript, and puts U+FFFD for each byte that is not UTF-8.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0 // of what is not written yet and can stay as it is
	for i := plain(s); i < len(s); i += plain(s[i:]) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < utf8.RuneSelf || r == '\u2028' || r == '\u2029' || r == utf8.RuneError && size == 1 {
			dst = appendEscaped(append(dst, s[start:i]...), r)
			start = i + size
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

// plain returns how many bytes at the beginning of s are ASCII that needs no escaping. Texts are long and nearly all
// plain, so it looks at eight bytes at once.
func plain(s string) (n int) {
	const each, top = 0x0101010101010101, 0x8080808080808080
	for ; len(s)-n >= 8; n += 8 {
		b := s[n : n+8]
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		// In bytes below 0x80, adding 0x7f sets the top bit unless they are 0, and adding 0x60 does from ' ' on.
		ok := w + 0x60*each
		ok &= (w ^ '\\'*each) + 0x7f*each
		ok &= ((w | 4*each) ^ '&'*each) + 0x7f*each // nor '"', which is '&' without that bit
		ok &= ((w | 2*each) ^ '>'*each) + 0x7f*each // nor '<'
		if ok&^w&top != top {
			break
		}
	}
	for n < len(s) && plainByte(s[n]) {
		n++
	}
	return n
}

func plainByte(c byte) bool {
	return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
