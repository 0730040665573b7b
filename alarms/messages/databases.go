package messages

import (
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/store/record/scan"
)

// A databaseEvent is what RDS means by the number of an event: what it is about, so that its recovery resolves it and nothing else, and
// what to say. The number is that of "Amazon RDS event categories and event messages" in the guide of RDS.
type databaseEvent struct {
	about   string
	says    string
	verdict judge.Verdict
}

// databaseEvents are the numbers of RDS, Aurora, DocumentDB and Neptune that are not just changes. All other numbers are judged by their
// category, and if that says nothing by their words. A number that is judged Ends resolves what another number with the
// same "about" has opened. Storage, failures and failovers have no such number: their recovery is told by an alarm, or by a
// person.
var databaseEvents = map[string]databaseEvent{
	"0007": {"storage", "storage is used up", judge.Wakes},
	"0089": {"storage", "storage is low", judge.Wakes},
	"0221": {"storage", "storage is full, the database was shut down", judge.Wakes},
	"0222": {"storage", "storage is low, the database will be shut down", judge.Wakes},
	"0227": {"storage", "Aurora storage is low", judge.Wakes},
	"0223": {"storage", "storage autoscaling cannot scale", judge.Stirs},
	"0224": {"storage", "storage will reach its maximum", judge.Stirs},
	"0254": {"storage", "storage quota of the account is used up", judge.Stirs},
	"0225": {"storage", "storage nears its maximum", judge.Shows},
	"0219": {"storage", "storage autoscaling will try again", judge.Shows},
	"0220": {"storage", "storage autoscaling will try again", judge.Shows},
	"0237": {"storage", "storage autoscaling will try again", judge.Shows},
	"0189": {"storage", "gp2 burst balance is low", judge.Shows},
	"0231": {"storage", "storage modification failed and is retried", judge.Shows},

	"0022": {"failure", "error while restarting", judge.Wakes},
	"0031": {"failure", "failed, restore it to a point in time", judge.Wakes},
	"0035": {"failure", "incompatible parameters", judge.Wakes},
	"0036": {"failure", "incompatible network", judge.Wakes},
	"0369": {"failure", "unavailable", judge.Wakes},
	"0419": {"failure", "encryption key cannot be used", judge.Wakes},
	"0243": {"failure", "proxy lacks IP addresses", judge.Stirs},
	"0275": {"failure", "proxy limits connections", judge.Stirs},
	"0004": {"availability", "shut down", judge.Stirs},
	"0006": {"availability", "restarted", judge.Stirs},
	"0020": {"availability", "recovery started", judge.Stirs},
	"0052": {"availability", "recovery of the Multi-AZ instance started", judge.Stirs},
	"0021": {"availability", "recovery completed", judge.Ends},
	"0053": {"availability", "recovery of the Multi-AZ instance completed", judge.Ends},
	"0026": {"maintenance", "offline for maintenance", judge.Shows},
	"0027": {"maintenance", "maintenance completed", judge.Ends},

	"0013": {"failover", "started", judge.Stirs},
	"0015": {"failover", "completed, DNS may take minutes", judge.Stirs},
	"0034": {"failover", "not attempted: there was one just now", judge.Stirs},
	"0049": {"failover", "completed", judge.Stirs},
	"0050": {"failover", "activation started", judge.Stirs},
	"0051": {"failover", "activation completed", judge.Stirs},
	"0065": {"failover", "recovered from a partial one", judge.Stirs},
	"0069": {"failover", "failed", judge.Wakes},
	"0070": {"failover", "restarted", judge.Stirs},
	"0071": {"failover", "completed", judge.Stirs},
	"0072": {"failover", "started in the same zone", judge.Stirs},
	"0073": {"failover", "started across zones", judge.Stirs},
	"0187": {"failover", "to another region failed", judge.Wakes},

	"0045": {"replication", "replication error", judge.Stirs},
	"0057": {"replication", "replication was terminated", judge.Stirs},
	"0046": {"replication", "replication resumed", judge.Ends},
	"0062": {"replication", "replication was stopped by hand", judge.Marks},
	"0063": {"replication", "replication was reset", judge.Marks},
	"0202": {"replication", "read replica could not be created", judge.Shows},
}

// configuring are numbers of category failure that say that something asked for could not be done: nothing that worked has ceased to.
var configuring = map[string]bool{
	"0039": true, "0058": true, "0067": true, "0079": true, "0080": true, "0081": true, "0084": true, "0086": true, "0157": true, "0158": true, "0165": true,
	"0188": true, "0195": true, "0198": true, "0245": true, "0249": true, "0252": true, "0261": true, "0283": true, "0354": true, "0355": true,
}

