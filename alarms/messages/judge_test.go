package messages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
)

const (
	testAccount = "123456789012"
	testRegion  = "eu-central-1"
)

func messageOf(subject, text string) *aws.Message {
	return aws.NewMessage(subject, text, testAccount, testRegion)
}

// event is an event of EventBridge.
func event(source, detailType, resource, detail string) string {
	resources := ""
	if resource != "" {
		resources = `"` + resource + `"`
	}
	return fmt.Sprintf(`{"id":"1","source":%q,"detail-type":%q,"account":"123456789012","time":"2026-11-02T14:01:00Z","region":"eu-central-1","resources":[%s],"detail":%s}`,
		source, detailType, resources, detail)
}

// rds is a message of an event subscription.
func rds(number, text string) string {
	return fmt.Sprintf(`{"Event Source":"db-instance","Event Time":"2026-11-02 14:01:00.000","Source ID":"orders","Source ARN":"arn:aws:rds:eu-central-1:123456789012:db:orders",`+
		`"Event ID":"http://docs.amazonwebservices.com/AmazonRDS/latest/UserGuide/USER_Events.html#RDS-EVENT-%s","Event Message":%q}`, number, text)
}

func task(detail string) string {
	return event("aws.ecs", "ECS Task State Change", "arn:aws:ecs:eu-central-1:123456789012:task/prod/1", `{"lastStatus":"STOPPED","clusterArn":"arn:aws:ecs:eu-central-1:123456789012:cluster/prod","group":"service:web",`+detail+`}`)
}

func guardDuty(severity string) string {
	return event("aws.guardduty", "GuardDuty Finding", "", `{"id":"f","severity":`+severity+`,"type":"Recon:EC2/PortProbe","title":"A port is probed","resource":{"instanceDetails":{"instanceId":"i-1"}}}`)
}

func beanstalk(text string) string {
	return "Timestamp: Mon Nov 02 14:01:00 UTC 2026\nMessage: " + text + "\n\nEnvironment: shop-prod\nApplication: shop\n\nEnvironment URL: http://shop\nNotificationProcessId: 1"
}

func health(category, status string) string {
	return event("aws.health", "AWS Health Event", "", `{"eventArn":"arn:aws:health:eu-central-1::event/RDS/A/1","service":"RDS","eventTypeCode":"AWS_RDS_OPERATIONAL_ISSUE","eventTypeCategory":"`+category+`","statusCode":"`+status+
		`","startTime":"Sat, 05 Dec 2026 15:05:10 GMT","eventDescription":[{"latestDescription":"Connections fail. We look into it."}],"affectedEntities":[{"entityValue":"orders"}]}`)
}

func hub(members string) string {
	return event("aws.securityhub", "Security Hub Findings - Imported", "", `{"findings":[{"Id":"f1","Title":"Bucket is public",`+members+`}]}`)
}

// TestTable goes through the table by messages of our own: for each kind some that it is about, and neighbours that it is not.
func TestTable(t *testing.T) {
	for _, tt := range tableCases() {
		m := messageOf(tt.subject, tt.message)
		j := Judge(m)[0]
		if j.Treat != tt.treat || j.Severity != tt.severity || j.Family != tt.family || tt.title != "" && j.Title != tt.title {
			t.Errorf("%s:\n got %s %q %s %q\nwant %s %q %s %q", tt.name, j.Treat, j.Severity, j.Family, j.Title, tt.treat, tt.severity, tt.family, tt.title)
		}
		checkJudgement(t, tt.name, j)
	}
}

// checkJudgement holds what is true of every judgement, whatever was sent.
func checkJudgement(t *testing.T, name string, j Judgement) {
	t.Helper()
	if j.Title == "" || j.Key == "" || j.Family == "" || j.Treat == "" {
		t.Errorf("%s: something is empty: %+v", name, j)
	}
	if strings.ContainsAny(j.Title, "{}") {
		t.Errorf("%s: braces in %q", name, j.Title)
	}
	if quiet := j.Treat == Quiet; quiet != (j.Severity == QuietSeverity) {
		t.Errorf("%s: %s of severity %q", name, j.Treat, j.Severity)
	}
}

type tableCase struct {
	name, subject, message string
	treat                  Treatment
	severity, family       string
	title                  string // not looked at if empty
}

func tableCases() []tableCase {
	return slices.Concat(databaseCases(), wordCases(), computeCases(), taskCases(), findingCases(), failureCases(), quietCases(), otherCases())
}

