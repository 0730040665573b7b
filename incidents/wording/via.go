package wording

// ViaTerminal says of what somebody did that they did it at the terminal of the machine, with oncalm, and not in Slack.
const ViaTerminal = "terminal"

// At says by which way somebody said something; nothing if that is Slack, which is the empty way.
func At(via string) Sentence {
	switch via {
	case "":
		return nil
	case ViaTerminal:
		return Sentence{Say(" at the terminal")}
	}
	return Sentence{Say(" by "), Name(ChannelName(via))}
}

// ChannelName is how people know a way to reach somebody. One of a newer version is called as it was recorded.
func ChannelName(via string) string {
	switch via {
	case "slack":
		return "Slack"
	case "sms":
		return "SMS"
	case "email":
		return "e-mail"
	case "push":
		return "push message"
	case "call":
		return "call"
	}
	return via
}

// Beside names a way to reach somebody, unless it is Slack, which everybody takes for granted.
func Beside(via string) Sentence {
	if via == "slack" {
		return nil
	}
	return At(via)
}
