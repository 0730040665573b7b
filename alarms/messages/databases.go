package messages

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/store/record/scan"
)

// A databaseEvent is what RDS means by the number of an event: what it is about, so that its recovery resolves it and nothing else, and
// what to say.
type databaseEvent struct {
	about   string
	says    string
	verdict verdict
}

// databaseEvents are the numbers of RDS, Aurora, DocumentDB and Neptune that are not just changes. All other numbers are judged by their
// category, and if that says nothing by their words.
var databaseEvents = map[string]databaseEvent{
	"0007": {"storage", "storage is used up", wakes},
	"0089": {"storage", "storage is low", wakes},
	"0221": {"storage", "storage is full, the database was shut down", wakes},
	"0222": {"storage", "storage is low, the database will be shut down", wakes},
	"0227": {"storage", "Aurora storage is low", wakes},
	"0223": {"storage", "storage autoscaling cannot scale", stirs},
	"0224": {"storage", "storage will reach its maximum", stirs},
	"0254": {"storage", "storage quota of the account is used up", stirs},
	"0225": {"storage", "storage nears its maximum", shows},
	"0219": {"storage", "storage autoscaling will try again", shows},
	"0220": {"storage", "storage autoscaling will try again", shows},
	"0237": {"storage", "storage autoscaling will try again", shows},
	"0189": {"storage", "gp2 burst balance is low", shows},
	"0231": {"storage", "storage modification failed and is retried", shows},

	"0022": {"failure", "error while restarting", wakes},
	"0031": {"failure", "failed, restore it to a point in time", wakes},
	"0035": {"failure", "incompatible parameters", wakes},
	"0036": {"failure", "incompatible network", wakes},
	"0369": {"failure", "unavailable", wakes},
	"0419": {"failure", "encryption key cannot be used", wakes},
	"0243": {"failure", "proxy lacks IP addresses", stirs},
	"0275": {"failure", "proxy limits connections", stirs},
	"0004": {"availability", "shut down", stirs},
	"0006": {"availability", "restarted", stirs},
	"0020": {"availability", "recovery started", stirs},
	"0052": {"availability", "recovery of the Multi-AZ instance started", stirs},
	"0021": {"availability", "recovery completed", ends},
	"0053": {"availability", "recovery of the Multi-AZ instance completed", ends},
	"0026": {"maintenance", "offline for maintenance", shows},
	"0027": {"maintenance", "maintenance completed", ends},

	"0013": {"failover", "started", stirs},
	"0015": {"failover", "completed, DNS may take minutes", stirs},
	"0034": {"failover", "not attempted: there was one just now", stirs},
	"0049": {"failover", "completed", stirs},
	"0050": {"failover", "activation started", stirs},
	"0051": {"failover", "activation completed", stirs},
	"0065": {"failover", "recovered from a partial one", stirs},
	"0069": {"failover", "failed", wakes},
	"0070": {"failover", "restarted", stirs},
	"0071": {"failover", "completed", stirs},
	"0072": {"failover", "started in the same zone", stirs},
	"0073": {"failover", "started across zones", stirs},
	"0187": {"failover", "to another region failed", wakes},

	"0045": {"replication", "replication error", stirs},
	"0057": {"replication", "replication was terminated", stirs},
	"0046": {"replication", "replication resumed", ends},
	"0062": {"replication", "replication was stopped by hand", marks},
	"0063": {"replication", "replication was reset", marks},
	"0202": {"replication", "read replica could not be created", shows},
}

// configuring are numbers of category failure that say that something asked for could not be done: nothing that worked has ceased to.
var configuring = map[string]bool{
	"0039": true, "0058": true, "0067": true, "0079": true, "0080": true, "0081": true, "0084": true, "0086": true, "0157": true, "0158": true, "0165": true,
	"0188": true, "0195": true, "0198": true, "0245": true, "0249": true, "0252": true, "0261": true, "0283": true, "0354": true, "0355": true,
}

// plainNumbers are events that are changes although their words look like trouble: a stop that was asked for, a failed export that was cancelled.
var plainNumbers = map[string]bool{"0001": true, "0002": true, "0087": true, "0088": true, "0154": true, "0160": true, "0061": true, "0190": true}

// databaseCategories are the categories that say more than a number that we do not know.
var databaseCategories = []struct {
	names   []string
	about   string
	verdict verdict
}{
	{[]string{"low storage"}, "storage", wakes},
	{[]string{"failover", "global failover", "global-failover"}, "failover", stirs},
	{[]string{"failure"}, "failure", stirs},
	{[]string{"availability"}, "availability", stirs},
	{[]string{"maintenance", "security patching"}, "maintenance", marks},
	{[]string{"backup", "creation", "deletion", "configuration change", "restoration", "recovery", "read replica", "security"}, "change", marks},
}