// plainNumbers are events that are changes although their words look like trouble: a stop that was asked for, a failed export that was cancelled.
var plainNumbers = map[string]bool{"0001": true, "0002": true, "0087": true, "0088": true, "0154": true,
	"0160": true, "0061": true, "0190": true}

// databaseCategories are the categories that say more than a number that we do not know.
var databaseCategories = []struct {
	names   []string
	about   string
	verdict judge.Verdict
}{
	{[]string{"low storage"}, "storage", judge.Wakes},
	{[]string{"failover", "global failover", "global-failover"}, "failover", judge.Stirs},
	{[]string{"failure"}, "failure", judge.Stirs},
	{[]string{"availability"}, "availability", judge.Stirs},
	{[]string{"maintenance", "security patching"}, "maintenance", judge.Marks},
	{[]string{"backup", "creation", "deletion", "configuration change", "restoration", "recovery", "read replica",
		"security"}, "change", judge.Marks},
}

var databaseNumber = regexp.MustCompile(`(?:RDS|DMS)-EVENT-(\d{4})`)

// isDatabase knows an event subscription of RDS, or of DMS, which took over the form. Redshift has it too, and a severity beside it.
func isDatabase(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("Event Source") && m.Fields.Has("Event Message") &&
		!m.Fields.Has("Severity")
}

// readDatabase reads what RDS says, over its own subscription or over EventBridge: both are about the same thing. Family
// and key are the same both ways.
func readDatabase(m *aws.Message) []judge.Judgement {
	id := aws.FirstOf(m.At("Source ID"), m.At("SourceId"), m.At("detail.SourceIdentifier"),
		aws.Called(m.At("resources.0")), m.At("Event Source"))
	text := aws.FirstOf(m.At("Event Message"), m.At("detail.Message"))
	number, what := "", "RDS"
	if found := databaseNumber.FindStringSubmatch(aws.FirstOf(m.At("Event ID"), m.At("detail.EventID"))); found != nil {
		number = found[1]
	}
	if strings.HasPrefix(m.At("Event Source"), "replication-") {
		what = "DMS"
	}
	e := judgeDatabase(m, what, number, text)
	title := what + " " + id + ": " + aws.FirstOf(e.says, judge.Sentence(text))
	if e.about == "failover" {
		title = what + " failover of " + id + ": " + aws.FirstOf(e.says, judge.Sentence(text))
	}
	j := judge.Judgement{
		Family: strings.ToLower(what), Treat: e.verdict.Treat, Severity: e.verdict.Severity,
		Recovers: e.about == "replication" || e.about == "availability" || e.about == "maintenance",
		Key:      id + "/" + e.about, Title: title, Reason: text, ARN: m.At("detail.SourceArn"),
	}
	// It comes from the message and is shown as a link, so it may lead to the console only.
	if link := m.At("Identifier Link"); strings.HasPrefix(link, "https://console.aws.amazon.com/") {
		j.Link = strings.ReplaceAll(link, " ", "%20")
	}
	return []judge.Judgement{j}
}

// judgeDatabase goes by the number, then by the category, and at last by the words. A number is exact. Of a number that
// came after this table the category is known, and words are the last that is left.
func judgeDatabase(m *aws.Message, what, number, text string) databaseEvent {
	if what == "DMS" {
		return judgeDMS(number, text)
	}
	switch e, known := databaseEvents[number]; {
	case known:
		return e
	case configuring[number]:
		return databaseEvent{"settings", "", judge.Shows}
	case plainNumbers[number]:
		return databaseEvent{"change", "", judge.Marks}
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
func orShown(v judge.Verdict, text string) judge.Verdict {
	if v.Treat == judge.Marker && (troubleWords.MatchString(text) || memoryWords.MatchString(text)) {
		return judge.Shows
	}
	return v
}

// lessForCopies judges what happens to snapshots, groups of settings and the like: nobody's queries go there.
func lessForCopies(m *aws.Message, e databaseEvent) databaseEvent {
	kind := strings.ToLower(aws.FirstOf(m.At("Event Source"), m.At("detail.SourceType")))
	if e.verdict.Treat == judge.Page && judge.Says(kind, "snapshot", "parameter", "security", "custom-engine",
		"custom_engine", "blue-green", "blue_green", "zero-etl") {
		e.verdict = judge.Shows
	}
	return e
}

// storageWords and the others are held against texts of any length; Go's regexp takes a time that is linear in it.
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
		return databaseEvent{"storage", "", judge.Wakes}
	case memoryWords.MatchString(text):
		return databaseEvent{"memory", "", judge.Stirs}
	case failoverWords.MatchString(text):
		return databaseEvent{"failover", "", judge.Stirs}
	case troubleWords.MatchString(text):
		return databaseEvent{"failure", "", judge.Stirs}
	}
	return databaseEvent{"change", "", judge.Marks}
}

