package contacts

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/telephony"
)

// Call is the section call.
type Call struct {
	From  string // what End User Messaging calls from; empty: there is no such section
	Voice string // empty: the usual one
}

// ViaMessaging sends SMS through AWS End User Messaging.
const ViaMessaging = "end-user-messaging"

// identityForm is what End User Messaging sends or calls from: a number, its id, a pool of them, or the ARN of one of these.
var identityForm = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|(phone|pool)-[A-Za-z0-9]{1,64}|` +
	`arn:aws[a-z-]*:sms-voice:[a-z0-9-]+:[0-9]{12}:(phone-number|pool|sender-id)/[A-Za-z0-9_:/+-]{1,160})$`)

// Section returns the reader of the section call.
func (c *Call) Section(v reading.Value) {
	const wanted = "a number of your account such as +4930123456, or the id or ARN of one or of a pool"
	v.Mapping(
		reading.Key("from", func(v reading.Value) {
			from, ok := v.Filled(wanted)
			switch {
			case !ok:
			case !identityForm.MatchString(from) || strings.Contains(from, ":sender-id/"):
				v.Errorf("give it "+wanted, "%s cannot call anybody", reading.Quote(from))
			default:
				c.From = from
			}
		}).Needed("name the number that calls come from"),
		reading.Key("voice", func(v reading.Value) {
			if voice, ok := v.OneOf(telephony.Voices()...); ok {
				c.Voice = voice
			}
		}),
	)
}

func (t Team) agreeCall(f *reading.File, used map[string]string) {
	place, named := used[reach.Call]
	switch {
	case named && t.Call.From == "":
		f.Place(place).Errorf(`add call: {from: "+4930123456"}`, "%s names call, and nothing says which number calls", place)
	case !named && t.Call.From != "":
		f.Place("call").Warnf("name it in notify, such as {sev1: [slack, call after 5m]}", "nobody is called")
	}
}
