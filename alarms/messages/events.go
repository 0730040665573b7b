package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
)

// computeRows are EventBridge's events about what runs and what changes it.
var computeRows = []row{
	{family: "cloudtrail", source: "*", detailType: "* via CloudTrail", title: "{detail.eventName^} at {detail.eventSource} by {detail.userIdentity.arn~|detail.userIdentity.type}", reason: "{detail.errorMessage|detail.errorCode}", judge: judgeCall},
	{family: "cloudwatch", source: "aws.cloudwatch", detailType: "CloudWatch Alarm Configuration Change", key: "{resources.0}",
		title: "CloudWatch alarm {detail.alarmName}: {detail.operation}", reason: "{detail.configuration.description}", read: readConfiguration},

	{family: "ecs-deployment", source: "aws.ecs", detailType: "ECS Deployment State Change", key: "{resources.0}",
		title: "ECS deployment of {resources.0~}: {detail.eventName^}", reason: "{detail.reason}", judge: judgeDeployment},
	{family: "ecs-service", source: "aws.ecs", detailType: "ECS Service Action", key: "{resources.0}",
		title: "ECS service {resources.0~}: {detail.eventName^}", reason: "{detail.reason}", judge: judgeService},
	{family: "ecs-task", source: "aws.ecs", detailType: "ECS Task State Change", key: "{detail.clusterArn~}/{detail.group|detail.taskDefinitionArn~}",
		title: "ECS task of {detail.group~|detail.taskDefinitionArn~}: {detail.lastStatus^}", reason: "{detail.stoppedReason}", judge: judgeTask},
	{family: "ecs", source: "aws.ecs", detailType: "*", title: "{detail-type}: {resources.0~} {detail.status^}", judge: judgeUnknown},

	{family: "codepipeline", source: "aws.codepipeline", detailType: "CodePipeline *", key: "{detail.pipeline}",
		title: "CodePipeline {detail.pipeline}: {detail.stage} {detail.action} {detail.state^}", reason: "{detail.execution-result.external-execution-summary}",
		judge: by("detail.state", on(shows, "FAILED"))},
	{family: "codedeploy", source: "aws.codedeploy", detailType: "CodeDeploy Deployment *", key: "{detail.application}/{detail.deploymentGroup}",
		title: "CodeDeploy {detail.application}: deployment {detail.state^}", judge: by("detail.state", on(shows, "FAILURE"))},
	{family: "codedeploy", source: "aws.codedeploy", detailType: "*", title: "CodeDeploy {detail.application}: {detail.instanceId} {detail.state^}", judge: always(marks)},
	{family: "codebuild", source: "aws.codebuild", detailType: "CodeBuild Build State Change", key: "{detail.project-name}",
		title: "CodeBuild {detail.project-name}: build {detail.build-status^}", reason: "{detail.additional-information.logs.deep-link}",
		judge: by("detail.build-status", on(shows, "FAILED", "FAULT", "TIMED_OUT"))},
	{family: "codebuild", source: "aws.codebuild", detailType: "*", title: "CodeBuild {detail.project-name}: {detail.completed-phase^} {detail.completed-phase-status^}", judge: always(marks)},
	{family: "codecommit", source: "aws.codecommit", detailType: "*", title: "CodeCommit {detail.repositoryName|detail.repositoryNames|detail.approvalRuleTemplateName}: {detail.event^}",
		reason: "{detail.notificationBody}", judge: always(marks)},
	{family: "cloudformation", recovers: true, source: "aws.cloudformation", detailType: "CloudFormation Stack Status Change", key: "{detail.stack-id}",
		title: "CloudFormation {detail.stack-id~}: {detail.status-details.status^}", reason: "{detail.status-details.status-reason}",
		judge: func(m *aws.Message) verdict { return judgeStack(m.At("detail.status-details.status")) }},
	{family: "cloudformation", source: "aws.cloudformation", detailType: "CloudFormation StackSet Operation Status Change", key: "{detail.stack-set-arn}",
		title: "{detail-type}: {detail.stack-set-arn~} {detail.status-details.status^}", reason: "{detail.status-details.status-reason}", judge: judgeFailure},
	{family: "cloudformation", source: "aws.cloudformation", detailType: "*",
		title:  "{detail-type}: {detail.stack-id~|detail.stack-set-arn~} {detail.logical-resource-id} {detail.status-details.status^|detail.status-details.detailed-status^|detail.status-details.stack-drift-status^}",
		reason: "{detail.status-details.status-reason}", judge: always(marks)},

	{family: "autoscaling", source: "aws.autoscaling", detailType: "EC2 Instance * Unsuccessful", key: "{detail.AutoScalingGroupName}",
		title: "Auto Scaling {detail.AutoScalingGroupName}: {detail-type}: {detail.StatusMessage}", reason: "{detail.StatusMessage|detail.Cause}", judge: always(shows)},
	{family: "autoscaling", source: "aws.autoscaling", detailType: "EC2 Auto Scaling Instance Refresh Failed", key: "{detail.AutoScalingGroupName}",
		title: "Auto Scaling {detail.AutoScalingGroupName}: instance refresh failed", judge: always(shows)},
	{family: "autoscaling", source: "aws.autoscaling", detailType: "*", title: "Auto Scaling {detail.AutoScalingGroupName}: {detail-type}", reason: "{detail.Cause}", judge: always(marks)},
	{family: "ebs", source: "aws.ec2", detailType: "EBS *", key: "{detail.source|resources.0}",
		title: "EBS {detail.source~|resources.0~}: {detail.event^} {detail.result^}", reason: "{detail.cause}", judge: by("detail.result", on(shows, "failed"))},
	{family: "ec2", source: "aws.ec2", detailType: "*", title: "{detail-type}: {detail.instance-id} {detail.state^|detail.instance-action^}", judge: judgeUnknown},
	{family: "appconfig", source: "aws.appconfig", detailType: "*Rolled Back", title: "AppConfig {detail.ConfigurationProfile.Name}: deployment rolled back", key: "{detail.ConfigurationProfile.Name}", judge: always(shows)},
	{family: "appconfig", source: "aws.appconfig", detailType: "*", title: "AppConfig {detail.ConfigurationProfile.Name}: {detail-type}", judge: always(marks)},
	{family: "synthetics", recovers: true, source: "aws.synthetics", detailType: "Synthetics Canary TestRun *", key: "{detail.canary-name}",
		title: "Synthetics canary {detail.canary-name}: {detail.test-run-status^}: {detail.state-reason}", reason: "{detail.state-reason|detail.message}",
		judge: by("detail.test-run-status", on(shows, "FAILED", "ERROR"), on(ends, "PASSED"))},
	{family: "synthetics", source: "aws.synthetics", detailType: "*", title: "Synthetics canary {detail.canary-name}: {detail.current-state^}", judge: judgeFailure},
	{family: "step-functions", recovers: true, source: "aws.states", detailType: "Step Functions Execution Status Change", key: "{detail.stateMachineArn}",
		title: "Step Functions {detail.stateMachineArn~}: {detail.status^}: {detail.error}", reason: "{detail.cause|detail.error}", judge: by("detail.status", on(stirs, "FAILED", "TIMED_OUT"), on(ends, "SUCCEEDED"))},
	{family: "batch", source: "aws.batch", detailType: "Batch Job State Change", key: "{detail.jobQueue~}/{detail.jobDefinition~|detail.jobName}",
		title: "Batch job {detail.jobName}: {detail.status^}: {detail.statusReason}", reason: "{detail.statusReason}", judge: by("detail.status", on(shows, "FAILED"))},
	{family: "beanstalk", recovers: true, source: "aws.elasticbeanstalk", detailType: "*", key: "{detail.ApplicationName}/{detail.EnvironmentName}",
		title: "Beanstalk {detail.EnvironmentName}: {detail.Message|detail.Status}", reason: "{detail.Message}", judge: judgeEnvironment},
	{family: "health", recovers: true, source: "aws.health", detailType: "AWS Health*", key: "{detail.eventArn}", title: "AWS Health: {detail.service}", reason: "{detail.eventDescription.0.latestDescription}", judge: judgeHealth},
	{family: "devops-guru", recovers: true, source: "aws.devops-guru", detailType: "*", key: "{detail.insightId}", title: "{detail.insightName|detail-type}", reason: "{detail.insightDescription}", judge: judgeInsight},
}

