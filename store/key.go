package store

import "strings"

const hexDigits = "0123456789ABCDEF"

// Key joins parts with "/". Inside a part "/", "%" and control bytes are written
// as %XX, so that no part, whatever outsiders put into it, can reach into another
// key's place. Parts made of other bytes keep their order.
func Key(parts ...string) string {
	n := len(parts)
	for _, p := range parts {
		n += len(p)
	}
	var b strings.Builder
	b.Grow(n)
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		escape(&b, p)
	}
	return b.String()
}

func escape(b *strings.Builder, part string) {
	for i := 0; i < len(part); i++ {
		c := part[i]
		if c > ' ' && c != '/' && c != '%' && c != 0x7f {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
}

// Parts is the inverse of [Key], for one part or more: the empty key is that of one
// empty part, and of none.
func Parts(key string) []string {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = unescape(p)
	}
	return parts
}

func unescape(part string) string {
	if !strings.Contains(part, "%") {
		return part
	}
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] == '%' && i+2 < len(part) {
			hi := strings.IndexByte(hexDigits, part[i+1])
			lo := strings.IndexByte(hexDigits, part[i+2])
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(part[i])
	}
	return b.String()
}

// Under returns the bounds for [Tx.Range] of all keys that have parts as their
// first ones and at least one more.
func Under(parts ...string) (from, to string) {
	if len(parts) == 0 {
		return "", ""
	}
	k := Key(parts...)
	return k + "/", k + "0" // '0' follows '/'
}

// After returns the upper bound for [Tx.Range] of all keys that begin with prefix.
func After(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			return prefix[:i] + string([]byte{prefix[i] + 1})
		}
	}
	return ""
}
