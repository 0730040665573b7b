package config

import (
	"errors"
	"regexp"

	"github.com/oncalm/oncalm/alarms"
)

var (
	topicForm = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`)
	queueForm = regexp.MustCompile(`^(arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?|https?://[^\s/]+/\S+)$`)
)

func (r *reader) sns(c *Config, v value) {
	s := &c.SNS
	r.mapping(v,
		entry{"topics", r.arns(&s.Topics, topicForm, "topic", "arn:aws:sns:eu-central-1:123456789012:alarms")},
		entry{"queues", func(v value) {
			r.arns(&s.Queues, queueForm, "queue", "arn:aws:sqs:eu-central-1:123456789012:alarms")(v)
			if len(s.Queues) > 0 {
				r.warnf(v, "subscribe POST /sns to the topics", "this version does not read queues")
			}
		}},
		entry{"max_age", func(v value) {
			if d, ok := r.duration(v); ok && d > 0 {
				s.MaxAge = d
			} else if ok {
				r.errorf(v, "give it a duration such as 75m", "sns.max_age is 0: every message would be too old")
			}
		}},
		entry{"require_signature_v2", r.setBool(&s.RequireV2)},
		entry{"certificate", func(v value) { r.certificate(s, v) }},
	)
	if len(s.Topics) == 0 && !r.faulty("sns") {
		r.warnf(r.place("sns.topics"), "list the ARNs of your topics", "sns.topics is empty: no alarm will be taken in")
	}
}

// arns returns the reader of a list of ARNs of one kind.
func (r *reader) arns(to *[]string, form *regexp.Regexp, what, such string) func(value) {
	return func(v value) {
		r.list(v, "ARNs such as "+such, func(v value) {
			s, ok := r.filled(v, "an ARN such as "+such)
			switch {
			case !ok:
			case !form.MatchString(s):
				r.errorf(v, "write it as "+such, "%s is not the ARN of a %s", quote(v.text), what)
			default:
				*to = append(*to, s)
			}
		})
	}
}

// certificate reads the path of a PEM file, or nothing.
func (r *reader) certificate(s *SNS, v value) {
	if v.kind == null {
		return
	}
	path, ok := r.text(v, "the path of a PEM file, or nothing")
	if !ok || path == "" {
		return
	}
	full := r.path(path)
	pemText, err := readText(full)
	if err != nil {
		r.errorf(v, "correct the path", "the certificate %s cannot be read: %v", full, err)
		return
	}
	if _, err := alarms.FileCertificate(pemText); err != nil {
		why := err.Error()
		if p, ok := errors.AsType[*alarms.Problem](err); ok {
			why = p.Text // its code is about messages
		}
		r.errorf(v, "name a PEM file with the certificate of an RSA key", "%s is no signing certificate: %s", quote(v.text), why)
		return
	}
	s.Certificate = full
}
