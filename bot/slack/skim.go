package slack

// skim reads where a message went from Slack's answer, without reading the message that comes back with it. It takes only
// the plainest form of a success; anything else is for a real parser to judge.
func skim(answer []byte) (r Ref, ok bool) {
	good := false
	depth, key := 0, ""
	for at := 0; at < len(answer); at++ {
		switch answer[at] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case 't':
			good = good || depth == 1 && key == "ok"
		case ',':
			if depth == 1 {
				key = ""
			}
		case '"':
			end := stringEnd(answer, at+1)
			if end < 0 {
				return Ref{}, false
			}
			if depth == 1 {
				key = r.note(key, string(answer[at+1:end]))
			}
			at = end
		}
	}
	return r, good && depth == 0 && r.Channel != "" && r.TS != ""
}

// note takes in a string at the top of the answer: a key, or the value of the key before it.
func (r *Ref) note(key, s string) (next string) {
	switch key {
	case "":
		return s
	case "channel":
		r.Channel = s
	case "ts":
		r.TS = s
	}
	return key
}

// stringEnd is where a string ends that begins at from, or -1.
func stringEnd(text []byte, from int) int {
	for at := from; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at
		}
	}
	return -1
}
