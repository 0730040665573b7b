package messages

import (
	"slices"

	"github.com/oncalm/oncalm/alarms/alerts"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// table is all that we know of messages that are not CloudWatch's own: the first row that knows a message counts. What no row
// knows is judged as somebody's own message, and opens an incident; see judgeOwn.
//
// The principle: what a person or a pipeline does is a change, and good news disturbs nobody. Of what fails, a page says what
// hurts users now; the rest is shown, since an alarm says it better when users are hurt. A thing has one key, so that what
// repeats joins its incident, and its recovery resolves it. A row judges by what a message says in its fields before it looks
// at words.
var table = slices.Concat(alerts.Rows, serviceRows, computeRows, dataRows, securityRows, otherRows)

// serviceRows are the forms that services have of their own, besides EventBridge.
var serviceRows = []judge.Row{
	{Family: "rds", Known: isDatabase, Read: readDatabase},
	{Family: "redshift", Recovers: true, Known: isRedshift, Key: "{Resource}",
		Title: "Redshift {Resource}: {Event Message}", Reason: "{Event Message}", Judge: judgeRedshift},
	{Family: "elasticache", Known: isCache, Read: readCache},
	{Family: "codedeploy", Known: judge.Has("deploymentId", "eventTriggerName"),
		Key:    "{applicationName}/{deploymentGroupName}",
		Title:  "CodeDeploy {applicationName|instanceId~|deploymentId}: {status^|instanceStatus^}",
		Reason: "{errorInformation.ErrorMessage}", Judge: judge.By("status", judge.On(judge.Shows, "Failed"))},
	// The token in it is as good as the approval itself, so nothing of the message is kept but names.
	{Family: "codepipeline-approval", Known: judge.Has("approval", "consoleLink"), Key: "{approval.pipelineName}",
		Title:  "Approval wanted: {approval.pipelineName}/{approval.stageName}/{approval.actionName}",
		Reason: "{approval.customData}", Judge: judge.Always(judge.Marks)},
	{Family: "autoscaling", Known: isScaling, Key: "{AutoScalingGroupName}",
		Title: "Auto Scaling {AutoScalingGroupName}: {Event}", Reason: "{StatusMessage|Cause}", Judge: judgeScaling},
	{Family: "beanstalk", Recovers: true, Known: isBeanstalk, Key: "{Application}/{Environment}",
		Title: "Beanstalk {Environment}: {Message}", Reason: "{Message}",
		Judge: func(m *aws.Message) judge.Verdict {
			return judgeHealthText(aws.FirstOf(m.At("Message"), m.Subject), m.At("Environment"))
		}},
	{Family: "devops-guru", Recovers: true, Known: judge.Has("InsightId", "MessageType"), Key: "{InsightId}",
		Title: "{InsightName|InsightDescription}", Reason: "{InsightDescription}", Judge: judgeInsight},
	{Family: "ses", Known: isMail, Read: readMail},
	{Family: "ses",
		Known: judge.Begins("Successfully validated SNS topic",
			"You have successfully subscribed your Amazon SNS topic"),
		Title: "SES can publish to this topic", Judge: judge.Always(judge.Marks)},
	{Family: "s3", Known: isS3Test, Key: "{Bucket}", Title: "S3 test event of {Bucket}",
		Judge: judge.Always(judge.Marks)},
	{Family: "s3", Known: isObjectEvent, Read: readObjects},
	{Family: "codecommit", Known: isPush, Key: "{Records.0.eventSourceARN}",
		Title: "CodeCommit {Records.0.eventSourceARN~}: {Records.0.eventName^} {Records.0.codecommit.references.0.ref}",
		Judge: judge.Always(judge.Marks)},
	{Family: "delivery", Known: judge.Has("s3Bucket", "s3ObjectKey"), Key: "{s3Bucket}",
		Title: "CloudTrail delivered a log to {s3Bucket}", Judge: judge.Always(judge.Marks)},
	{Family: "config", Recovers: true, Known: isConfig,
		Key: "{configRuleName|configSnapshotId}/{resourceType|configurationItem.resourceType}/" +
			"{resourceId|configurationItem.resourceId}",
		Title: "Config {configRuleName}: {messageType^} {resourceId|configurationItem.resourceId|s3Bucket}",
		Judge: judgeConfig},
	{Family: "glacier", Known: judge.Has("VaultARN", "StatusCode"), Key: "{VaultARN}",
		Title: "Glacier {VaultARN~}: {Action^} {StatusCode^}", Reason: "{StatusMessage}",
		Judge: judge.By("StatusCode", judge.On(judge.Shows, "Failed"))},
	{Family: "lambda", Known: isDestination, Key: "{requestContext.functionArn}",
		Title:  "Lambda {requestContext.functionArn~} failed: {responsePayload.errorMessage|requestContext.condition^}",
		Reason: "{responsePayload.errorMessage|requestContext.condition}", Judge: judgeDestination},
	{Family: "cost", Known: judge.Has("anomalyId", "impact"), Key: "{anomalyId}",
		Title: "Cost anomaly in {rootCauses.0.service|dimensionalValue|monitorName}: {impact.totalImpact} USD more",
		Judge: judge.Always(judge.Shows)},
	{Family: "cloudformation", Recovers: true, Known: isStackText, Key: "{StackId}",
		Title: "CloudFormation {StackName}: {ResourceStatus^}", Reason: "{ResourceStatusReason}", Read: readStackText},
	{Family: "backup", Known: isBackup, Read: readBackup},
	{Family: "budget", Known: isBudget, Key: "{Budget Name}",
		Title:  "Budget {Budget Name}: {Alert Type^} {ACTUAL Amount|FORECASTED Amount}, alert at {Alert Threshold}",
		Reason: "{Alert Type^}, alert at {Alert Threshold}, of {Budgeted Amount}", Judge: judgeBudget},
}

// otherRows are last: what nobody knows by its service.
var otherRows = []judge.Row{
	{Family: "event", Anybodys: true, Source: "aws.partner/*", DetailType: "*", Read: readOwnEvent},
	{Family: "aws", Source: "aws.*", DetailType: "*", Key: "{detail-type|detailType}/{resources.0}",
		Title: "{detail-type|detailType}: {resources.0~} {detail.state^|detail.status^}",
		Reason: "{detail.message|detail.description|detail.FailureReason|detail.ErrorMessage|detail.changeDescription|" +
			"detail.state|detail.status}",
		Judge: judgeUnknown},
	{Family: "event", Anybodys: true, Source: "*", DetailType: "*", Read: readOwnEvent},
}