// dataRows are EventBridge's events about databases, caches, backups and jobs on data.
var dataRows = []row{
	{family: "rds", source: "aws.rds", detailType: "*", read: readDatabase},
	{family: "redshift", source: "aws.redshift", detailType: "*", key: "{detail.sourceIdentifier|detail.SourceIdentifier|resources.0~}",
		title: "Redshift {detail.sourceIdentifier|detail.SourceIdentifier|resources.0~}: {detail.message|detail.Message|detail-type}", reason: "{detail.message|detail.Message}",
		judge: by("detail.severity", on(wakes, "ERROR", "CRITICAL"), on(shows, "WARN", "WARNING"))},
	{family: "dms", source: "aws.dms", detailType: "*", key: "{resources.0}", title: "DMS {resources.0~}: {detail.detailMessage|detail.eventType^}", reason: "{detail.detailMessage}", judge: judgeReplication},
	{family: "elasticache", source: "aws.elasticache", detailType: "*", key: "{resources.0}", title: "ElastiCache {resources.0~}: {detail-type}", reason: "{detail.message}", judge: judgeFailure},
	{family: "backup", source: "aws.backup", detailType: "* Job State Change", key: "{detail.resourceArn|detail.backupVaultName|detail.sourceBackupVaultArn}",
		title: "AWS Backup of {detail.resourceArn~|detail.backupVaultName}: {detail.state^|detail.status^}: {detail.statusMessage}", reason: "{detail.statusMessage}", judge: judgeJob},
	{family: "snapshots", source: "aws.dlm", detailType: "*", key: "{detail.policy_id|resources.0}", title: "Snapshot policy {detail.policy_id|resources.0~}: {detail.state^|detail.result^}", reason: "{detail.cause}", judge: judgeFailure},
	{family: "glue", source: "aws.glue", detailType: "*", key: "{detail.jobName|detail.crawlerName|resources.0}", title: "Glue {detail.jobName|detail.crawlerName|detail-type}: {detail.state^}: {detail.message|detail.errorMessage}",
		reason: "{detail.message|detail.errorMessage}", judge: by("detail.state", on(shows, "FAILED", "TIMEOUT", "ERROR"))},
}

