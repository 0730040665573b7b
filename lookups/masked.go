package lookups

import "regexp"

// secrets are the forms of what must not be shown, each with what stands in its place.
var secrets = []struct {
	form *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}\b`), "[secret]"},
	{regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*`), "[secret]"},
	{regexp.MustCompile(`\b(xox[a-z]-|xapp-|gh[pousr]_|github_pat_|sk_live_|glpat-)[\w-]{8,}`), "[secret]"},
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[\w+/=.~-]{8,}`), "$1 [secret]"},
	{regexp.MustCompile(`(://[^\s/:@]{0,100}):[^\s/@]{1,200}@`), "$1:[secret]@"},
	{regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)(?:\\?["'])?\s*[=:]\s*)` +
		// in quotes, which JSON within JSON escapes; what was cut has no second one
		`(\\"[^"]+(?:"|$)|"(?:[^"\\]|\\.)+\\?(?:"|$)|'[^']+(?:'|$)|(?:[^\s"'\\,;&}]|\\[^"\s]){3,})`), "${1}[secret]"},
	{regexp.MustCompile(`(?is)-----BEGIN [A-Z ]*PRIVATE KEY.*`), "[secret]"},
	{regexp.MustCompile(`(?i)\b(cookie["']?\s*[=:]\s*)[^\s=]+=.*`), "${1}[secret]"},
}

// Masked is a text of a log without what looks like a secret: who reads it may show it to others. What it does not know stays.
func Masked(s string) string {
	for _, m := range secrets {
		s = m.form.ReplaceAllString(s, m.with)
	}
	return s
}
