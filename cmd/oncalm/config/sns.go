package config

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents/requests"
)

// SNS is where alarms come from.
type SNS struct {
	Topics []string // ARNs of the topics that may send
	// Replies are the ARNs of topics over which answers by SMS come.
	Replies []string
	// MaxAge is how old a message over HTTP may be.
	MaxAge time.Duration
	// RequireV2 refuses messages that are not signed with SHA-256.
	RequireV2 bool
	// Certificate is the path of a PEM file trusted as the signing certificate;
	// empty means that AWS's own are fetched.
	Certificate string
}

// An snsReader reads the section sns.
type snsReader struct{ to *SNS }

func (r snsReader) section(v reading.Value) {
	v.Mapping(
		reading.Key("topics", r.topics(&r.to.Topics)),
		reading.Key("replies", r.topics(&r.to.Replies)),
		reading.Key("queues", reading.NotBuilt("does not read queues", "subscribe POST /sns to the topics")),
		reading.Key("max_age", r.maxAge),
		reading.Key("require_signature_v2", reading.SetBool(&r.to.RequireV2)),
		reading.Key("certificate", r.certificate),
	)
	if len(r.to.Topics) == 0 && !v.Faulty() {
		v.In("topics").Warnf("list the ARNs of your topics", "sns.topics is empty: no alarm will be accepted")
	}
}

// agree sees that no topic brings both, and that answers by SMS are to something.
func (s SNS) agree(f *reading.File, sends bool) {
	for _, topic := range s.Replies {
		if slices.Contains(s.Topics, topic) {
			f.Place("sns.replies").Errorf("have answers by SMS come over a topic of their own",
				"the topic %s is in sns.topics, too", reading.Quote(topic))
		}
	}
	if len(s.Replies) > 0 && !sends && !f.Faulty("sms") {
		f.Place("sns.replies").Warnf("add sms: {via: sns}, so that numbers can be proven",
			"no SMS are sent: answers are only taken from numbers that were proven by one")
	}
}

// retries is how long SNS tries to deliver a message.
const retries = time.Hour

// maxAge is bounded on both sides by what others do: SNS tries for an hour, and messages that came are known for a week.
func (r snsReader) maxAge(v reading.Value) {
	d, ok := v.Duration()
	switch {
	case !ok:
		return
	case d == 0:
		v.Errorf("give it a duration such as 75m", "sns.max_age is 0: every message would be too old")
		return
	case d < retries:
		v.Warnf("give it more than an hour, such as 75m",
			"%s is %s: SNS tries to deliver an alarm for up to an hour, and late ones would be refused",
			v.Key, reading.Quote(v.Text()))
	case d > requests.Kept:
		v.Warnf("give it less than a week, such as 75m",
			"%s is %s: received messages are remembered for a week; an older one would count again",
			v.Key, reading.Quote(v.Text()))
	}
	r.to.MaxAge = d
}

var (
	topicForm      = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`)
	subscriptionID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

const suchTopic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// topics reads topics that may send. Nothing from others is taken in.
func (r snsReader) topics(to *[]string) func(reading.Value) {
	return func(v reading.Value) {
		seen := map[string]bool{}
		v.List("ARNs such as "+suchTopic, func(v reading.Value) {
			s, ok := v.Filled("an ARN such as " + suchTopic)
			switch {
			case !ok:
			case !topicForm.MatchString(s):
				noTopic(v, s)
			case strings.HasSuffix(s, ".fifo"):
				v.Errorf("make a standard topic, and use that",
					"%s is a FIFO topic, which cannot deliver over HTTP", reading.Quote(v.Text()))
			case !fits(v, s):
			case seen[s]:
				v.Warnf("remove one of them", "the topic %s is listed twice", reading.Quote(v.Text()))
			default:
				places.Genuine(v, s, "write the ARN of your topic, with the number of your account")
				seen[s] = true
				*to = append(*to, s)
			}
		})
	}
}

// noTopic says what a text is instead of the ARN of a topic.
func noTopic(v reading.Value, s string) {
	remedy := "write it as " + suchTopic
	if topic, id, ok := cutLast(s, ":"); ok && topicForm.MatchString(topic) && subscriptionID.MatchString(id) {
		v.Errorf("leave out its last part", "%s is the ARN of a subscription", reading.Quote(v.Text()))
		return
	}
	if strings.TrimSpace(s) != s || strings.ContainsAny(s, "\"'“”„‘’«»") {
		remedy = "take out the quotes and the white space in it"
	}
	v.Errorf(remedy, "%s is not the ARN of a topic", reading.Quote(v.Text()))
}

// cutLast is [strings.Cut] around the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// partitions are those beside aws, by how the names of their regions begin.
var partitions = []struct{ begins, name string }{
	{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"},
	{"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"}, {"eusc-", "aws-eusc"},
}

// fits reports whether there can be the region of an ARN, and whether it belongs to the ARN's partition.
func fits(v reading.Value, arn string) bool {
	parts := strings.Split(arn, ":")
	partition, region := parts[1], parts[3]
	if !patterns.IsRegion(v, region) {
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
		v.Errorf("write arn:"+of+":…, or correct the region",
			"the region %s is in the partition %s, not in %s", region, of, partition)
	}
	return partition == of
}

// certificate reads the path of a PEM file, or nothing.
func (r snsReader) certificate(v reading.Value) {
	if v.Kind() == reading.Null {
		return
	}
	path, ok := v.Single("the path of a PEM file, or nothing")
	if !ok || path == "" {
		return
	}
	full := v.File.Path(path)
	pemText, err := reading.ReadText(full)
	if err != nil {
		v.Errorf("correct the path", "the certificate %s cannot be read: %v", full, err)
		return
	}
	if _, err := sns.FileCertificate(pemText); err != nil {
		why := err.Error()
		if p, ok := errors.AsType[*sns.Problem](err); ok {
			why = p.Text // its code is about messages
		}
		v.Errorf("name a PEM file with the certificate of an RSA key",
			"%s is not a signing certificate: %s", reading.Quote(v.Text()), why)
		return
	}
	r.to.Certificate = full
}
