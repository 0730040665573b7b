package replies

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/store/record/scan"
)

// A Reply is an SMS that somebody sent to our number.
type Reply struct {
	From string // the number: it goes nowhere else
	Body string
	ID   string // as the service knows it; may be empty
}

// Read reads what AWS End User Messaging publishes of an SMS that came in; false if it is nothing of the kind.
func Read(message string) (r Reply, ok bool) {
	f := aws.Members(message)
	if f == nil {
		return r, false
	}
	text := func(name string) string {
		s, _ := scan.Unquote(f.Get(name))
		return s
	}
	r = Reply{From: text("originationNumber"), Body: text("messageBody"), ID: text("inboundMessageId")}
	return r, r.From != ""
}

// Do is what a reply asks for.
type Do int

// What can be asked for.
const (
	Nothing Do = iota // that we understand
	Acknowledge
	Resolve
	Stop // no SMS are to be sent any more; the carrier or AWS sees to that
)

const (
	// longest is more than any command has. Long texts are never commands.
	longest = 40
	// digits is how long the number of an incident may be.
	digits = 9
)

// Parse reads a command: a word and the number of an incident, in any case, with or without #. An acknowledgement may leave the number
// out: it means the one incident that is open. What is resolved is named.
func Parse(body string) (do Do, id string) {
	body = strings.TrimRight(strings.TrimSpace(body), " .!")
	if len(body) > longest {
		return Nothing, ""
	}
	at := strings.IndexAny(body, " \t\r\n#")
	if at < 0 {
		at = len(body)
	}
	word, rest := strings.ToUpper(body[:at]), strings.TrimSpace(body[at:])
	id = strings.TrimPrefix(rest, "#")
	if rest != "" && !isNumber(id) {
		return Nothing, ""
	}
	switch word {
	case "A", "ACK":
		return Acknowledge, id
	case "RESOLVE":
		if id != "" {
			return Resolve, id
		}
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT":
		if id == "" {
			return Stop, ""
		}
	}
	return Nothing, ""
}

func isNumber(s string) bool {
	return s != "" && len(s) <= digits && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
