package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
	"github.com/oncalm/oncalm/alarms/judge"
)

// computeRows are EventBridge's events about what runs and what changes it. Of the rows of one source those with an exact
// type stand first, and the one with * is last: the first that knows an event counts.
var computeRows = []judge.Row{
	{Family: "cloudtrail", Source: "*", DetailType: "* via CloudTrail",
		Title:  "{detail.eventName^} at {detail.eventSource} by {detail.userIdentity.arn~|detail.userIdentity.type}",
		Reason: "{detail.errorMessage|detail.errorCode}", Judge: judgeCall,
		Names: calledFor},
	{Family: "cloudwatch", Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm Configuration Change",
		Key: "{resources.0}", Title: "CloudWatch alarm {detail.alarmName}: {detail.operation}",
		Reason: "{detail.configuration.description}", Read: readConfiguration},

	{Family: "ecs-deployment", Source: "aws.ecs", DetailType: "ECS Deployment State Change", Key: "{resources.0}",
		Title: "ECS deployment of {resources.0~}: {detail.eventName^}", Reason: "{detail.reason}",
		Judge: judgeDeployment, Changes: true},
	{Family: "ecs-service", Source: "aws.ecs", DetailType: "ECS Service Action", Key: "{resources.0}",
		Title: "ECS service {resources.0~}: {detail.eventName^}", Reason: "{detail.reason}", Judge: judgeService},
	{Family: "ecs-task", Source: "aws.ecs", DetailType: "ECS Task State Change",
		Key:    "{detail.clusterArn~}/{detail.group|detail.taskDefinitionArn~}",
		Title:  "ECS task of {detail.group~|detail.taskDefinitionArn~}: {detail.lastStatus^}",
		Reason: "{detail.stoppedReason}", Judge: judgeTask},
	{Family: "ecs", Source: "aws.ecs", DetailType: "*", Title: "{detail-type}: {resources.0~} {detail.status^}",
		Judge: judgeUnknown},

	{Family: "codepipeline", Source: "aws.codepipeline", DetailType: "CodePipeline *", Key: "{detail.pipeline}",
		Title:  "CodePipeline {detail.pipeline}: {detail.stage} {detail.action} {detail.state^}",
		Reason: "{detail.execution-result.external-execution-summary}",
		Judge:  judge.By("detail.state", judge.On(judge.Shows, "FAILED")), Changes: true},
	{Family: "codedeploy", Source: "aws.codedeploy", DetailType: "CodeDeploy Deployment *",
		Key:   "{detail.application}/{detail.deploymentGroup}",
		Title: "CodeDeploy {detail.application}: deployment {detail.state^}",
		Judge: judge.By("detail.state", judge.On(judge.Shows, "FAILURE")), Changes: true},
	{Family: "codedeploy", Source: "aws.codedeploy", DetailType: "*",
		Title: "CodeDeploy {detail.application}: {detail.instanceId} {detail.state^}",
		Judge: judge.Always(judge.Marks)},
	{Family: "codebuild", Source: "aws.codebuild", DetailType: "CodeBuild Build State Change",
		Key: "{detail.project-name}", Title: "CodeBuild {detail.project-name}: build {detail.build-status^}",
		Reason: "{detail.additional-information.logs.deep-link}",
		Judge:  judge.By("detail.build-status", judge.On(judge.Shows, "FAILED", "FAULT", "TIMED_OUT"))},
	{Family: "codebuild", Source: "aws.codebuild", DetailType: "*",
		Title: "CodeBuild {detail.project-name}: {detail.completed-phase^} {detail.completed-phase-status^}",
		Judge: judge.Always(judge.Marks)},
	{Family: "codecommit", Source: "aws.codecommit", DetailType: "*",
		Title: "CodeCommit {detail.repositoryName|detail.repositoryNames|detail.approvalRuleTemplateName}: " +
			"{detail.event^}", Reason: "{detail.notificationBody}", Judge: judge.Always(judge.Marks)},
	{Family: "cloudformation", Recovers: true, Source: "aws.cloudformation",
		DetailType: "CloudFormation Stack Status Change", Key: "{detail.stack-id}",
		Title:   "CloudFormation {detail.stack-id~}: {detail.status-details.status^}",
		Reason:  "{detail.status-details.status-reason}",
		Judge:   func(m *aws.Message) judge.Verdict { return judgeStack(m.At("detail.status-details.status")) },
		Changes: true, Names: stackOf},
	{Family: "cloudformation", Source: "aws.cloudformation",
		DetailType: "CloudFormation StackSet Operation Status Change", Key: "{detail.stack-set-arn}",
		Title:  "{detail-type}: {detail.stack-set-arn~} {detail.status-details.status^}",
		Reason: "{detail.status-details.status-reason}", Judge: judgeFailure},
	{Family: "cloudformation", Source: "aws.cloudformation", DetailType: "*",
		Title: "{detail-type}: {detail.stack-id~|detail.stack-set-arn~} {detail.logical-resource-id} " +
			"{detail.status-details.status^|detail.status-details.detailed-status^|" +
			"detail.status-details.stack-drift-status^}",
		Reason: "{detail.status-details.status-reason}", Judge: judge.Always(judge.Marks)},

	{Family: "autoscaling", Source: "aws.autoscaling", DetailType: "EC2 Instance * Unsuccessful",
		Key:    "{detail.AutoScalingGroupName}",
		Title:  "Auto Scaling {detail.AutoScalingGroupName}: {detail-type}: {detail.StatusMessage}",
		Reason: "{detail.StatusMessage|detail.Cause}", Judge: judge.Always(judge.Shows)},
	{Family: "autoscaling", Source: "aws.autoscaling", DetailType: "EC2 Auto Scaling Instance Refresh Failed",
		Key:   "{detail.AutoScalingGroupName}",
		Title: "Auto Scaling {detail.AutoScalingGroupName}: instance refresh failed", Judge: judge.Always(judge.Shows),
		Changes: true},
	{Family: "autoscaling", Source: "aws.autoscaling", DetailType: "*",
		Title: "Auto Scaling {detail.AutoScalingGroupName}: {detail-type}", Reason: "{detail.Cause}",
		Judge: judge.Always(judge.Marks)},
	{Family: "ebs", Source: "aws.ec2", DetailType: "EBS *", Key: "{detail.source|resources.0}",
		Title: "EBS {detail.source~|resources.0~}: {detail.event^} {detail.result^}", Reason: "{detail.cause}",
		Judge: judge.By("detail.result", judge.On(judge.Shows, "failed"))},
	{Family: "ec2", Source: "aws.ec2", DetailType: "*",
		Title: "{detail-type}: {detail.instance-id} {detail.state^|detail.instance-action^}", Judge: judgeUnknown},
	{Family: "appconfig", Source: "aws.appconfig", DetailType: "*Rolled Back",
		Title: "AppConfig {detail.ConfigurationProfile.Name}: deployment rolled back",
		Key:   "{detail.ConfigurationProfile.Name}", Judge: judge.Always(judge.Shows), Changes: true, Names: profileOf},
	{Family: "appconfig", Source: "aws.appconfig", DetailType: "*", Names: profileOf,
		Title: "AppConfig {detail.ConfigurationProfile.Name}: {detail-type}", Judge: judge.Always(judge.Marks)},
	{Family: "synthetics", Recovers: true, Source: "aws.synthetics", DetailType: "Synthetics Canary TestRun *",
		Key:    "{detail.canary-name}",
		Title:  "Synthetics canary {detail.canary-name}: {detail.test-run-status^}: {detail.state-reason}",
		Reason: "{detail.state-reason|detail.message}",
		Judge: judge.By("detail.test-run-status", judge.On(judge.Shows, "FAILED", "ERROR"),
			judge.On(judge.Ends, "PASSED"))},
	{Family: "synthetics", Source: "aws.synthetics", DetailType: "*",
		Title: "Synthetics canary {detail.canary-name}: {detail.current-state^}", Judge: judgeFailure},
	{Family: "step-functions", Recovers: true, Source: "aws.states",
		DetailType: "Step Functions Execution Status Change", Key: "{detail.stateMachineArn}",
		Title:  "Step Functions {detail.stateMachineArn~}: {detail.status^}: {detail.error}",
		Reason: "{detail.cause|detail.error}",
		Judge: judge.By("detail.status", judge.On(judge.Stirs, "FAILED", "TIMED_OUT"),
			judge.On(judge.Ends, "SUCCEEDED"))},
	{Family: "batch", Source: "aws.batch", DetailType: "Batch Job State Change",
		Key:   "{detail.jobQueue~}/{detail.jobDefinition~|detail.jobName}",
		Title: "Batch job {detail.jobName}: {detail.status^}: {detail.statusReason}", Reason: "{detail.statusReason}",
		Judge: judge.By("detail.status", judge.On(judge.Shows, "FAILED"))},
	{Family: "beanstalk", Recovers: true, Source: "aws.elasticbeanstalk", DetailType: "*",
		Key:   "{detail.ApplicationName}/{detail.EnvironmentName}",
		Title: "Beanstalk {detail.EnvironmentName}: {detail.Message|detail.Status}", Reason: "{detail.Message}",
		Judge: judgeEnvironment},
	{Family: "health", Recovers: true, Source: "aws.health", DetailType: "AWS Health*", Key: "{detail.eventArn}",
		Title: "AWS Health: {detail.service}", Reason: "{detail.eventDescription.0.latestDescription}",
		Judge: judgeHealth},
	{Family: "devops-guru", Recovers: true, Source: "aws.devops-guru", DetailType: "*", Key: "{detail.insightId}",
		Title: "{detail.insightName|detail-type}", Reason: "{detail.insightDescription}", Judge: judgeInsight},
}