var databaseNumber = regexp.MustCompile(`(?:RDS|DMS)-EVENT-(\d{4})`)

// isDatabase knows an event subscription of RDS, or of DMS, which took over the form. Redshift has it too, and a severity beside it.
func isDatabase(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("Event Source") && m.Fields.Has("Event Message") && !m.Fields.Has("Severity")
}

// readDatabase reads what RDS says, over its own subscription or over EventBridge: both are about the same thing.
func readDatabase(m *aws.Message) []Judgement {
	id := aws.FirstOf(m.At("Source ID"), m.At("SourceId"), m.At("detail.SourceIdentifier"), aws.Called(m.At("resources.0")), m.At("Event Source"))
	text := aws.FirstOf(m.At("Event Message"), m.At("detail.Message"))
	number, what := "", "RDS"
	if found := databaseNumber.FindStringSubmatch(aws.FirstOf(m.At("Event ID"), m.At("detail.EventID"))); found != nil {
		number = found[1]
	}
	if strings.HasPrefix(m.At("Event Source"), "replication-") {
		what = "DMS"
	}
	e := judgeDatabase(m, what, number, text)
	title := what + " " + id + ": " + aws.FirstOf(e.says, sentence(text))
	if e.about == "failover" {
		title = what + " failover of " + id + ": " + aws.FirstOf(e.says, sentence(text))
	}
	j := Judgement{Family: strings.ToLower(what), Recovers: e.about == "replication" || e.about == "availability" || e.about == "maintenance", Treat: e.verdict.treat, Severity: e.verdict.severity, Key: id + "/" + e.about, Title: title, Reason: text, ARN: m.At("detail.SourceArn")}
	if link := m.At("Identifier Link"); strings.HasPrefix(link, "https://console.aws.amazon.com/") {
		j.Link = strings.ReplaceAll(link, " ", "%20")
	}
	return []Judgement{j}
}

// judgeDatabase goes by the number, then by the category, and at last by the words.
func judgeDatabase(m *aws.Message, what, number, text string) databaseEvent {
	if what == "DMS" {
		return judgeDMS(number, text)
	}
	switch e, known := databaseEvents[number]; {
	case known:
		return e
	case configuring[number]:
		return databaseEvent{"settings", "", shows}
	case plainNumbers[number]:
		return databaseEvent{"change", "", marks}
	}
	for _, c := range databaseCategories {
		for _, raw := range append(m.List("detail.EventCategories"), m.List("Event Categories")...) {
			category, _ := scan.Unquote(raw)
			for _, name := range c.names {
				if strings.EqualFold(category, name) {
					return lessForCopies(m, databaseEvent{c.about, "", orShown(c.verdict, text)})
				}
			}
		}
	}
	return lessForCopies(m, judgeWords(text))
}

// orShown is a verdict for a category: what is only a change is shown if its words are those of trouble.
func orShown(v verdict, text string) verdict {
	if v.treat == Marker && (troubleWords.MatchString(text) || memoryWords.MatchString(text)) {
		return shows
	}
	return v
}

// lessForCopies judges what happens to snapshots, groups of settings and the like: nobody's queries go there.
func lessForCopies(m *aws.Message, e databaseEvent) databaseEvent {
	kind := strings.ToLower(aws.FirstOf(m.At("Event Source"), m.At("detail.SourceType")))
	if e.verdict.treat == Page && says(kind, "snapshot", "parameter", "security", "custom-engine", "custom_engine", "blue-green", "blue_green", "zero-etl") {
		e.verdict = shows
	}
	return e
}

var (
	storageWords  = regexp.MustCompile(`(?i)\b(low (free )?storage|storage[- ]full|free storage .*\blow|storage .*\b(exhausted|consumed)|out of (storage|space|memory))\b`)
	failoverWords = regexp.MustCompile(`(?i)\bfail(ing|ed)? ?-?over\b`)
	unwellWords   = regexp.MustCompile(`(?i)\b(unavailable|unhealthy|health .*\bis bad|not available)\b`)
	troubleWords  = regexp.MustCompile(`(?i)\b(fail(ed|ure|s)?|crash(ed)?|corrupt(ed)?|unavailable|not available|inaccessible|has stopped|unhealthy|unable to|incompatible|error|(is|are|was|were|been|became|becomes) degraded|hardware (issue|problem|fault))\b`)
	memoryWords   = regexp.MustCompile(`(?i)\b(low on memory|low memory|memory (ran|is running|has run|runs|running) (out|low)|memory (is|was) (exhausted|used up)|memory exhaust(ed|ion)|insufficient memory)\b`)
)

