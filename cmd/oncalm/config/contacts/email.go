package contacts

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/reach"
)

// Email is the section email.
type Email struct {
	From string // an address, or a name and an address; empty: there is no such section
}

// addressForm is an address of e-mail as all servers take it, and most people have it: ASCII, no quotes, no comment.
var addressForm = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*@` +
	`([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$`)

// Limits of RFC 5321.
const (
	longestAddress = 254
	longestLocal   = 64
)

func isAddress(s string) bool {
	return len(s) <= longestAddress && strings.Index(s, "@") <= longestLocal && addressForm.MatchString(s)
}

// Address returns the reader of an address of e-mail.
func Address(to *string) func(reading.Value) {
	const wanted = "an e-mail address such as ana@example.com"
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		switch {
		case !ok:
		case !isAddress(s):
			v.Errorf("give it "+wanted, "%s is no e-mail address", reading.Quote(s))
		default:
			*to = s
		}
	}
}

// longestName is how long the name of a sender may be.
const longestName = 64

// nameForm is a name that stands in a header as it is.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9 ._-]*$`)

// Section returns the reader of the section email.
func (e *Email) Section(v reading.Value) {
	const wanted = `an address such as oncall@example.com, or "Oncalm <oncall@example.com>"`
	v.Mapping(reading.Key("from", func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		from, err := mail.ParseAddress(s)
		switch {
		case err != nil || !isAddress(from.Address):
			v.Errorf("give it "+wanted, "%s cannot be the sender of an e-mail", reading.Quote(s))
		case len(from.Name) > longestName || !nameForm.MatchString(from.Name):
			v.Errorf("use at most 64 letters, digits, spaces, '.', '_' and '-'",
				"the name in %s cannot be that of a sender", reading.Quote(s))
		case from.Name == "":
			e.From = from.Address
		default:
			e.From = from.Name + " <" + from.Address + ">"
		}
	}).Needed("name the address that e-mails come from, which SES knows"))
}

func (t Team) agreeEmail(f *reading.File, used map[string]string) {
	place, named := used[reach.Email]
	switch {
	case named && t.Email.From == "":
		f.Place(place).Errorf("add email: {from: oncall@example.com}",
			"%s names email, and nothing says who e-mails are from", place)
	case !named && t.Email.From != "":
		f.Place("email").Warnf("name it in notify, such as {sev1: [slack, email after 5m]}", "nobody is paged by e-mail")
	case named && t.PublicURL == "":
		f.Place(place).Warnf("add public_url",
			"an e-mail can only be answered in Slack: without public_url it has no link to acknowledge")
	}
}