// dataRows are EventBridge's events about databases, caches, backups and jobs on data.
var dataRows = []judge.Row{
	{Family: "rds", Source: "aws.rds", DetailType: "*", Read: readDatabase},
	{Family: "redshift", Source: "aws.redshift", DetailType: "*",
		Key: "{detail.sourceIdentifier|detail.SourceIdentifier|resources.0~}",
		Title: "Redshift {detail.sourceIdentifier|detail.SourceIdentifier|resources.0~}: " +
			"{detail.message|detail.Message|detail-type}", Reason: "{detail.message|detail.Message}",
		Judge: judge.By("detail.severity", judge.On(judge.Wakes, "ERROR", "CRITICAL"),
			judge.On(judge.Shows, "WARN", "WARNING"))},
	{Family: "dms", Source: "aws.dms", DetailType: "*", Key: "{resources.0}",
		Title: "DMS {resources.0~}: {detail.detailMessage|detail.eventType^}", Reason: "{detail.detailMessage}",
		Judge: judgeReplication},
	{Family: "elasticache", Source: "aws.elasticache", DetailType: "*", Key: "{resources.0}",
		Title: "ElastiCache {resources.0~}: {detail-type}", Reason: "{detail.message}", Judge: judgeFailure},
	{Family: "backup", Source: "aws.backup", DetailType: "* Job State Change",
		Key: "{detail.resourceArn|detail.backupVaultName|detail.sourceBackupVaultArn}",
		Title: "AWS Backup of {detail.resourceArn~|detail.backupVaultName}: {detail.state^|detail.status^}: " +
			"{detail.statusMessage}", Reason: "{detail.statusMessage}", Judge: judgeJob},
	{Family: "snapshots", Source: "aws.dlm", DetailType: "*", Key: "{detail.policy_id|resources.0}",
		Title:  "Snapshot policy {detail.policy_id|resources.0~}: {detail.state^|detail.result^}",
		Reason: "{detail.cause}", Judge: judgeFailure},
	{Family: "glue", Source: "aws.glue", DetailType: "*", Key: "{detail.jobName|detail.crawlerName|resources.0}",
		Title: "Glue {detail.jobName|detail.crawlerName|detail-type}: {detail.state^}: " +
			"{detail.message|detail.errorMessage}", Reason: "{detail.message|detail.errorMessage}",
		Judge: judge.By("detail.state", judge.On(judge.Shows, "FAILED", "TIMEOUT", "ERROR"))},
}

