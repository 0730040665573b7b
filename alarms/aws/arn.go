package aws

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// An ARN is the name of a thing at AWS.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov, …
	Service   string
	Region    string
	Account   string
	Resource  string // all that follows; may contain ":"
}

// ParseARN takes an ARN apart. It checks the form, not whether such a thing exists.
func ParseARN(s string) (ARN, bool) {
	var p [5]string
	for i := range p {
		var ok bool
		if p[i], s, ok = strings.Cut(s, ":"); !ok {
			return ARN{}, false
		}
	}
	if p[0] != "arn" || s == "" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], s}, true
}

func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// A partition is one of the worlds of AWS that know nothing of each other.
type partition struct {
	name    string
	regions string // what the names of its regions begin with
	api     string // what the names of its hosts end with
	console string // the same for the console; empty if not known
}

// partitions lists them all, the one without a beginning of its own at last.
var partitions = []partition{
	{"aws-cn", "cn-", "amazonaws.com.cn", "console.amazonaws.cn"},
	{"aws-us-gov", "us-gov-", "amazonaws.com", "console.amazonaws-us-gov.com"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", ""},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", ""},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", ""},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", ""},
	{"aws-eusc", "eusc-", "amazonaws.eu", ""},
	{"aws", "", "amazonaws.com", "console.aws.amazon.com"},
}

// IsPartition reports whether there is a partition of that name.
func IsPartition(name string) bool {
	return slices.ContainsFunc(partitions, func(p partition) bool { return p.name == name })
}

// IsRegion reports whether a text has the form of a region's name: a short word, one
// word or more, and a number.
func IsRegion(s string) bool {
	area, rest, _ := strings.Cut(s, "-")
	if len(area) < 2 || len(area) > 4 || !isOf(area, 'a', 'z') {
		return false
	}
	for words := 0; ; words++ {
		word, more, ok := strings.Cut(rest, "-")
		if !ok {
			return words > 0 && len(rest) <= 2 && isOf(rest, '0', '9')
		}
		if !isOf(word, 'a', 'z') {
			return false
		}
		rest = more
	}
}

// IsAccount reports whether a text has the form of an account's number.
func IsAccount(s string) bool { return len(s) == 12 && isOf(s, '0', '9') }

// IsTopicName reports whether a text may be the name of a topic.
func IsTopicName(s string) bool {
	s = strings.TrimSuffix(s, ".fifo")
	for i := range len(s) {
		if c := s[i : i+1]; !isOf(c, 'a', 'z') && !isOf(c, 'A', 'Z') && !isOf(c, '0', '9') && c != "_" && c != "-" {
			return false
		}
	}
	return s != "" && len(s) <= 256
}

// isOf reports whether a text consists of the characters from one to another, and is
// not empty.
func isOf(s string, from, to byte) bool {
	for i := range len(s) {
		if s[i] < from || s[i] > to {
			return false
		}
	}
	return s != ""
}

// partitionOf finds the partition that a region belongs to. It reports false for what
// cannot be a region.
func partitionOf(region string) (partition, bool) {
	if !IsRegion(region) {
		return partition{}, false
	}
	i := slices.IndexFunc(partitions, func(p partition) bool { return strings.HasPrefix(region, p.regions) })
	return partitions[i], true
}

// Host returns the host of SNS's own addresses for a topic, and false if partition
// and region do not belong together.
func (a ARN) Host() (string, bool) {
	p, ok := partitionOf(a.Region)
	if !ok || p.name != a.Partition {
		return "", false
	}
	return "sns." + a.Region + "." + p.api, true
}

// Signer returns the common name of the certificate with which SNS signs in a region.
func Signer(region string) string {
	p, ok := partitionOf(region)
	switch {
	case !ok:
		return ""
	case p.name == "aws-us-gov":
		return "sns-us-gov-west-1.amazonaws.com"
	case p.name == "aws-cn", p.name == "aws-iso", p.name == "aws-iso-b":
		return "sns-" + region + "." + p.api
	case p.name != "aws", slices.Contains(ownSigner, region):
		return "sns-signing." + region + "." + p.api
	}
	return "sns." + p.api
}

// ownSigner lists the commercial regions with a certificate of their own; all others
// share one.
var ownSigner = []string{
	"af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
	"ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
	"me-central-1", "me-south-1", "mx-central-1",
}

// AlarmARN is the ARN of an alarm in the account and region of something.
func AlarmARN(in ARN, name string) ARN {
	return ARN{Partition: in.Partition, Service: "cloudwatch", Region: in.Region, Account: in.Account, Resource: "alarm:" + name}
}

// AlarmName returns the name of the alarm that an ARN names; empty if it names
// something else. The name may contain ":".
func (a ARN) AlarmName() string {
	name, ok := strings.CutPrefix(a.Resource, "alarm:")
	if !ok {
		return ""
	}
	return name
}

// Console is where the AWS console of a region is, without a slash at its end; empty if that is not known.
func Console(region string) string {
	p, ok := partitionOf(region)
	if !ok || p.console == "" {
		return ""
	}
	return "https://" + region + "." + p.console
}

// ConsoleLink leads to an alarm in the AWS console; empty if that is not known.
func ConsoleLink(region, name string) string {
	console := Console(region)
	if console == "" || name == "" || utf8.RuneCountInString(name) > MaxName {
		return ""
	}
	return console + "/cloudwatch/home?region=" + region + "#alarmsV2:alarm/" + escapeName(name)
}

// escapeName writes a name so that no character of it has a meaning in an address or
// in the markup around one.
func escapeName(name string) string { return escapes.Replace(url.PathEscape(name)) }

var escapes = strings.NewReplacer("(", "%28", ")", "%29", "'", "%27", "*", "%2A", "!", "%21")

// RegionOf returns a region that is one.
func RegionOf(s string) string {
	if _, ok := partitionOf(s); ok {
		return s
	}
	return ""
}

// ShortName is the last part of an ARN or path: what people call the thing.
func ShortName(arn string) string {
	if a, ok := ParseARN(arn); ok {
		arn = a.Resource
	}
	if i := strings.LastIndexAny(arn, "/:"); i >= 0 && i+1 < len(arn) {
		return arn[i+1:]
	}
	return arn
}

// Called is what people call the thing that an ARN, a path or a group of tasks names.
func Called(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "service:"), "family:")
	a, ok := ParseARN(s)
	if !ok {
		return s
	}
	switch {
	case a.Service == "lambda":
		_, name, _ := strings.Cut(a.Resource, ":")
		name, _, _ = strings.Cut(name, ":") // a version or an alias may follow
		return FirstOf(name, a.Resource)
	case a.Service == "cloudformation":
		if parts := strings.Split(a.Resource, "/"); len(parts) == 3 {
			return parts[1]
		}
	}
	return ShortName(s)
}