// securityRows are EventBridge's events about findings, rules, certificates and advice.
var securityRows = []row{
	{family: "ecr-scan", source: "aws.ecr", detailType: "ECR Image Scan", key: "{detail.repository-name}", title: "ECR scan of {detail.repository-name}: {detail.scan-status^}", judge: judgeScan},
	{family: "ecr", source: "aws.ecr", detailType: "*", title: "ECR {detail.repository-name}: {detail.action-type^} {detail.image-tag}", judge: judgeUnknown},
	{family: "inspector", source: "aws.inspector2", detailType: "Inspector2 Finding", key: "{detail.resources.0.id|detail.awsAccountId}/{detail.severity}",
		title: "Inspector: {detail.severity^} finding on {detail.resources.0.details.awsEcrContainerImage.repositoryName|detail.resources.0.tags.Name|detail.resources.0.id~}: {detail.title}", reason: "{detail.description}", judge: judgeFinding},
	{family: "ecr-scan", source: "aws.inspector2", detailType: "Inspector2 Scan", key: "{detail.repository-name~}", title: "ECR scan of {detail.repository-name~}: {detail.scan-status^}", judge: judgeScan},
	{family: "inspector", source: "aws.inspector2", detailType: "*", title: "{detail-type}: {resources.0~}", judge: always(marks)},
	{family: "guardduty", source: "aws.guardduty", detailType: "GuardDuty Finding", key: "{detail.type}/", title: "GuardDuty: {detail.title|detail.type}", reason: "{detail.description}", judge: judgeThreat},
	{family: "guardduty", source: "aws.guardduty", detailType: "GuardDuty Malware *", key: "{detail.s3ObjectDetails.bucketName}/{detail.s3ObjectDetails.objectKey}",
		title: "GuardDuty malware scan of {detail.s3ObjectDetails.bucketName}: {detail.scanResultDetails.scanResultStatus^}", judge: judgeMalware},
	{family: "securityhub", recovers: true, source: "aws.securityhub", detailType: "*", read: readFindings},
	{family: "macie", source: "aws.macie", detailType: "*", key: "{detail.type}/{detail.resourcesAffected.s3Bucket.name}", title: "Macie: {detail.title}", reason: "{detail.description}",
		judge: by("detail.severity.description", on(shows, "High", "Medium"))},
	{family: "access-analyzer", recovers: true, source: "aws.access-analyzer", detailType: "*", key: "{detail.resource}", title: "Access Analyzer: {detail.resourceType} {detail.resource~} can be reached from outside",
		judge: by("detail.status", on(shows, "ACTIVE"), on(ends, "RESOLVED", "ARCHIVED"))},
	{family: "config", recovers: true, source: "aws.config", detailType: "Config Rules Compliance Change", key: "{detail.configRuleName}/{detail.resourceType}/{detail.resourceId}",
		title: "Config {detail.configRuleName}: {detail.resourceId} is {detail.newEvaluationResult.complianceType^}", reason: "{detail.newEvaluationResult.annotation}",
		judge: by("detail.newEvaluationResult.complianceType", on(shows, "NON_COMPLIANT"), on(ends, "COMPLIANT"))},
	{family: "config", source: "aws.config", detailType: "*", title: "{detail-type}: {detail.messageType^} {detail.resourceId|resources.0~}", judge: judgeDelivery},
	{family: "trusted-advisor", recovers: true, source: "aws.trustedadvisor", detailType: "Trusted Advisor Check*", key: "{detail.check-name}/{detail.resource_id|detail.uuid}",
		title: "Trusted Advisor: {detail.check-name} {detail.resource_id~}: {detail.status^}", judge: by("detail.status", on(shows, "ERROR", "WARN"), on(ends, "OK"))},
	{family: "certificate", source: "aws.acm", detailType: "*Expired", key: "{resources.0}", title: "The certificate of {detail.CommonName|resources.0~} has expired", judge: always(stirs)},
	{family: "certificate", source: "aws.acm", detailType: "ACM Certificate Approaching Expiration", key: "{resources.0}",
		title: "The certificate of {detail.CommonName|resources.0~} expires in {detail.DaysToExpiry} days", judge: always(shows)},
	{family: "certificate", source: "aws.acm", detailType: "*Action Required", key: "{resources.0}", title: "The certificate of {detail.CommonName|resources.0~} cannot be renewed: action required", judge: always(shows)},
	{family: "kms", source: "aws.kms", detailType: "*", key: "{detail.key-id|resources.0}", title: "KMS key {detail.key-id~|resources.0~}: {detail-type}", judge: judgeKey},
	{family: "cost", source: "aws.ce", detailType: "*", key: "{detail.anomalyId|resources.0}", title: "Cost anomaly: {detail.rootCauses.0.service|detail.dimensionValue} {detail.impact.totalImpact} USD more", judge: always(shows)},
}

// judgeCall takes what the owner of the account does for worth a look: nobody should use that login. What a service did by itself, and could not do, is too;
// of a call that was refused whoever made it hears.
func judgeCall(m *aws.Message) verdict {
	if name := m.At("detail.eventName"); strings.HasPrefix(m.DetailType(), "AWS Service Event") && facts.SaysFailure(name) {
		about := aws.FirstOf(m.At("detail.additionalEventData.SecretId"), m.At("resources.0"), m.At("detail.eventSource"))
		return shows.titled(tidyTitle(wordsOf(name) + ": " + aws.Called(about) + ": " + sentence(aws.FirstOf(m.At("detail.additionalEventData.errorMessage"), m.At("detail.errorMessage"))))).keyed(name + "/" + about)
	}
	if m.At("detail.userIdentity.type") == "Root" && strings.Contains(m.DetailType(), "Sign") {
		return shows.titled("The root user has signed in")
	}
	return marks
}

func judgeKey(m *aws.Message) verdict {
	if says(m.DetailType(), "deletion", "expiration") {
		return shows
	}
	return marks
}