// securityRows are EventBridge's events about findings, rules, certificates and advice.
var securityRows = []judge.Row{
	{Family: "ecr-scan", Source: "aws.ecr", DetailType: "ECR Image Scan", Key: "{detail.repository-name}",
		Title: "ECR scan of {detail.repository-name}: {detail.scan-status^}", Judge: judgeScan},
	{Family: "ecr", Source: "aws.ecr", DetailType: "*",
		Title: "ECR {detail.repository-name}: {detail.action-type^} {detail.image-tag}", Judge: judgeUnknown},
	{Family: "inspector", Source: "aws.inspector2", DetailType: "Inspector2 Finding",
		Key: "{detail.resources.0.id|detail.awsAccountId}/{detail.severity}",
		Title: "Inspector: {detail.severity^} finding on " +
			"{detail.resources.0.details.awsEcrContainerImage.repositoryName|" +
			"detail.resources.0.tags.Name|detail.resources.0.id~}: {detail.title}",
		Reason: "{detail.description}", Judge: judgeFinding},
	{Family: "ecr-scan", Source: "aws.inspector2", DetailType: "Inspector2 Scan", Key: "{detail.repository-name~}",
		Title: "ECR scan of {detail.repository-name~}: {detail.scan-status^}", Judge: judgeScan},
	{Family: "inspector", Source: "aws.inspector2", DetailType: "*", Title: "{detail-type}: {resources.0~}",
		Judge: judge.Always(judge.Marks)},
	{Family: "guardduty", Source: "aws.guardduty", DetailType: "GuardDuty Finding", Key: "{detail.type}/",
		Title: "GuardDuty: {detail.title|detail.type}", Reason: "{detail.description}", Judge: judgeThreat},
	{Family: "guardduty", Source: "aws.guardduty", DetailType: "GuardDuty Malware *",
		Key: "{detail.s3ObjectDetails.bucketName}/{detail.s3ObjectDetails.objectKey}",
		Title: "GuardDuty malware scan of {detail.s3ObjectDetails.bucketName}: " +
			"{detail.scanResultDetails.scanResultStatus^}", Judge: judgeMalware},
	{Family: "securityhub", Recovers: true, Source: "aws.securityhub", DetailType: "*", Read: readFindings},
	{Family: "macie", Source: "aws.macie", DetailType: "*",
		Key: "{detail.type}/{detail.resourcesAffected.s3Bucket.name}", Title: "Macie: {detail.title}",
		Reason: "{detail.description}",
		Judge:  judge.By("detail.severity.description", judge.On(judge.Shows, "High", "Medium"))},
	{Family: "access-analyzer", Recovers: true, Source: "aws.access-analyzer", DetailType: "*",
		Key:   "{detail.resource}",
		Title: "Access Analyzer: {detail.resourceType} {detail.resource~} can be reached from outside",
		Judge: judge.By("detail.status", judge.On(judge.Shows, "ACTIVE"),
			judge.On(judge.Ends, "RESOLVED", "ARCHIVED"))},
	{Family: "config", Recovers: true, Source: "aws.config", DetailType: "Config Rules Compliance Change",
		Key:    "{detail.configRuleName}/{detail.resourceType}/{detail.resourceId}",
		Title:  "Config {detail.configRuleName}: {detail.resourceId} is {detail.newEvaluationResult.complianceType^}",
		Reason: "{detail.newEvaluationResult.annotation}",
		Judge: judge.By("detail.newEvaluationResult.complianceType",
			judge.On(judge.Shows, "NON_COMPLIANT"), judge.On(judge.Ends, "COMPLIANT"))},
	{Family: "config", Source: "aws.config", DetailType: "*",
		Title: "{detail-type}: {detail.messageType^} {detail.resourceId|resources.0~}", Judge: judgeDelivery},
	{Family: "trusted-advisor", Recovers: true, Source: "aws.trustedadvisor", DetailType: "Trusted Advisor Check*",
		Key:   "{detail.check-name}/{detail.resource_id|detail.uuid}",
		Title: "Trusted Advisor: {detail.check-name} {detail.resource_id~}: {detail.status^}",
		Judge: judge.By("detail.status", judge.On(judge.Shows, "ERROR", "WARN"), judge.On(judge.Ends, "OK"))},
	{Family: "certificate", Source: "aws.acm", DetailType: "*Expired", Key: "{resources.0}",
		Title: "The certificate of {detail.CommonName|resources.0~} has expired", Judge: judge.Always(judge.Stirs)},
	{Family: "certificate", Source: "aws.acm", DetailType: "ACM Certificate Approaching Expiration",
		Key:   "{resources.0}",
		Title: "The certificate of {detail.CommonName|resources.0~} expires in {detail.DaysToExpiry} days",
		Judge: judge.Always(judge.Shows)},
	{Family: "certificate", Source: "aws.acm", DetailType: "*Action Required", Key: "{resources.0}",
		Title: "The certificate of {detail.CommonName|resources.0~} cannot be renewed: action required",
		Judge: judge.Always(judge.Shows)},
	{Family: "kms", Source: "aws.kms", DetailType: "*", Key: "{detail.key-id|resources.0}",
		Title: "KMS key {detail.key-id~|resources.0~}: {detail-type}", Judge: judgeKey},
	{Family: "cost", Source: "aws.ce", DetailType: "*", Key: "{detail.anomalyId|resources.0}",
		Title: "Cost anomaly: {detail.rootCauses.0.service|detail.dimensionValue} {detail.impact.totalImpact} USD more",
		Judge: judge.Always(judge.Shows)},
}

