package slackfake

import (
	"regexp"
	"slices"
	"strings"
)

// wire turns what a person types into what a bot gets with should_escape: true:
// & < > are escaped, and mentions, channels and links become <…>.
func (s *Slack) wire(typed string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(typed)
	word := regexp.MustCompile(`(^|[\s(,])([@#][\p{L}\p{N}._-]+|https?://[^\s|]+)`)
	return word.ReplaceAllStringFunc(escaped, func(found string) string {
		parts := word.FindStringSubmatch(found)
		return parts[1] + s.mention(parts[2])
	})
}

// mention turns one word into a mention, if it is one. A full stop or the like at
// its end may belong to the sentence.
func (s *Slack) mention(w string) string {
	if strings.HasPrefix(w, "http") {
		return "<" + w + ">"
	}
	for name, rest := w[1:], ""; name != ""; {
		if m := s.mentionName(w[0], strings.ToLower(name)); m != "" {
			return m + rest
		}
		last := name[len(name)-1:]
		if !strings.ContainsAny(last, "._-") {
			break
		}
		name, rest = strings.TrimSuffix(name, last), last+rest
	}
	return w
}

func (s *Slack) mentionName(sign byte, name string) string {
	if sign == '#' {
		i := slices.IndexFunc(s.convs, func(c *conversation) bool { return c.im == "" && c.Name == name })
		if i < 0 {
			return ""
		}
		return "<#" + s.convs[i].ID + "|" + name + ">"
	}
	if slices.Contains([]string{"here", "channel", "everyone"}, name) {
		return "<!" + name + ">"
	}
	if i := slices.IndexFunc(s.users, func(u User) bool { return strings.ToLower(u.Name) == name }); i >= 0 {
		return "<@" + s.users[i].ID + "|" + s.users[i].Name + ">"
	}
	if i := slices.IndexFunc(s.groups, func(g UserGroup) bool { return strings.ToLower(g.Handle) == name }); i >= 0 {
		return "<!subteam^" + s.groups[i].ID + "|@" + s.groups[i].Handle + ">"
	}
	return ""
}
