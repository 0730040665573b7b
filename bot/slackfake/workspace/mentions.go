package workspace

import (
	"regexp"
	"slices"
	"strings"
)

// Wire turns what a person types into what a bot gets with should_escape: true:
// & < > are escaped, and mentions, channels and links become <…>.
func (w *Workspace) Wire(typed string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(typed)
	word := regexp.MustCompile(`(^|[\s(,])([@#][\p{L}\p{N}._-]+|https?://[^\s|]+)`)
	return word.ReplaceAllStringFunc(escaped, func(found string) string {
		parts := word.FindStringSubmatch(found)
		return parts[1] + w.mention(parts[2])
	})
}

// mention turns one word into a mention, if it is one. A full stop or the like at
// its end may belong to the sentence.
func (w *Workspace) mention(word string) string {
	if strings.HasPrefix(word, "http") {
		return "<" + word + ">"
	}
	for name, rest := word[1:], ""; name != ""; {
		if m := w.mentionName(word[0], strings.ToLower(name)); m != "" {
			return m + rest
		}
		last := name[len(name)-1:]
		if !strings.ContainsAny(last, "._-") {
			break
		}
		name, rest = strings.TrimSuffix(name, last), last+rest
	}
	return word
}

// mentionName is the mention of a name, without case; empty if there is nobody and nothing of that name.
func (w *Workspace) mentionName(sign byte, name string) string {
	if sign == '#' {
		i := slices.IndexFunc(w.Conversations, func(c *Conversation) bool { return c.IM == "" && c.Name == name })
		if i < 0 {
			return ""
		}
		return "<#" + w.Conversations[i].ID + "|" + name + ">"
	}
	if slices.Contains([]string{"here", "channel", "everyone"}, name) {
		return "<!" + name + ">"
	}
	if i := slices.IndexFunc(w.People, func(u User) bool { return strings.ToLower(u.Name) == name }); i >= 0 {
		return "<@" + w.People[i].ID + "|" + w.People[i].Name + ">"
	}
	if i := slices.IndexFunc(w.Groups, func(g UserGroup) bool { return strings.ToLower(g.Handle) == name }); i >= 0 {
		return "<!subteam^" + w.Groups[i].ID + "|@" + w.Groups[i].Handle + ">"
	}
	return ""
}