func databaseCases() []tableCase {
	return []tableCase{
		{"storage", "", rds("0089", "low"), Page, "", "rds", "RDS orders: storage is low"},
		{"storage, by the words", "", strings.Replace(rds("9999", "Free storage of the instance is low"), "RDS-EVENT-9999", "", 1), Page, "", "rds", "RDS orders: Free storage of the instance is low"},
		{"failover", "", rds("0013", "x"), Page, "sev3", "rds", "RDS failover of orders: started"},
		{"failover that failed", "", rds("0069", "x"), Page, "", "rds", "RDS failover of orders: failed"},
		{"replication", "", rds("0045", "x"), Page, "sev3", "rds", "RDS orders: replication error"},
		{"replication resumed", "", rds("0046", "x"), Resolve, "", "rds", "RDS orders: replication resumed"},
		{"a restart", "", rds("0006", "DB instance restarted"), Page, "sev3", "rds", "RDS orders: restarted"},
		{"recovered", "", rds("0021", "x"), Resolve, "", "rds", ""},
		{"a setting that failed", "", rds("0067", "Unable to reset your password"), Quiet, "sev4", "rds", "RDS orders: Unable to reset your password"},
		{"backup", "", rds("0002", "Finished DB Instance backup"), Marker, "", "rds", ""},
		{"stopped by hand", "", rds("0087", "DB instance stopped"), Marker, "", "rds", ""},
		{"a number that is not known, and trouble", "", rds("0999", "The instance is unavailable."), Page, "sev3", "rds", "RDS orders: The instance is unavailable"},
		{"a number that is not known", "", rds("0998", "Tags were changed"), Marker, "", "rds", ""},
		{"over EventBridge, by number", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventID":"RDS-EVENT-0221","SourceIdentifier":"orders","Message":"full"}`), Page, "", "rds", "RDS orders: storage is full, the database was shut down"},
		{"over EventBridge, by category", "", event("aws.rds", "RDS DB Cluster Event", "", `{"EventCategories":["notification","failover"],"SourceIdentifier":"orders","Message":"Began"}`), Page, "sev3", "rds", "RDS failover of orders: Began"},
		{"over EventBridge, good", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventCategories":["backup"],"SourceIdentifier":"orders","Message":"Backup finished"}`), Marker, "", "rds", ""},
		{"over EventBridge, a backup that failed", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventCategories":["backup"],"SourceIdentifier":"orders","Message":"Backup failed"}`), Quiet, "sev4", "rds", ""},
		{"an export of a snapshot that failed", "", event("aws.rds", "RDS DB Snapshot Event", "", `{"EventCategories":["notification"],"SourceType":"SNAPSHOT","SourceIdentifier":"s","Message":"The export task failed"}`), Quiet, "sev4", "rds", ""},
		{"Redshift over EventBridge", "", event("aws.redshift", "Redshift Cluster Event", "", `{"sourceIdentifier":"dw","severity":"ERROR","message":"Disk full"}`), Page, "", "redshift", "Redshift dw: Disk full"},
		{"DMS stopped", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0079 ","Event Message":"Replication task has stopped."}`, Quiet, "sev4", "dms", "DMS copy: Replication task has stopped"},
		{"DMS failed", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0078","Event Message":"Replication task has failed."}`, Page, "sev3", "dms", ""},
		{"DMS started", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0069","Event Message":"Replication task has started."}`, Marker, "", "dms", ""},
		{"Redshift", "", `{"Event Source":"cluster","Resource":"dw","Severity":"ERROR","Event Message":"Cluster is down"}`, Page, "", "redshift", "Redshift dw: Cluster is down"},
		{"Redshift, good", "", `{"Event Source":"cluster","Resource":"dw","Severity":"INFO","Event Message":"Snapshot taken"}`, Marker, "", "redshift", ""},
		{"ElastiCache failover", "", `{"ElastiCache:FailoverComplete":"sessions"}`, Page, "sev3", "elasticache", "ElastiCache failover of sessions"},
		{"ElastiCache, older", "", `{"Date":"2026-11-02T14:01:00Z","Message":"Failover to replica node 0002 completed","SourceIdentifier":"sessions","SourceType":"replication-group"}`, Page, "sev3", "elasticache", "ElastiCache failover of sessions"},
		{"ElastiCache failover tried out", "", `{"Date":"x","Message":"Test Failover API called for node group 0001","SourceIdentifier":"sessions","SourceType":"replication-group"}`, Marker, "", "elasticache", ""},
		{"ElastiCache snapshot", "", `{"ElastiCache:SnapshotComplete":"sessions"}`, Marker, "", "elasticache", "ElastiCache sessions: snapshot complete"},
		{"ElastiCache snapshot that failed", "", `{"ElastiCache:SnapshotFailed":"sessions"}`, Quiet, "sev4", "elasticache", ""},
		{"ElastiCache as a line", "", "ElastiCache:CacheNodesRebooted : sessions", Quiet, "sev4", "elasticache", "ElastiCache sessions: cache nodes rebooted"},
		{"MemoryDB", "", `{"MemoryDB:FailoverComplete":"m"}`, Page, "sev3", "elasticache", "MemoryDB failover of m"},
		{"not ElastiCache", "", `{"elasticache":"down"}`, Page, "", "json", ""},
		{"Glue", "", event("aws.glue", "Glue Job State Change", "", `{"jobName":"load","state":"TIMEOUT","message":"too slow"}`), Quiet, "sev4", "glue", "Glue load: timeout: too slow"},
		{"Glue, good", "", event("aws.glue", "Glue Job State Change", "", `{"jobName":"load","state":"SUCCEEDED"}`), Marker, "", "glue", ""},
		{"backup of a resource", "Notification from AWS Backup", "An AWS Backup job failed. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2. BackupJob ID : 1", Quiet, "sev4", "backup", "An AWS Backup job failed: vol-2"},
		{"backup that was good", "Notification from AWS Backup", "An AWS Backup job was completed successfully. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2", Marker, "", "backup", ""},
		{"copy that was no good", "", "An AWS Copy job was completed but was failed or was aborted. Copy Job Id : 1", Quiet, "sev4", "backup", ""},
		{"backup event", "", event("aws.backup", "Copy Job State Change", "", `{"state":"ABORTED","resourceArn":"arn:aws:rds:eu-central-1:1:db:orders"}`), Quiet, "sev4", "backup", "AWS Backup of orders: aborted"},
		{"own backup", "Backup", "The backup of the office completed", Page, "", "text", "Backup"},
		{"snapshot", "", event("aws.ec2", "EBS Snapshot Notification", "", `{"event":"createSnapshot","result":"failed","source":"arn:aws:ec2::eu-central-1:volume/vol-1"}`), Quiet, "sev4", "ebs", "EBS vol-1: create snapshot failed"},
		{"snapshot, good", "", event("aws.ec2", "EBS Snapshot Notification", "", `{"event":"createSnapshot","result":"succeeded"}`), Marker, "", "ebs", ""},
	}
}

func computeCases() []tableCase {
	return []tableCase{
		{"task runs", "", event("aws.ecs", "ECS Task State Change", "", `{"lastStatus":"RUNNING","group":"service:web"}`), Marker, "", "ecs-task", ""},
		{"task scaled in", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1)","containers":[{"exitCode":137}]`), Marker, "", "ecs-task", ""},
		{"task scaled in, older", "", task(`"stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1)","containers":[{"exitCode":143}]`), Marker, "", "ecs-task", ""},
		{"task stopped by a person", "", task(`"stopCode":"UserInitiated","stoppedReason":"Task stopped by user","containers":[{"exitCode":1}]`), Marker, "", "ecs-task", ""},
		{"task of the spot market", "", task(`"stopCode":"SpotInterruption"`), Marker, "", "ecs-task", ""},
		{"task done", "", task(`"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","containers":[{"exitCode":0},{"exitCode":0}]`), Marker, "", "ecs-task", "ECS task of web exited with code 0"},
		{"task failed", "", task(`"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","containers":[{"exitCode":0},{"name":"app","exitCode":3}]`), Page, "sev3", "ecs-task", "ECS task of web exited with code 3 (app)"},
		{"task without codes", "", task(`"stopCode":"EssentialContainerExited"`), Page, "sev3", "ecs-task", "ECS task of web lost an essential container"},
		{"task out of memory", "", task(`"stopCode":"EssentialContainerExited","containers":[{"name":"app","reason":"OutOfMemoryError: killed"}]`), Page, "sev3", "ecs-task", "ECS task of web ran out of memory (app)"},
		{"task that never started", "", task(`"stopCode":"TaskFailedToStart","stoppedReason":"CannotPullContainerError: no such image"`), Page, "sev3", "ecs-task", "ECS task of web could not start: CannotPullContainerError: no such image"},
		{"task unwell", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Task failed ELB health checks in (target-group x)"`), Page, "sev3", "ecs-task", "ECS task of web failed its health checks"},
		{"task unwell by its own check", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Task failed container health checks"`), Page, "sev3", "ecs-task", ""},
		{"deployment failed", "", event("aws.ecs", "ECS Deployment State Change", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventName":"SERVICE_DEPLOYMENT_FAILED"}`), Page, "sev3", "ecs-deployment", "ECS deployment of web failed"},
		{"service cannot start tasks", "", event("aws.ecs", "ECS Service Action", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventType":"WARN","eventName":"SERVICE_TASK_START_IMPAIRED"}`), Page, "sev3", "ecs-service", ""},
		{"service steady", "", event("aws.ecs", "ECS Service Action", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventType":"INFO","eventName":"SERVICE_STEADY_STATE"}`), Marker, "", "ecs-service", ""},
		{"pipeline", "", event("aws.codepipeline", "CodePipeline Stage Execution State Change", "", `{"pipeline":"p","stage":"Prod","state":"FAILED"}`), Quiet, "sev4", "codepipeline", "CodePipeline p: Prod failed"},
		{"build", "", event("aws.codebuild", "CodeBuild Build State Change", "", `{"project-name":"p","build-status":"FAILED"}`), Quiet, "sev4", "codebuild", "CodeBuild p: build failed"},
		{"build stopped by hand", "", event("aws.codebuild", "CodeBuild Build State Change", "", `{"project-name":"p","build-status":"STOPPED"}`), Marker, "", "codebuild", ""},
		{"tools", "", `{"detailType":"CodePipeline Pipeline Execution State Change","notificationRuleArn":"r","source":"aws.codepipeline","detail":{"pipeline":"p","state":"FAILED"}}`, Quiet, "sev4", "codepipeline", "CodePipeline p: failed"},
		{"approval", "", `{"approval":{"pipelineName":"p","stageName":"s","actionName":"a","token":"SECRET"},"consoleLink":"x"}`, Marker, "", "codepipeline-approval", "Approval wanted: p/s/a"},
		{"CodeDeploy trigger", "", `{"deploymentId":"d","eventTriggerName":"t","applicationName":"app","status":"Failed"}`, Quiet, "sev4", "codedeploy", "CodeDeploy app: failed"},
		{"stack back", "", "StackId='arn:aws:cloudformation:eu-central-1:123456789012:stack/web/1'\nPhysicalResourceId='arn:aws:cloudformation:eu-central-1:123456789012:stack/web/1'\nResourceStatus='ROLLBACK_COMPLETE'\nResourceType='AWS::CloudFormation::Stack'\nStackName='web'\n", Quiet, "sev4", "cloudformation", "CloudFormation web: rollback complete"},
		{"stack updated", "", event("aws.cloudformation", "CloudFormation Stack Status Change", "", `{"stack-id":"arn:aws:cloudformation:eu-central-1:1:stack/web/1","status-details":{"status":"UPDATE_COMPLETE"}}`), Resolve, "", "cloudformation", "CloudFormation web: update complete"},
		{"resource of a stack", "", event("aws.cloudformation", "CloudFormation Resource Status Change", "", `{"stack-id":"s","status-details":{"status":"CREATE_FAILED"}}`), Marker, "", "cloudformation", ""},
		{"Auto Scaling test", "", "Service: AWS Auto Scaling\nEvent: autoscaling:TEST_NOTIFICATION\nAutoScalingGroupName: g", Marker, "", "autoscaling", "Auto Scaling g: test notification"},
		{"Auto Scaling error", "", `{"AutoScalingGroupName":"g","Event":"autoscaling:EC2_INSTANCE_LAUNCH_ERROR"}`, Quiet, "sev4", "autoscaling", "Auto Scaling g: ec2 instance launch error"},
		{"canary", "", event("aws.synthetics", "Synthetics Canary TestRun Failure", "", `{"canary-name":"login","test-run-status":"FAILED"}`), Quiet, "sev4", "synthetics", "Synthetics canary login: failed"},
		{"canary, good", "", event("aws.synthetics", "Synthetics Canary TestRun Successful", "", `{"canary-name":"login","test-run-status":"PASSED"}`), Resolve, "", "synthetics", ""},
		{"state machine", "", event("aws.states", "Step Functions Execution Status Change", "arn:aws:states:eu-central-1:1:execution:pay:1", `{"stateMachineArn":"arn:aws:states:eu-central-1:1:stateMachine:pay","status":"FAILED","error":"Timeout"}`), Page, "sev3", "step-functions", "Step Functions pay: failed: Timeout"},
		{"state machine ended by hand", "", event("aws.states", "Step Functions Execution Status Change", "", `{"stateMachineArn":"arn:aws:states:eu-central-1:1:stateMachine:pay","status":"ABORTED"}`), Marker, "", "step-functions", ""},
		{"batch", "", event("aws.batch", "Batch Job State Change", "", `{"jobName":"bills","status":"FAILED","statusReason":"Essential container in task exited"}`), Quiet, "sev4", "batch", "Batch job bills: failed: Essential container in task exited"},
		{"batch runs", "", event("aws.batch", "Batch Job State Change", "", `{"jobName":"bills","status":"RUNNABLE"}`), Marker, "", "batch", ""},
		{"Lambda", "", `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:pay:$LATEST","condition":"EventAgeExceeded"},"requestPayload":{},"responseContext":{}}`, Page, "sev3", "lambda", "Lambda pay failed: event age exceeded"},
		{"Lambda, good", "", `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:pay:7","condition":"Success"},"requestPayload":{},"responsePayload":{"errorMessage":"none"}}`, Marker, "", "lambda", "Lambda pay succeeded"},
		{"Beanstalk severe", "", beanstalk("Environment health has transitioned from Ok to Severe. 100 % fail."), Page, "", "beanstalk", "Beanstalk shop-prod: health is severe"},
		{"Beanstalk degraded", "", beanstalk("Environment health has transitioned from Ok to Degraded."), Page, "sev3", "beanstalk", ""},
		{"Beanstalk warning", "", beanstalk("Environment health has transitioned from Ok to Warning."), Quiet, "sev4", "beanstalk", ""},
		{"Beanstalk ok", "", beanstalk("Environment health has transitioned from Warning to Ok."), Resolve, "", "beanstalk", "Beanstalk shop-prod: health is ok"},
		{"Beanstalk red", "", beanstalk("Environment health has been set to RED"), Page, "", "beanstalk", ""},
		{"Beanstalk green", "", beanstalk("Environment health has been set to GREEN"), Resolve, "", "beanstalk", ""},
		{"Beanstalk info", "", beanstalk("Environment health has transitioned from Ok to Info. Update in progress."), Marker, "", "beanstalk", ""},
		{"Beanstalk deployed", "", beanstalk("New application version was deployed to running EC2 instances."), Marker, "", "beanstalk", ""},
		{"Beanstalk failed to deploy", "", beanstalk("Failed to deploy application."), Quiet, "sev4", "beanstalk", "Beanstalk shop-prod: Failed to deploy application."},
		{"Beanstalk over EventBridge", "", event("aws.elasticbeanstalk", "Health status change", "", `{"ApplicationName":"shop","EnvironmentName":"shop-prod","Message":"Environment health has transitioned from Ok to Severe.","Severity":"WARN"}`), Page, "", "beanstalk", ""},
		{"own text with an environment", "", "Environment: prod\nApplication: shop\nIt is on fire", Page, "", "text", ""},
	}
}

func findingCases() []tableCase {
	return []tableCase{
		{"ECR scan", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"COMPLETE","finding-severity-counts":{"CRITICAL":10,"HIGH":0}}`), Quiet, "sev4", "ecr-scan", "ECR scan of web: 10 critical"},
		{"ECR scan without critical ones", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"COMPLETE","finding-severity-counts":{"HIGH":9}}`), Marker, "", "ecr-scan", "ECR scan of web: 9 high"},
		{"ECR scan that failed", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"FAILED"}`), Quiet, "sev4", "ecr-scan", "ECR scan of web: failed"},
		{"Inspector", "", event("aws.inspector2", "Inspector2 Finding", "", `{"severity":"CRITICAL","status":"ACTIVE","title":"CVE-1","resources":[{"id":"i-1"}]}`), Quiet, "sev4", "inspector", "Inspector: critical finding on i-1: CVE-1"},
		{"Inspector, closed", "", event("aws.inspector2", "Inspector2 Finding", "", `{"severity":"CRITICAL","status":"CLOSED","title":"CVE-1","resources":[{"id":"i-1"}]}`), Marker, "", "inspector", ""},
		{"threat, critical", "", guardDuty("9"), Page, "", "guardduty", "GuardDuty: A port is probed"},
		{"threat, high", "", guardDuty("7.5"), Page, "sev3", "guardduty", ""},
		{"threat, medium", "", guardDuty(`"4"`), Quiet, "sev4", "guardduty", ""},
		{"threat, low", "", guardDuty("3.9"), Marker, "", "guardduty", ""},
		{"malware", "", event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", "", `{"s3ObjectDetails":{"bucketName":"b"},"scanResultDetails":{"scanResultStatus":"THREATS_FOUND"}}`), Page, "sev3", "guardduty", "GuardDuty malware scan of b: threats found"},
		{"no malware", "", event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", "", `{"s3ObjectDetails":{"bucketName":"b"},"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND"}}`), Marker, "", "guardduty", ""},
		{"hub critical", "", hub(`"Severity":{"Label":"CRITICAL"},"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"`), Page, "", "securityhub", "Security Hub: Bucket is public"},
		{"hub high", "", hub(`"Severity":{"Label":"HIGH"},"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"`), Quiet, "sev4", "securityhub", ""},
		{"hub high, an attack", "", hub(`"Severity":{"Label":"HIGH"},"Types":["TTPs/Initial Access"]`), Page, "sev3", "securityhub", ""},
		{"hub medium", "", hub(`"Severity":{"Label":"MEDIUM"}`), Marker, "", "securityhub", ""},
		{"hub archived", "", hub(`"Severity":{"Label":"CRITICAL"},"RecordState":"ARCHIVED"`), Resolve, "", "securityhub", ""},
		{"hub suppressed", "", hub(`"Severity":{"Label":"CRITICAL"},"Workflow":{"Status":"SUPPRESSED"}`), Resolve, "", "securityhub", ""},
		{"Config", "", event("aws.config", "Config Rules Compliance Change", "", `{"configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"NON_COMPLIANT"}}`), Quiet, "sev4", "config", "Config r: b is non compliant"},
		{"Config, well again", "", event("aws.config", "Config Rules Compliance Change", "", `{"configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"COMPLIANT"}}`), Resolve, "", "config", ""},
		{"Config over its own topic", "", `{"messageType":"ComplianceChangeNotification","configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"NON_COMPLIANT"}}`, Quiet, "sev4", "config", "Config r: b is non compliant"},
		{"Config delivered", "", `{"messageType":"ConfigurationSnapshotDeliveryCompleted","s3Bucket":"b","configSnapshotId":"1"}`, Marker, "", "config", ""},
		{"issue", "", health("issue", "open"), Page, "", "health", "AWS Health: RDS operational issue in eu-central-1: orders"},
		{"issue closed", "", health("issue", "closed"), Resolve, "", "health", ""},
		{"work planned", "", health("scheduledChange", "upcoming"), Quiet, "sev4", "health", "AWS Health: RDS operational issue for 2026-12-05 15:05 UTC: orders"},
		{"notice of the account", "", health("accountNotification", "open"), Quiet, "sev4", "health", ""},
		{"investigation", "", health("investigation", "open"), Quiet, "sev4", "health", ""},
		{"advice", "", event("aws.trustedadvisor", "Trusted Advisor Check Item Refresh Notification", "", `{"check-name":"Open ports","resource_id":"sg-1","status":"ERROR"}`), Quiet, "sev4", "trusted-advisor", "Trusted Advisor: Open ports sg-1: error"},
		{"advice followed", "", event("aws.trustedadvisor", "Trusted Advisor Check Item Refresh Notification", "", `{"check-name":"Open ports","resource_id":"sg-1","status":"OK"}`), Resolve, "", "trusted-advisor", ""},
		{"insight", "", `{"InsightId":"i","MessageType":"NEW_INSIGHT","InsightName":"Latency","InsightSeverity":"high"}`, Page, "", "devops-guru", "Latency"},
		{"insight, of what may come", "", `{"InsightId":"i","MessageType":"NEW_INSIGHT","InsightName":"Latency","InsightSeverity":"high","InsightType":"PROACTIVE"}`, Quiet, "sev4", "devops-guru", ""},
		{"insight closed", "", `{"InsightId":"i","MessageType":"CLOSED_INSIGHT","InsightName":"Latency"}`, Resolve, "", "devops-guru", ""},
		{"insight with advice", "", `{"InsightId":"i","MessageType":"NEW_RECOMMENDATION","InsightName":"Latency"}`, Marker, "", "devops-guru", ""},
		{"insight event closed", "", event("aws.devops-guru", "DevOps Guru Insight Closed", "", `{"insightId":"i","insightName":"Latency"}`), Resolve, "", "devops-guru", "Latency"},
		{"certificate", "", event("aws.acm", "ACM Certificate Approaching Expiration", "arn:aws:acm:eu-central-1:1:certificate/1", `{"CommonName":"shop.example.com","DaysToExpiry":31}`), Quiet, "sev4", "certificate", "The certificate of shop.example.com expires in 31 days"},
		{"certificate expired", "", event("aws.acm", "ACM Certificate Expired", "arn:aws:acm:eu-central-1:1:certificate/1", `{"CommonName":"shop.example.com"}`), Page, "sev3", "certificate", "The certificate of shop.example.com has expired"},
		{"a call", "", event("aws.s3", "AWS API Call via CloudTrail", "", `{"eventName":"DeleteBucket","eventSource":"s3.amazonaws.com","userIdentity":{"type":"AssumedRole"}}`), Marker, "", "cloudtrail", ""},
	}
}

func otherCases() []tableCase {
	return []tableCase{
		{"S3 test", "Amazon S3 Notification", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, Marker, "", "s3", "S3 test event of b"},
		{"S3 object", "", `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`, Marker, "", "s3", "S3 b: ObjectRemoved:Delete k"},
		{"S3 lost an object", "", `{"Records":[{"eventSource":"aws:s3","eventName":"ReducedRedundancyLostObject","s3":{"bucket":{"name":"b"}}}]}`, Quiet, "sev4", "s3", ""},
		{"a push", "UPDATE: AWS CodeCommit eu-central-1 push: shop", `{"Records":[{"eventSource":"aws:codecommit","eventName":"ReferenceChanges","codecommit":{"references":[{"ref":"refs/heads/main"}]},"eventSourceARN":"arn:aws:codecommit:eu-central-1:123456789012:shop"}]}`,
			Marker, "", "codecommit", "CodeCommit shop: reference changes refs/heads/main"},
		{"records of somebody", "", `{"Records":[{"what":"shop"}],"title":"Shop is down"}`, Page, "", "json", "Shop is down"},
		{"log delivered", "", `{"s3Bucket":"logs","s3ObjectKey":["a/b.json.gz"]}`, Marker, "", "delivery", "CloudTrail delivered a log to logs"},
		{"mail validated", "", "Successfully validated SNS topic for Amazon SES event publishing.", Marker, "", "ses", ""},
		{"mail bounced", "", `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent"},"mail":{"source":"a@example.com"}}`, Quiet, "sev4", "ses", "SES bounce (permanent) of mail from a@example.com"},
		{"mail complained of", "", `{"eventType":"Complaint","complaint":{},"mail":{"source":"a@example.com"}}`, Quiet, "sev4", "ses", "SES complaint of mail from a@example.com"},
		{"mail delivered", "", `{"notificationType":"Delivery","mail":{"source":"a@example.com"}}`, Marker, "", "ses", ""},
		{"budget", "", "AWS Budget Notification November 2, 2026\n\nBudget Name: month\nAlert Type: ACTUAL\nAlert Threshold: > $80.00\nACTUAL Amount: $82.14\n", Quiet, "sev4", "budget", "Budget month: actual $82.14, alert at > $80.00"},
		{"cost", "", `{"accountId":"1","anomalyId":"a","monitorName":"m","impact":{"totalImpact":120.5},"rootCauses":[{"service":"Amazon S3"}]}`, Quiet, "sev4", "cost", "Cost anomaly in Amazon S3: 120.5 USD more"},
		{"unknown of AWS", "", event("aws.new", "New Thing State Change", "", `{"state":"FAILED","message":"it broke"}`), Quiet, "sev4", "aws", ""},
		{"unknown of AWS, good", "", event("aws.new", "New Thing State Change", "", `{"state":"RUNNING"}`), Marker, "", "aws", ""},
		{"own event", "", event("com.example", "order.stuck", "", `{"message":"12 orders are stuck"}`), Quiet, "sev4", "event", "order.stuck: 12 orders are stuck"},
		{"own event, critical", "", event("com.example", "order.stuck", "", `{"message":"12 orders are stuck","severity":"critical"}`), Page, "", "event", "order.stuck: 12 orders are stuck"},
		{"own event, over", "", event("com.example", "order.stuck", "", `{"message":"No order is stuck","status":"resolved"}`), Resolve, "", "event", ""},
		{"summary", "", `{"summary":"Disk almost full","details":"db-1 at 95 %"}`, Page, "", "json", "Disk almost full"},
		{"title before description", "", `{"description":"long","title":"Short"}`, Page, "", "json", "Short"},
		{"description alone", "", `{"description":"The pump leaks. Come."}`, Page, "", "json", "The pump leaks"},
		{"subject before description", "Pump", `{"description":"It leaks"}`, Page, "", "json", "Pump"},
		{"alert", "", `{"alert":"DiskFull","host":"db-1"}`, Page, "", "json", "DiskFull"},
		{"nothing that is a title", "", `{"a":1,"b":{"c":2},"host":"db-1"}`, Page, "", "json", "a: 1, host: db-1, c: 2"},
		{"names as others write them", "", `{"Alert_Name":"x","Message":"y"}`, Page, "", "json", "x"},
		{"a title further down", "", `{"problem":{"title":"Slow"},"id":7}`, Page, "", "json", "Slow"},
		{"JSON in a text", "", `{"message":"{\"title\":\"Slow\"}","level":"warning"}`, Page, "sev3", "json", "Slow"},
		{"went well", "", `{"title":"Export","status":"SUCCEEDED"}`, Quiet, "sev4", "json", "Export"},
		{"a state of something else", "", `{"title":"Checkout is down","data":{"status":"ok"}}`, Page, "", "json", "Checkout is down"},
		{"a level of something else", "", `{"title":"Checkout is down","water":{"level":"low"}}`, Page, "", "json", "Checkout is down"},
		{"an event of a partner", "", event("aws.partner/example.com/x", "Alert", "", `{"title":"Slow","severity":"high"}`), Page, "", "event", "Alert: Slow"},
		{"an event of a partner that says nothing", "", event("aws.partner/example.com/x", "Ticket", "", `{"title":"Hello"}`), Quiet, "sev4", "event", "Ticket: Hello"},
		{"a hook of Auto Scaling", "", `{"AutoScalingGroupName":"g","LifecycleHookName":"h","LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING"}`, Marker, "", "autoscaling", "Auto Scaling g: ec2 instance terminating"},
		{"what mails are called", "AWS Notification Message", "It burns.", Page, "", "text", "It burns."},
		{"an empty object", "", `{}`, Page, "", "json", "A message without a title"},
		{"custom notification", "", `{"version":"1.0","source":"custom","content":{"textType":"client-markdown","title":":warning: Checkout is down","description":"5xx over 5 %"}}`, Page, "", "json", "Checkout is down"},
		{"custom notification without a title", "", `{"version":"1.0","source":"custom","content":{"description":"5xx over 5 %"}}`, Page, "", "json", "5xx over 5 %"},
		{"custom notification of low priority", "", `{"version":"1.0","source":"custom","content":{"title":"Cleanup","description":"x"},"metadata":{"additionalContext":{"priority":"low"}}}`, Quiet, "sev4", "json", "Cleanup"},
		{"own, warning", "", `{"title":"Slow","severity":"warning"}`, Page, "sev3", "json", "Slow"},
		{"own, sev1", "", `{"title":"Down","severity":"sev1"}`, Page, "sev1", "json", "Down"},
		{"own, over", "", `{"title":"Down","status":"resolved"}`, Resolve, "", "json", "Down"},
		{"braces in a title", "", `{"title":"{\"a\": [1]}"}`, Page, "", "json", "a: 1"},
		{"cut off", "", `{"title":"Checkout is do`, Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"cut off, a list", "", `[{"title":"Checkout is do`, Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"cut off, a mail", "AWS Notification Message", `{ "title":"Checkout is do`, Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"a text that begins with a bracket", "", "[PROD] disk is full", Page, "", "text", "PROD disk is full"},
		{"the same as a subject", "[PROD] disk is full", "x", Page, "", "text", "PROD disk is full"},
		{"a text that begins with a state", "", "[OK] db is fine", Page, "", "text", "OK db is fine"},
		{"a text that begins with a brace", "", "{svc} is down", Page, "", "text", "svc is down"},
		{"text", "", "\n\nIt burns.\nReally.", Page, "", "text", "It burns."},
		{"text with a subject", "Fire", "It burns.", Page, "", "text", "Fire"},
		{"nothing", "", "", Page, "", "text", "(empty message)"},
	}
}
