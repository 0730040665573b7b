package secrets

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// placeholders are what examples have in the place of a secret.
var placeholders = regexp.MustCompile(`(?i)change[-_ ]?me|replace[-_ ]?(me|this)|placeholder` +
	`|^(secret|token|password|none|null|todo|fixme|test|dummy|example)$` +
	`|(^|[-_ <])your?[-_ ]|^(my[-_ ]?)?((slack|bot|app|signing)[-_ ]?)*(token|secret)$|[-_ ]here$` +
	`|^x+$|^xox[a-z]-?$|^xapp-?$|^xox[a-z]-[x0*-]+$|^xapp-[x0*-]+$` +
	`|[*]{3}|\.\.\.|…|^<.*>$|^[$%{].*[}%]$`)

// kinds of secrets that Slack shows for an app, as they begin.
var secretKinds = []struct{ begins, what string }{
	{"xoxb-", "a bot's token"},
	{"xoxe.xoxb-", rotating},
	{"xoxp-", "a user's token"},
	{"xoxe.xoxp-", "a user's token"},
	{"xapp-", "an app-level token"},
	{"xoxe-", "a token for refreshing others"},
	{"xoxa-", "a token of an old kind"},
	{"xoxr-", "a token of an old kind"},
	{"xoxo-", "a token of an old kind"},
	{"xoxs-", "a token of a signed-in person"},
	{"xoxc-", "a token of a signed-in person"},
	{"xoxd-", "a cookie"},
	{"https://hooks.slack.com", "the address of a webhook"},
}

// Signing is the kind of the secret with which Slack signs.
const Signing = "a signing secret"

// rotating is the kind of a token that ends.
const rotating = "a rotating token, which expires after 12 hours"

// Forms of what is or could be taken for a signing secret. Slack's own documents show one with letters beyond f.
var (
	signingForm      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	signingLike      = regexp.MustCompile(`^[0-9a-z]{32}$`)
	partOfSigning    = regexp.MustCompile(`^[0-9a-f]{24,31}$`)
	verificationForm = regexp.MustCompile(`^[0-9A-Za-z]{24}$`)
)

// kindOf says what a secret is by its form; nothing if it could be anything.
func kindOf(secret string) string {
	for _, k := range secretKinds {
		if strings.HasPrefix(secret, k.begins) {
			return k.what
		}
	}
	if signingForm.MatchString(secret) {
		return Signing
	}
	return ""
}

// minSecret is less than any secret of Slack has, and more than can be guessed.
const minSecret = 8

// Read returns the reader of a value that is never shown, and is of a kind. found says where in Slack it stands.
func Read(to *Secret, kind, found string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Single("a secret, best as ${NAME} or ${file:PATH}")
		if !ok {
			return
		}
		what := v.Key
		if refs := reading.Reference.FindAllString(v.Text(), -1); len(refs) > 0 {
			what += ", from " + strings.Join(refs, " and ") + ","
		}
		trimmed := strings.TrimSpace(s)
		is := kindOf(trimmed)
		switch {
		case trimmed == "":
			v.Errorf("give it the value that Slack shows for the app", "%s is empty", what)
		case placeholders.MatchString(trimmed), strings.Trim(trimmed, trimmed[:1]) == "":
			v.Errorf("give it the value that Slack shows for the app", "%s is a placeholder", what)
		case strings.ContainsAny(trimmed, "\"'`“”‘’"):
			v.Errorf("take them out: only what is in the file or the variable counts", "%s has quotes in it", what)
		case strings.ContainsFunc(trimmed, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }):
			v.Errorf("give it the one value that Slack shows for the app, on one line",
				"%s has white space in it", what)
		case len(trimmed) < minSecret:
			v.Errorf("give it the value that Slack shows for the app", "%s is too short for a secret", what)
		case is == rotating:
			v.Errorf("give it the token of an app without token rotation, which begins with xoxb-; "+
				"the rotation of an app cannot be turned off: make another app",
				"%s is %s", what, is)
		case is != "" && is != kind, kind == Signing && strings.HasPrefix(trimmed, "xox"):
			v.Errorf("give it "+kind+", which "+found, "%s is %s", what, or(is, "a token"))
		default:
			padded(v, s, trimmed, what)
			if is == "" && kind != Signing {
				v.Warnf("give it "+kind+", which "+found, "%s does not look like %s", what, kind)
			}
			*to = New(trimmed)
			exposed(v)
			if kind == Signing {
				v.File.Later(func() { signs(v, trimmed, what, found) })
			}
		}
	}
}

// signs looks whether a secret can be Slack's. Where another server stands in for Slack it is whatever that one has.
func signs(v reading.Value, secret, what, found string) {
	_, another := v.File.Look("slack.api_url")
	remedy := "give it " + Signing + ", which " + found
	switch {
	case another, signingLike.MatchString(secret):
	case partOfSigning.MatchString(secret):
		v.Errorf(remedy+", as a whole", "%s has %d characters; a signing secret has 32", what, len(secret))
	case verificationForm.MatchString(secret) &&
		strings.ContainsAny(secret, upper) && strings.ContainsAny(secret, lower):
		v.Errorf(remedy+" beside it", "%s is a Verification Token", what)
	default:
		v.Warnf(remedy, "%s does not look like a signing secret, which has 32 hexadecimal digits", what)
	}
}

const (
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower = "abcdefghijklmnopqrstuvwxyz"
)

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// padded warns of white space around a secret. It is left out here; another program that reads the same place may not
// do so.
func padded(v reading.Value, s, trimmed, what string) {
	if s != trimmed {
		v.Warnf("take it out", "%s has white space around it", what)
	}
}

// exposed warns of files with secrets that others can read: those that are referred to, and the configuration itself.
func exposed(v reading.Value) {
	refs := reading.Reference.FindAllString(v.Text(), -1)
	for _, ref := range refs {
		path, isFile := strings.CutPrefix(strings.TrimSuffix(ref, "}"), "${file:")
		if isFile && readableByOthers(v.File.Path(path)) {
			v.Warnf("chmod 600 it", "others on this machine can read %s", v.File.Path(path))
		}
	}
	if len(refs) == 0 && readableByOthers(v.File.Name) {
		v.Warnf("chmod 600 "+v.File.Name+", or use ${NAME} or ${file:PATH}",
			"%s is written here, and others on this machine can read the file", v.Key)
	}
}

// readableByOthers reports whether the group of a file, or everybody, can read it: if the file and all folders above
// let them.
func readableByOthers(path string) bool {
	full, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	if full, err = filepath.Abs(full); err != nil {
		return false
	}
	return lets(full, 0o004, 0o001) || lets(full, 0o040, 0o011)
}

// lets reports whether a file has one of the bits of reading, and all folders above one of those of passing.
func lets(path string, read, pass fs.FileMode) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&read == 0 {
		return false
	}
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil || info.Mode()&pass == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
	}
}