// judgeWords is for what has neither a number nor a category.
func judgeWords(text string) databaseEvent {
	switch {
	case storageWords.MatchString(text):
		return databaseEvent{"storage", "", wakes}
	case memoryWords.MatchString(text):
		return databaseEvent{"memory", "", stirs}
	case failoverWords.MatchString(text):
		return databaseEvent{"failover", "", stirs}
	case troubleWords.MatchString(text):
		return databaseEvent{"failure", "", stirs}
	}
	return databaseEvent{"change", "", marks}
}

// judgeDMS judges tasks of the migration service. One that stopped was mostly asked to.
func judgeDMS(number, text string) databaseEvent {
	switch {
	case number == "0078", says(text, "failed", "failure"):
		return databaseEvent{"task", "", stirs}
	case number == "0079", says(text, "has stopped", "low storage", "memory"):
		return databaseEvent{"task", "", shows}
	}
	return databaseEvent{"change", "", marks}
}

// judgeReplication does the same for EventBridge's form.
func judgeReplication(m *aws.Message) verdict {
	switch kind := m.At("detail.eventType"); {
	case says(kind, "failed"), says(m.At("detail.category"), "failure"):
		return stirs
	case says(kind, "stopped", "low_storage", "low storage"):
		return shows
	}
	return marks
}

func isRedshift(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("Event Message") && m.Fields.Has("Severity") && (m.Fields.Has("Resource") || m.Fields.Has("Event Source"))
}

// judgeRedshift goes by the severity, which is ERROR or INFO.
func judgeRedshift(m *aws.Message) verdict {
	text := m.At("Event Message")
	switch severity := strings.ToUpper(m.At("Severity")); {
	case severity == "ERROR" || severity == "CRITICAL":
		return wakes
	case severity == "WARN" || severity == "WARNING", unwellWords.MatchString(text):
		return shows
	case says(text, "recovered", "recovery completed", "available again", "back online"):
		return ends
	}
	return marks
}

// cachePrefixes are what the names of events of ElastiCache and MemoryDB begin with.
var cachePrefixes = [...][2]string{{"ElastiCache:", "ElastiCache"}, {"MemoryDB:", "MemoryDB"}}

// cacheEvent finds the name of an event in a message that has nothing else: a JSON object of one member, or a line.
func cacheEvent(m *aws.Message) (product, name, about string) {
	for _, p := range cachePrefixes {
		for _, member := range m.Fields[:min(len(m.Fields), aws.MaxPairs)] {
			if event, ok := strings.CutPrefix(member.Name, p[0]); ok {
				return p[1], event, aws.PlainText(member.Value)
			}
		}
		if rest, ok := strings.CutPrefix(strings.TrimSpace(m.Text), p[0]); ok && m.Fields == nil {
			event, thing, _ := strings.Cut(aws.FirstLine(rest), ":")
			return p[1], strings.TrimSpace(event), strings.TrimSpace(thing)
		}
	}
	return "", "", ""
}

func isCache(m *aws.Message) bool {
	if product, _, _ := cacheEvent(m); product != "" {
		return true
	}
	kind := m.At("SourceType")
	return m.Fields != nil && m.Fields.Has("SourceIdentifier") && m.Fields.Has("Message") && (strings.HasPrefix(kind, "cache-") || kind == "replication-group")
}

// readCache reads what ElastiCache says, in its newer form, a name and a cluster, or in its older one, a sentence.
func readCache(m *aws.Message) []Judgement {
	product, event, about := cacheEvent(m)
	if product == "" {
		product, event, about = "ElastiCache", m.At("Message"), m.At("SourceIdentifier")
	}
	kind, title := "change", product+" "+about+": "+wordsOf(event)
	v := marks
	switch {
	case says(event, "testfailover", "test failover"):
	case says(event, "failover"):
		kind, v, title = "failover", stirs, product+" failover of "+about
		if says(event, "fail", "unable") && says(strings.ReplaceAll(strings.ToLower(event), "failover", ""), "fail", "unable") {
			v, title = wakes, title+" failed"
		}
	case says(event, "fail", "error", "unable"):
		kind, v = "failure", shows
	case says(event, "rebooted", "restarted", "shutdown", "recovery", "nodereplacecomplete"):
		kind, v = "nodes", shows
	case says(event, "replacementscheduled", "replacementrescheduled", "is scheduled for", "re-scheduled"):
		kind, v = "maintenance", shows
	}
	return []Judgement{{Treat: v.treat, Severity: v.severity, Key: about + "/" + kind, Title: title, Time: m.At("Date")}}
}
