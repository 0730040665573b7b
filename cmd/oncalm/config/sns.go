package config

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
)

var (
	topicForm = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`)
)

func (r *reader) sns(c *Config, v reading.Value) {
	s := &c.SNS
	r.Mapping(v,
		reading.Key("topics", r.arns(&s.Topics, topicForm, "topic", "arn:aws:sns:eu-central-1:123456789012:alarms")),
		reading.Key("queues", r.NotBuilt("does not read queues", "subscribe POST /sns to the topics")),
		reading.Key("max_age", func(v reading.Value) { r.maxAge(s, v) }),
		reading.Key("require_signature_v2", r.SetBool(&s.RequireV2)),
		reading.Key("certificate", func(v reading.Value) { r.certificate(s, v) }),
	)
	if len(s.Topics) == 0 && !r.Faulty("sns") {
		r.Warnf(r.Place("sns.topics"), "list the ARNs of your topics", "sns.topics is empty: no alarm will be taken in")
	}
}

// retries is how long SNS tries to deliver a message.
const retries = time.Hour

func (r *reader) maxAge(s *SNS, v reading.Value) {
	d, ok := r.duration(v)
	switch {
	case !ok:
		return
	case d == 0:
		r.Errorf(v, "give it a duration such as 75m", "sns.max_age is 0: every message would be too old")
		return
	case d < retries:
		r.Warnf(v, "give it more than an hour, such as 75m", "%s is %s: SNS tries for up to an hour to deliver an alarm, which would be refused then", v.Key, reading.Quote(v.Text))
	case d > incidents.RequestsKept:
		r.Warnf(v, "give it less than a week, such as 75m", "%s is %s: what has come is remembered for a week; an older message would count again", v.Key, reading.Quote(v.Text))
	}
	s.MaxAge = d
}

// arns returns the reader of a list of ARNs of one kind.
func (r *reader) arns(to *[]string, form *regexp.Regexp, what, such string) func(reading.Value) {
	return func(v reading.Value) {
		seen := map[string]bool{}
		r.List(v, "ARNs such as "+such, func(v reading.Value) {
			s, ok := r.Filled(v, "an ARN such as "+such)
			switch {
			case !ok:
			case !form.MatchString(s):
				r.noARN(v, s, what, such)
			case what == "topic" && strings.HasSuffix(s, ".fifo"):
				r.Errorf(v, "make a standard topic, and have the alarms send there", "%s is a FIFO topic, which cannot deliver over HTTP", reading.Quote(v.Text))
			case !r.fits(v, s):
			case seen[s]:
				r.Warnf(v, "remove one of them", "the %s %s stands there twice", what, reading.Quote(v.Text))
			default:
				seen[s] = true
				*to = append(*to, s)
			}
		})
	}
}

// noARN says what a text is instead of an ARN.
func (r *reader) noARN(v reading.Value, s, what, such string) {
	remedy := "write it as " + such
	if topic, id, ok := cutLast(s, ":"); ok && topicForm.MatchString(topic) && subscriptionID.MatchString(id) {
		r.Errorf(v, "leave out its last part", "%s is the ARN of a subscription", reading.Quote(v.Text))
		return
	}
	if strings.TrimSpace(s) != s || strings.ContainsAny(s, "\"'“”„‘’«»") {
		remedy = "take out the quotes and the white space in it"
	}
	r.Errorf(v, remedy, "%s is not the ARN of a %s", reading.Quote(v.Text), what)
}

var subscriptionID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// partitions are those beside aws, by how the names of their regions begin.
var partitions = []struct{ begins, name string }{
	{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"}, {"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"},
	{"eusc-", "aws-eusc"},
}

// fits reports whether there can be the region of an ARN, and whether it belongs to the ARN's partition.
func (r *reader) fits(v reading.Value, arn string) bool {
	parts := strings.Split(arn, ":")
	if len(parts) < 4 || parts[0] != "arn" {
		return true // the URL of a queue
	}
	partition, region := parts[1], parts[3]
	if !patterns.IsRegion(r.Reader, v, region) {
		return false
	}
	of := "aws"
	for _, p := range partitions {
		if strings.HasPrefix(region, p.begins) {
			of = p.name
			break
		}
	}
	if partition != of {
		r.Errorf(v, "write arn:"+of+":…, or correct the region", "the region %s is in the partition %s, not in %s", region, of, partition)
	}
	return partition == of
}

// certificate reads the path of a PEM file, or nothing.
func (r *reader) certificate(s *SNS, v reading.Value) {
	if v.Kind == reading.Null {
		return
	}
	path, ok := r.Text(v, "the path of a PEM file, or nothing")
	if !ok || path == "" {
		return
	}
	full := r.Path(path)
	pemText, err := reading.ReadText(full)
	if err != nil {
		r.Errorf(v, "correct the path", "the certificate %s cannot be read: %v", full, err)
		return
	}
	if _, err := sns.FileCertificate(pemText); err != nil {
		why := err.Error()
		if p, ok := errors.AsType[*sns.Problem](err); ok {
			why = p.Text // its code is about messages
		}
		r.Errorf(v, "name a PEM file with the certificate of an RSA key", "%s is no signing certificate: %s", reading.Quote(v.Text), why)
		return
	}
	s.Certificate = full
}
