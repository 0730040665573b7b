// Package gsm knows how long an SMS may be, and cuts what is too long.
//
// A text in the alphabet of GSM 03.38 has room for 160 characters in one message; some of them, such as brackets, count twice. One
// character outside of it makes the whole text UCS-2, of which two parts of 67 units are sent: 134. More parts cost more each, come
// one by one, and on some lines not at all.
package gsm

import (
	"strings"
	"unicode/utf16"
)

// Limits of one message.
const (
	septets = 160 // of one part in GSM's alphabet
	units   = 134 // of two parts in UCS-2
)

const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà"
	doubled = "^{}\\[~]|€\f"
)

// Septets is how long a text is in GSM's alphabet, and false if it cannot be written in it.
func Septets(s string) (n int, ok bool) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(basic, r):
			n++
		case strings.ContainsRune(doubled, r):
			n += 2
		default:
			return 0, false
		}
	}
	return n, true
}

// Fits reports whether a text is one message of GSM's alphabet, or two parts in UCS-2.
func Fits(s string) bool {
	if n, ok := Septets(s); ok {
		return n <= septets
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n <= units
}

// cut marks that something is missing.
const cut = "..."

// Fit puts a text together of which head and tail are never cut: the body is, at the end of a word if it has any, until all of it
// fits. Signs that only look better than those of GSM are replaced. If head and tail alone are too long, there is no body.
func Fit(head, body, tail string) string {
	head, body, tail = plain.Replace(head), strings.TrimSpace(plain.Replace(body)), plain.Replace(tail)
	if whole := head + body + tail; Fits(whole) {
		return whole
	}
	letters := []rune(body)
	letters = letters[:min(len(letters), septets)]
	first := "" // the longest that fits, if there is no end of a word
	for n := len(letters); n > 0; n-- {
		part := strings.TrimRight(string(letters[:n]), " .,;:-") + cut
		if !Fits(head + part + tail) {
			continue
		}
		if first == "" {
			first = part
		}
		if n < len(letters) && letters[n] == ' ' {
			return head + part + tail
		}
	}
	return head + first + tail
}

// plain replaces what phones and people write for signs of GSM's alphabet.
var plain = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "`", "'", "´", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"–", "-", "—", "-", "−", "-", "‑", "-", "‐", "-", "…", "...", "\u00a0", " ", "\u2009", " ", "\u202f", " ", "•", "*", "·", "-",
	"→", "->", "≥", ">=", "≤", "<=", "×", "x", "\t", " ")
