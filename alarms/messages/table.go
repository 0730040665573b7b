package messages

import (
	"slices"

	"github.com/oncalm/oncalm/alarms/aws"
)

// table is all that we know of messages that are not CloudWatch's own: the first row that knows a message counts. What no row knows is
// judged as somebody's own message, and opens an incident; see judgeOwn.
//
// The principle: what a person or a pipeline does is a change, and good news disturbs nobody. Of what fails, a page says what hurts users now;
// the rest is shown, since an alarm says it better when users are hurt. A thing has one key, so that what repeats joins its incident, and its recovery
// resolves it. A row judges by what a message says in its fields before it looks at words.
var table = slices.Concat(alertRows, serviceRows, computeRows, dataRows, securityRows, otherRows)

// alertRows are alerts of Prometheus's Alertmanager, which Amazon's managed one is too, and of Grafana.
var alertRows = []row{
	{family: "alert", recovers: true, known: isAlerts, read: readAlerts},
	{family: "alert", recovers: true, known: isOldGrafana, read: readOldGrafana},
}

// serviceRows are the forms that services have of their own, besides EventBridge.
var serviceRows = []row{
	{family: "rds", known: isDatabase, read: readDatabase},
	{family: "redshift", recovers: true, known: isRedshift, key: "{Resource}", title: "Redshift {Resource}: {Event Message}", reason: "{Event Message}", judge: judgeRedshift},
	{family: "elasticache", known: isCache, read: readCache},
	{family: "codedeploy", known: has("deploymentId", "eventTriggerName"), key: "{applicationName}/{deploymentGroupName}",
		title: "CodeDeploy {applicationName|instanceId~|deploymentId}: {status^|instanceStatus^}", reason: "{errorInformation.ErrorMessage}",
		judge: by("status", on(shows, "Failed"))},
	// The token in it is as good as the approval itself, so nothing of the message is kept but names.
	{family: "codepipeline-approval", known: has("approval", "consoleLink"), key: "{approval.pipelineName}",
		title:  "Approval wanted: {approval.pipelineName}/{approval.stageName}/{approval.actionName}",
		reason: "{approval.customData}", judge: always(marks)},
	{family: "autoscaling", known: isScaling, key: "{AutoScalingGroupName}", title: "Auto Scaling {AutoScalingGroupName}: {Event}",
		reason: "{StatusMessage|Cause}", judge: judgeScaling},
	{family: "beanstalk", recovers: true, known: isBeanstalk, key: "{Application}/{Environment}", title: "Beanstalk {Environment}: {Message}", reason: "{Message}",
		judge: func(m *aws.Message) verdict {
			return judgeHealthText(aws.FirstOf(m.At("Message"), m.Subject), m.At("Environment"))
		}},
	{family: "devops-guru", recovers: true, known: has("InsightId", "MessageType"), key: "{InsightId}", title: "{InsightName|InsightDescription}",
		reason: "{InsightDescription}", judge: judgeInsight},
	{family: "ses", known: isMail, read: readMail},
	{family: "ses", known: begins("Successfully validated SNS topic", "You have successfully subscribed your Amazon SNS topic"), title: "SES can publish to this topic", judge: always(marks)},
	{family: "s3", known: isS3Test, key: "{Bucket}", title: "S3 test event of {Bucket}", judge: always(marks)},
	{family: "s3", known: isObjectEvent, read: readObjects},
	{family: "codecommit", known: isPush, key: "{Records.0.eventSourceARN}", title: "CodeCommit {Records.0.eventSourceARN~}: {Records.0.eventName^} {Records.0.codecommit.references.0.ref}",
		judge: always(marks)},
	{family: "delivery", known: has("s3Bucket", "s3ObjectKey"), key: "{s3Bucket}", title: "CloudTrail delivered a log to {s3Bucket}", judge: always(marks)},
	{family: "config", recovers: true, known: isConfig, key: "{configRuleName|configSnapshotId}/{resourceType|configurationItem.resourceType}/{resourceId|configurationItem.resourceId}",
		title: "Config {configRuleName}: {messageType^} {resourceId|configurationItem.resourceId|s3Bucket}", judge: judgeConfig},
	{family: "glacier", known: has("VaultARN", "StatusCode"), key: "{VaultARN}", title: "Glacier {VaultARN~}: {Action^} {StatusCode^}",
		reason: "{StatusMessage}", judge: by("StatusCode", on(shows, "Failed"))},
	{family: "lambda", known: isDestination, key: "{requestContext.functionArn}", title: "Lambda {requestContext.functionArn~} failed: {responsePayload.errorMessage|requestContext.condition^}",
		reason: "{responsePayload.errorMessage|requestContext.condition}", judge: judgeDestination},
	{family: "cost", known: has("anomalyId", "impact"), key: "{anomalyId}", title: "Cost anomaly in {rootCauses.0.service|dimensionalValue|monitorName}: {impact.totalImpact} USD more",
		judge: always(shows)},
	{family: "cloudformation", recovers: true, known: isStackText, key: "{StackId}", title: "CloudFormation {StackName}: {ResourceStatus^}", reason: "{ResourceStatusReason}", read: readStackText},
	{family: "backup", known: isBackup, read: readBackup},
	{family: "budget", known: isBudget, key: "{Budget Name}", title: "Budget {Budget Name}: {Alert Type^} {ACTUAL Amount|FORECASTED Amount}, alert at {Alert Threshold}",
		reason: "{Alert Type^}, alert at {Alert Threshold}, of {Budgeted Amount}", judge: judgeBudget},
}

// otherRows are last: what nobody knows by its service.
var otherRows = []row{
	{family: "event", anybodys: true, source: "aws.partner/*", detailType: "*", read: readOwnEvent},
	{family: "aws", source: "aws.*", detailType: "*", key: "{detail-type|detailType}/{resources.0}", title: "{detail-type|detailType}: {resources.0~} {detail.state^|detail.status^}",
		reason: "{detail.message|detail.description|detail.FailureReason|detail.ErrorMessage|detail.changeDescription|detail.state|detail.status}", judge: judgeUnknown},
	{family: "event", anybodys: true, source: "*", detailType: "*", read: readOwnEvent},
}
