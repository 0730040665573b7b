package known

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Fingerprint makes a short name from what identifies a thing.
func Fingerprint(parts ...string) string {
	text := make([]byte, 0, 256) // more than most need, so that it is not on the heap
	for i, p := range parts {
		if i > 0 {
			text = append(text, 0)
		}
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// AlarmFingerprint is the fingerprint of an alarm: the ARN holds account and region. It begins as the alarm's name does, so
// that alarms of one service, which often fire together, lie together in the store and are written at once.
func AlarmFingerprint(arn string) string {
	name := strings.Map(plain, arn[strings.LastIndexByte(arn, ':')+1:])
	return name[:min(len(name), nameInFingerprint)] + "." + Fingerprint("alarm", arn)
}

// nameInFingerprint is how much of an alarm's name its fingerprint begins with.
const nameInFingerprint = 24

// plain keeps letters and digits, and puts "-" for everything else.
func plain(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
		return r
	}
	return '-'
}

// SeriesOf names one contributor of an alarm, or the alarm if there is none.
func SeriesOf(fp, contributor string) string {
	switch {
	case contributor == "":
		return fp
	case len(contributor) <= 32 && strings.Trim(contributor, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == "":
		return fp + "#" + contributor
	}
	return fp + "#" + Fingerprint(contributor)
}

// FingerprintOf is that of the alarm whose series it is: what stands before the contributor.
func FingerprintOf(series string) string {
	fp, _, _ := strings.Cut(series, "#")
	return fp
}