// judgeCall takes what the owner of the account does for worth a look: nobody should use that login. What a service did by
// itself, and could not do, is too; of a call that was refused whoever made it hears. An API call of an account's users
// that fails is answered to them; a service that works by itself (rotating a secret, say) has nobody who reads its answer.
func judgeCall(m *aws.Message) judge.Verdict {
	name := m.At("detail.eventName")
	if strings.HasPrefix(m.DetailType(), "AWS Service Event") && facts.SaysFailure(name) {
		about := aws.FirstOf(m.At("detail.additionalEventData.SecretId"), m.At("resources.0"),
			m.At("detail.eventSource"))
		why := aws.FirstOf(m.At("detail.additionalEventData.errorMessage"), m.At("detail.errorMessage"))
		title := judge.Tidy(judge.Words(name) + ": " + aws.Called(about) + ": " + judge.Sentence(why))
		return judge.Shows.Titled(title).Keyed(name + "/" + about)
	}
	if m.At("detail.userIdentity.type") == "Root" && strings.Contains(m.DetailType(), "Sign") {
		return judge.Shows.Titled("The root user has signed in")
	}
	return judge.Marks
}

// judgeKey shows that a key is gone, or its material: what is encrypted with it cannot be read any more. All else that KMS
// does to a key is a change.
func judgeKey(m *aws.Message) judge.Verdict {
	if judge.Says(m.DetailType(), "deletion", "expiration") {
		return judge.Shows
	}
	return judge.Marks
}