// judgeDMS judges tasks of the migration service. One that stopped was mostly asked to. DMS-EVENT-0078 is a task that
// failed, 0079 one that stopped.
func judgeDMS(number, text string) databaseEvent {
	switch {
	case number == "0078", judge.Says(text, "failed", "failure"):
		return databaseEvent{"task", "", judge.Stirs}
	case number == "0079", judge.Says(text, "has stopped", "low storage", "memory"):
		return databaseEvent{"task", "", judge.Shows}
	}
	return databaseEvent{"change", "", judge.Marks}
}

// judgeReplication does the same for EventBridge's form.
func judgeReplication(m *aws.Message) judge.Verdict {
	switch kind := m.At("detail.eventType"); {
	case judge.Says(kind, "failed"), judge.Says(m.At("detail.category"), "failure"):
		return judge.Stirs
	case judge.Says(kind, "stopped", "low_storage", "low storage"):
		return judge.Shows
	}
	return judge.Marks
}

// isRedshift knows the form of RDS with a severity, which RDS does not have. See isDatabase.
func isRedshift(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("Event Message") && m.Fields.Has("Severity") &&
		(m.Fields.Has("Resource") || m.Fields.Has("Event Source"))
}

// judgeRedshift goes by the severity, which is ERROR or INFO. A message with INFO may all the same say that the cluster is
// unwell.
func judgeRedshift(m *aws.Message) judge.Verdict {
	text := m.At("Event Message")
	switch severity := strings.ToUpper(m.At("Severity")); {
	case severity == "ERROR" || severity == "CRITICAL":
		return judge.Wakes
	case severity == "WARN" || severity == "WARNING", unwellWords.MatchString(text):
		return judge.Shows
	case judge.Says(text, "recovered", "recovery completed", "available again", "back online"):
		return judge.Ends
	}
	return judge.Marks
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

// isCache knows the newer form by its one member, "ElastiCache:FailoverComplete": "name", and the older one by the type of
// its source.
func isCache(m *aws.Message) bool {
	if product, _, _ := cacheEvent(m); product != "" {
		return true
	}
	kind := m.At("SourceType")
	return m.Fields != nil && m.Fields.Has("SourceIdentifier") && m.Fields.Has("Message") &&
		(strings.HasPrefix(kind, "cache-") || kind == "replication-group")
}

// readCache reads what ElastiCache says, in its newer form, a name and a cluster, or in its older one, a sentence.
func readCache(m *aws.Message) []judge.Judgement {
	product, event, about := cacheEvent(m)
	if product == "" {
		product, event, about = "ElastiCache", m.At("Message"), m.At("SourceIdentifier")
	}
	kind, title := "change", product+" "+about+": "+judge.Words(event)
	v := judge.Marks
	switch {
	// a person asked for it
	case judge.Says(event, "testfailover", "test failover"):
	case judge.Says(event, "failover"):
		kind, v, title = "failover", judge.Stirs, product+" failover of "+about
		// "failover" has "fail" in it: what is left without it must say so, too
		if judge.Says(event, "fail", "unable") &&
			judge.Says(strings.ReplaceAll(strings.ToLower(event), "failover", ""), "fail", "unable") {
			v, title = judge.Wakes, title+" failed"
		}
	case judge.Says(event, "fail", "error", "unable"):
		kind, v = "failure", judge.Shows
	case judge.Says(event, "rebooted", "restarted", "shutdown", "recovery", "nodereplacecomplete"):
		kind, v = "nodes", judge.Shows
	case judge.Says(event, "replacementscheduled", "replacementrescheduled", "is scheduled for", "re-scheduled"):
		kind, v = "maintenance", judge.Shows
	}
	return []judge.Judgement{{Treat: v.Treat, Severity: v.Severity, Key: about + "/" + kind, Title: title,
		Time: m.At("Date")}}
}
