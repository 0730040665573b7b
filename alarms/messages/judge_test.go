package messages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
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
		if j.Treat != tt.treat || j.Severity != tt.severity || j.Family != tt.family ||
			tt.title != "" && j.Title != tt.title {
			t.Errorf("%s:\n got %s %q %s %q\nwant %s %q %s %q", tt.name, j.Treat, j.Severity, j.Family, j.Title, tt.treat, tt.severity, tt.family, tt.title)
		}
		checkJudgement(t, tt.name, j)
	}
}

// checkJudgement holds what is true of every judgement, whatever was sent.
func checkJudgement(t *testing.T, name string, j judge.Judgement) {
	t.Helper()
	if j.Title == "" || j.Key == "" || j.Family == "" || j.Treat == "" {
		t.Errorf("%s: something is empty: %+v", name, j)
	}
	if strings.ContainsAny(j.Title, "{}") {
		t.Errorf("%s: braces in %q", name, j.Title)
	}
	if quiet := j.Treat == judge.Quiet; quiet != (j.Severity == judge.QuietSeverity) {
		t.Errorf("%s: %s of severity %q", name, j.Treat, j.Severity)
	}
}

type tableCase struct {
	name, subject, message string
	treat                  judge.Treatment
	severity, family       string
	title                  string // not looked at if empty
}

func tableCases() []tableCase {
	return slices.Concat(databaseCases(), wordCases(), computeCases(), taskCases(), findingCases(), failureCases(),
		quietCases(), otherCases())
}

func databaseCases() []tableCase {
	return []tableCase{
		{"storage", "", rds("0089", "low"), judge.Page, "", "rds", "RDS orders: storage is low"},
		{"storage, by the words", "", strings.Replace(rds("9999", "Free storage of the instance is low"), "RDS-EVENT-9999", "", 1), judge.Page, "", "rds", "RDS orders: Free storage of the instance is low"},
		{"failover", "", rds("0013", "x"), judge.Page, "sev3", "rds", "RDS failover of orders: started"},
		{"failover that failed", "", rds("0069", "x"), judge.Page, "", "rds", "RDS failover of orders: failed"},
		{"replication", "", rds("0045", "x"), judge.Page, "sev3", "rds", "RDS orders: replication error"},
		{"replication resumed", "", rds("0046", "x"), judge.Resolve, "", "rds", "RDS orders: replication resumed"},
		{"a restart", "", rds("0006", "DB instance restarted"), judge.Page, "sev3", "rds", "RDS orders: restarted"},
		{"recovered", "", rds("0021", "x"), judge.Resolve, "", "rds", ""},
		{"a setting that failed", "", rds("0067", "Unable to reset your password"), judge.Quiet, "sev4", "rds", "RDS orders: Unable to reset your password"},
		{"backup", "", rds("0002", "Finished DB Instance backup"), judge.Marker, "", "rds", ""},
		{"stopped by hand", "", rds("0087", "DB instance stopped"), judge.Marker, "", "rds", ""},
		{"a number that is not known, and trouble", "", rds("0999", "The instance is unavailable."), judge.Page, "sev3", "rds", "RDS orders: The instance is unavailable"},
		{"a number that is not known", "", rds("0998", "Tags were changed"), judge.Marker, "", "rds", ""},
		{"over EventBridge, by number", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventID":"RDS-EVENT-0221","SourceIdentifier":"orders","Message":"full"}`), judge.Page, "", "rds", "RDS orders: storage is full, the database was shut down"},
		{"over EventBridge, by category", "", event("aws.rds", "RDS DB Cluster Event", "", `{"EventCategories":["notification","failover"],"SourceIdentifier":"orders","Message":"Began"}`), judge.Page, "sev3", "rds", "RDS failover of orders: Began"},
		{"over EventBridge, good", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventCategories":["backup"],"SourceIdentifier":"orders","Message":"Backup finished"}`), judge.Marker, "", "rds", ""},
		{"over EventBridge, a backup that failed", "", event("aws.rds", "RDS DB Instance Event", "", `{"EventCategories":["backup"],"SourceIdentifier":"orders","Message":"Backup failed"}`), judge.Quiet, "sev4", "rds", ""},
		{"an export of a snapshot that failed", "", event("aws.rds", "RDS DB Snapshot Event", "", `{"EventCategories":["notification"],"SourceType":"SNAPSHOT","SourceIdentifier":"s","Message":"The export task failed"}`), judge.Quiet, "sev4", "rds", ""},
		{"Redshift over EventBridge", "", event("aws.redshift", "Redshift Cluster Event", "", `{"sourceIdentifier":"dw","severity":"ERROR","message":"Disk full"}`), judge.Page, "", "redshift", "Redshift dw: Disk full"},
		{"DMS stopped", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0079 ","Event Message":"Replication task has stopped."}`, judge.Quiet, "sev4", "dms", "DMS copy: Replication task has stopped"},
		{"DMS failed", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0078","Event Message":"Replication task has failed."}`, judge.Page, "sev3", "dms", ""},
		{"DMS started", "", `{"Event Source":"replication-task","SourceId":"copy","Event ID":"x#DMS-EVENT-0069","Event Message":"Replication task has started."}`, judge.Marker, "", "dms", ""},
		{"Redshift", "", `{"Event Source":"cluster","Resource":"dw","Severity":"ERROR","Event Message":"Cluster is down"}`, judge.Page, "", "redshift", "Redshift dw: Cluster is down"},
		{"Redshift, good", "", `{"Event Source":"cluster","Resource":"dw","Severity":"INFO","Event Message":"Snapshot taken"}`, judge.Marker, "", "redshift", ""},
		{"ElastiCache failover", "", `{"ElastiCache:FailoverComplete":"sessions"}`, judge.Page, "sev3", "elasticache", "ElastiCache failover of sessions"},
		{"ElastiCache, older", "", `{"Date":"2026-11-02T14:01:00Z","Message":"Failover to replica node 0002 completed","SourceIdentifier":"sessions","SourceType":"replication-group"}`, judge.Page, "sev3", "elasticache", "ElastiCache failover of sessions"},
		{"ElastiCache failover tried out", "", `{"Date":"x","Message":"Test Failover API called for node group 0001","SourceIdentifier":"sessions","SourceType":"replication-group"}`, judge.Marker, "", "elasticache", ""},
		{"ElastiCache snapshot", "", `{"ElastiCache:SnapshotComplete":"sessions"}`, judge.Marker, "", "elasticache", "ElastiCache sessions: snapshot complete"},
		{"ElastiCache snapshot that failed", "", `{"ElastiCache:SnapshotFailed":"sessions"}`, judge.Quiet, "sev4", "elasticache", ""},
		{"ElastiCache as a line", "", "ElastiCache:CacheNodesRebooted : sessions", judge.Quiet, "sev4", "elasticache", "ElastiCache sessions: cache nodes rebooted"},
		{"MemoryDB", "", `{"MemoryDB:FailoverComplete":"m"}`, judge.Page, "sev3", "elasticache", "MemoryDB failover of m"},
		{"not ElastiCache", "", `{"elasticache":"down"}`, judge.Page, "", "json", ""},
		{"Glue", "", event("aws.glue", "Glue Job State Change", "", `{"jobName":"load","state":"TIMEOUT","message":"too slow"}`), judge.Quiet, "sev4", "glue", "Glue load: timeout: too slow"},
		{"Glue, good", "", event("aws.glue", "Glue Job State Change", "", `{"jobName":"load","state":"SUCCEEDED"}`), judge.Marker, "", "glue", ""},
		{"backup of a resource", "Notification from AWS Backup", "An AWS Backup job failed. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2. BackupJob ID : 1", judge.Quiet, "sev4", "backup", "An AWS Backup job failed: vol-2"},
		{"backup that was good", "Notification from AWS Backup", "An AWS Backup job was completed successfully. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2", judge.Marker, "", "backup", ""},
		{"copy that was no good", "", "An AWS Copy job was completed but was failed or was aborted. Copy Job Id : 1", judge.Quiet, "sev4", "backup", ""},
		{"backup event", "", event("aws.backup", "Copy Job State Change", "", `{"state":"ABORTED","resourceArn":"arn:aws:rds:eu-central-1:1:db:orders"}`), judge.Quiet, "sev4", "backup", "AWS Backup of orders: aborted"},
		{"own backup", "Backup", "The backup of the office completed", judge.Page, "", "text", "Backup"},
		{"snapshot", "", event("aws.ec2", "EBS Snapshot Notification", "", `{"event":"createSnapshot","result":"failed","source":"arn:aws:ec2::eu-central-1:volume/vol-1"}`), judge.Quiet, "sev4", "ebs", "EBS vol-1: create snapshot failed"},
		{"snapshot, good", "", event("aws.ec2", "EBS Snapshot Notification", "", `{"event":"createSnapshot","result":"succeeded"}`), judge.Marker, "", "ebs", ""},
	}
}

func computeCases() []tableCase {
	return []tableCase{
		{"task runs", "", event("aws.ecs", "ECS Task State Change", "", `{"lastStatus":"RUNNING","group":"service:web"}`), judge.Marker, "", "ecs-task", ""},
		{"task scaled in", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1)","containers":[{"exitCode":137}]`), judge.Marker, "", "ecs-task", ""},
		{"task scaled in, older", "", task(`"stoppedReason":"Scaling activity initiated by (deployment ecs-svc/1)","containers":[{"exitCode":143}]`), judge.Marker, "", "ecs-task", ""},
		{"task stopped by a person", "", task(`"stopCode":"UserInitiated","stoppedReason":"Task stopped by user","containers":[{"exitCode":1}]`), judge.Marker, "", "ecs-task", ""},
		{"task of the spot market", "", task(`"stopCode":"SpotInterruption"`), judge.Marker, "", "ecs-task", ""},
		{"task done", "", task(`"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","containers":[{"exitCode":0},{"exitCode":0}]`), judge.Marker, "", "ecs-task", "ECS task of web exited with code 0"},
		{"task failed", "", task(`"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","containers":[{"exitCode":0},{"name":"app","exitCode":3}]`), judge.Page, "sev3", "ecs-task", "ECS task of web exited with code 3 (app)"},
		{"task without codes", "", task(`"stopCode":"EssentialContainerExited"`), judge.Page, "sev3", "ecs-task", "ECS task of web lost an essential container"},
		{"task out of memory", "", task(`"stopCode":"EssentialContainerExited","containers":[{"name":"app","reason":"OutOfMemoryError: killed"}]`), judge.Page, "sev3", "ecs-task", "ECS task of web ran out of memory (app)"},
		{"task that never started", "", task(`"stopCode":"TaskFailedToStart","stoppedReason":"CannotPullContainerError: no such image"`), judge.Page, "sev3", "ecs-task", "ECS task of web could not start: CannotPullContainerError: no such image"},
		{"task unwell", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Task failed ELB health checks in (target-group x)"`), judge.Page, "sev3", "ecs-task", "ECS task of web failed its health checks"},
		{"task unwell by its own check", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"Task failed container health checks"`), judge.Page, "sev3", "ecs-task", ""},
		{"deployment failed", "", event("aws.ecs", "ECS Deployment State Change", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventName":"SERVICE_DEPLOYMENT_FAILED"}`), judge.Page, "sev3", "ecs-deployment", "ECS deployment of web failed"},
		{"service cannot start tasks", "", event("aws.ecs", "ECS Service Action", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventType":"WARN","eventName":"SERVICE_TASK_START_IMPAIRED"}`), judge.Page, "sev3", "ecs-service", ""},
		{"service steady", "", event("aws.ecs", "ECS Service Action", "arn:aws:ecs:eu-central-1:1:service/prod/web", `{"eventType":"INFO","eventName":"SERVICE_STEADY_STATE"}`), judge.Marker, "", "ecs-service", ""},
		{"pipeline", "", event("aws.codepipeline", "CodePipeline Stage Execution State Change", "", `{"pipeline":"p","stage":"Prod","state":"FAILED"}`), judge.Quiet, "sev4", "codepipeline", "CodePipeline p: Prod failed"},
		{"build", "", event("aws.codebuild", "CodeBuild Build State Change", "", `{"project-name":"p","build-status":"FAILED"}`), judge.Quiet, "sev4", "codebuild", "CodeBuild p: build failed"},
		{"build stopped by hand", "", event("aws.codebuild", "CodeBuild Build State Change", "", `{"project-name":"p","build-status":"STOPPED"}`), judge.Marker, "", "codebuild", ""},
		{"tools", "", `{"detailType":"CodePipeline Pipeline Execution State Change","notificationRuleArn":"r","source":"aws.codepipeline","detail":{"pipeline":"p","state":"FAILED"}}`, judge.Quiet, "sev4", "codepipeline", "CodePipeline p: failed"},
		{"approval", "", `{"approval":{"pipelineName":"p","stageName":"s","actionName":"a","token":"SECRET"},"consoleLink":"x"}`, judge.Marker, "", "codepipeline-approval", "Approval wanted: p/s/a"},
		{"CodeDeploy trigger", "", `{"deploymentId":"d","eventTriggerName":"t","applicationName":"app","status":"Failed"}`, judge.Quiet, "sev4", "codedeploy", "CodeDeploy app: failed"},
		{"stack back", "", "StackId='arn:aws:cloudformation:eu-central-1:123456789012:stack/web/1'\nPhysicalResourceId='arn:aws:cloudformation:eu-central-1:123456789012:stack/web/1'\nResourceStatus='ROLLBACK_COMPLETE'\nResourceType='AWS::CloudFormation::Stack'\nStackName='web'\n", judge.Quiet, "sev4", "cloudformation", "CloudFormation web: rollback complete"},
		{"stack updated", "", event("aws.cloudformation", "CloudFormation Stack Status Change", "", `{"stack-id":"arn:aws:cloudformation:eu-central-1:1:stack/web/1","status-details":{"status":"UPDATE_COMPLETE"}}`), judge.Resolve, "", "cloudformation", "CloudFormation web: update complete"},
		{"resource of a stack", "", event("aws.cloudformation", "CloudFormation Resource Status Change", "", `{"stack-id":"s","status-details":{"status":"CREATE_FAILED"}}`), judge.Marker, "", "cloudformation", ""},
		{"Auto Scaling test", "", "Service: AWS Auto Scaling\nEvent: autoscaling:TEST_NOTIFICATION\nAutoScalingGroupName: g", judge.Marker, "", "autoscaling", "Auto Scaling g: test notification"},
		{"Auto Scaling error", "", `{"AutoScalingGroupName":"g","Event":"autoscaling:EC2_INSTANCE_LAUNCH_ERROR"}`, judge.Quiet, "sev4", "autoscaling", "Auto Scaling g: ec2 instance launch error"},
		{"canary", "", event("aws.synthetics", "Synthetics Canary TestRun Failure", "", `{"canary-name":"login","test-run-status":"FAILED"}`), judge.Quiet, "sev4", "synthetics", "Synthetics canary login: failed"},
		{"canary, good", "", event("aws.synthetics", "Synthetics Canary TestRun Successful", "", `{"canary-name":"login","test-run-status":"PASSED"}`), judge.Resolve, "", "synthetics", ""},
		{"state machine", "", event("aws.states", "Step Functions Execution Status Change", "arn:aws:states:eu-central-1:1:execution:pay:1", `{"stateMachineArn":"arn:aws:states:eu-central-1:1:stateMachine:pay","status":"FAILED","error":"Timeout"}`), judge.Page, "sev3", "step-functions", "Step Functions pay: failed: Timeout"},
		{"state machine ended by hand", "", event("aws.states", "Step Functions Execution Status Change", "", `{"stateMachineArn":"arn:aws:states:eu-central-1:1:stateMachine:pay","status":"ABORTED"}`), judge.Marker, "", "step-functions", ""},
		{"batch", "", event("aws.batch", "Batch Job State Change", "", `{"jobName":"bills","status":"FAILED","statusReason":"Essential container in task exited"}`), judge.Quiet, "sev4", "batch", "Batch job bills: failed: Essential container in task exited"},
		{"batch runs", "", event("aws.batch", "Batch Job State Change", "", `{"jobName":"bills","status":"RUNNABLE"}`), judge.Marker, "", "batch", ""},
		{"Lambda", "", `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:pay:$LATEST","condition":"EventAgeExceeded"},"requestPayload":{},"responseContext":{}}`, judge.Page, "sev3", "lambda", "Lambda pay failed: event age exceeded"},
		{"Lambda, good", "", `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:pay:7","condition":"Success"},"requestPayload":{},"responsePayload":{"errorMessage":"none"}}`, judge.Marker, "", "lambda", "Lambda pay succeeded"},
		{"Beanstalk severe", "", beanstalk("Environment health has transitioned from Ok to Severe. 100 % fail."), judge.Page, "", "beanstalk", "Beanstalk shop-prod: health is severe"},
		{"Beanstalk degraded", "", beanstalk("Environment health has transitioned from Ok to Degraded."), judge.Page, "sev3", "beanstalk", ""},
		{"Beanstalk warning", "", beanstalk("Environment health has transitioned from Ok to Warning."), judge.Quiet, "sev4", "beanstalk", ""},
		{"Beanstalk ok", "", beanstalk("Environment health has transitioned from Warning to Ok."), judge.Resolve, "", "beanstalk", "Beanstalk shop-prod: health is ok"},
		{"Beanstalk red", "", beanstalk("Environment health has been set to RED"), judge.Page, "", "beanstalk", ""},
		{"Beanstalk green", "", beanstalk("Environment health has been set to GREEN"), judge.Resolve, "", "beanstalk", ""},
		{"Beanstalk info", "", beanstalk("Environment health has transitioned from Ok to Info. Update in progress."), judge.Marker, "", "beanstalk", ""},
		{"Beanstalk deployed", "", beanstalk("New application version was deployed to running EC2 instances."), judge.Marker, "", "beanstalk", ""},
		{"Beanstalk failed to deploy", "", beanstalk("Failed to deploy application."), judge.Quiet, "sev4", "beanstalk", "Beanstalk shop-prod: Failed to deploy application."},
		{"Beanstalk over EventBridge", "", event("aws.elasticbeanstalk", "Health status change", "", `{"ApplicationName":"shop","EnvironmentName":"shop-prod","Message":"Environment health has transitioned from Ok to Severe.","Severity":"WARN"}`), judge.Page, "", "beanstalk", ""},
		{"own text with an environment", "", "Environment: prod\nApplication: shop\nIt is on fire", judge.Page, "", "text", ""},
	}
}

func findingCases() []tableCase {
	return []tableCase{
		{"ECR scan", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"COMPLETE","finding-severity-counts":{"CRITICAL":10,"HIGH":0}}`), judge.Quiet, "sev4", "ecr-scan", "ECR scan of web: 10 critical"},
		{"ECR scan without critical ones", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"COMPLETE","finding-severity-counts":{"HIGH":9}}`), judge.Marker, "", "ecr-scan", "ECR scan of web: 9 high"},
		{"ECR scan that failed", "", event("aws.ecr", "ECR Image Scan", "", `{"repository-name":"web","scan-status":"FAILED"}`), judge.Quiet, "sev4", "ecr-scan", "ECR scan of web: failed"},
		{"Inspector", "", event("aws.inspector2", "Inspector2 Finding", "", `{"severity":"CRITICAL","status":"ACTIVE","title":"CVE-1","resources":[{"id":"i-1"}]}`), judge.Quiet, "sev4", "inspector", "Inspector: critical finding on i-1: CVE-1"},
		{"Inspector, closed", "", event("aws.inspector2", "Inspector2 Finding", "", `{"severity":"CRITICAL","status":"CLOSED","title":"CVE-1","resources":[{"id":"i-1"}]}`), judge.Marker, "", "inspector", ""},
		{"threat, critical", "", guardDuty("9"), judge.Page, "", "guardduty", "GuardDuty: A port is probed"},
		{"threat, high", "", guardDuty("7.5"), judge.Page, "sev3", "guardduty", ""},
		{"threat, medium", "", guardDuty(`"4"`), judge.Quiet, "sev4", "guardduty", ""},
		{"threat, low", "", guardDuty("3.9"), judge.Marker, "", "guardduty", ""},
		{"malware", "", event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", "", `{"s3ObjectDetails":{"bucketName":"b"},"scanResultDetails":{"scanResultStatus":"THREATS_FOUND"}}`), judge.Page, "sev3", "guardduty", "GuardDuty malware scan of b: threats found"},
		{"no malware", "", event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", "", `{"s3ObjectDetails":{"bucketName":"b"},"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND"}}`), judge.Marker, "", "guardduty", ""},
		{"hub critical", "", hub(`"Severity":{"Label":"CRITICAL"},"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"`), judge.Page, "", "securityhub", "Security Hub: Bucket is public"},
		{"hub high", "", hub(`"Severity":{"Label":"HIGH"},"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"`), judge.Quiet, "sev4", "securityhub", ""},
		{"hub high, an attack", "", hub(`"Severity":{"Label":"HIGH"},"Types":["TTPs/Initial Access"]`), judge.Page, "sev3", "securityhub", ""},
		{"hub medium", "", hub(`"Severity":{"Label":"MEDIUM"}`), judge.Marker, "", "securityhub", ""},
		{"hub archived", "", hub(`"Severity":{"Label":"CRITICAL"},"RecordState":"ARCHIVED"`), judge.Resolve, "", "securityhub", ""},
		{"hub suppressed", "", hub(`"Severity":{"Label":"CRITICAL"},"Workflow":{"Status":"SUPPRESSED"}`), judge.Resolve, "", "securityhub", ""},
		{"Config", "", event("aws.config", "Config Rules Compliance Change", "", `{"configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"NON_COMPLIANT"}}`), judge.Quiet, "sev4", "config", "Config r: b is non compliant"},
		{"Config, well again", "", event("aws.config", "Config Rules Compliance Change", "", `{"configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"COMPLIANT"}}`), judge.Resolve, "", "config", ""},
		{"Config over its own topic", "", `{"messageType":"ComplianceChangeNotification","configRuleName":"r","resourceId":"b","newEvaluationResult":{"complianceType":"NON_COMPLIANT"}}`, judge.Quiet, "sev4", "config", "Config r: b is non compliant"},
		{"Config delivered", "", `{"messageType":"ConfigurationSnapshotDeliveryCompleted","s3Bucket":"b","configSnapshotId":"1"}`, judge.Marker, "", "config", ""},
		{"issue", "", health("issue", "open"), judge.Page, "", "health", "AWS Health: RDS operational issue in eu-central-1: orders"},
		{"issue closed", "", health("issue", "closed"), judge.Resolve, "", "health", ""},
		{"work planned", "", health("scheduledChange", "upcoming"), judge.Quiet, "sev4", "health", "AWS Health: RDS operational issue for 2026-12-05 15:05 UTC: orders"},
		{"notice of the account", "", health("accountNotification", "open"), judge.Quiet, "sev4", "health", ""},
		{"investigation", "", health("investigation", "open"), judge.Quiet, "sev4", "health", ""},
		{"advice", "", event("aws.trustedadvisor", "Trusted Advisor Check Item Refresh Notification", "", `{"check-name":"Open ports","resource_id":"sg-1","status":"ERROR"}`), judge.Quiet, "sev4", "trusted-advisor", "Trusted Advisor: Open ports sg-1: error"},
		{"advice followed", "", event("aws.trustedadvisor", "Trusted Advisor Check Item Refresh Notification", "", `{"check-name":"Open ports","resource_id":"sg-1","status":"OK"}`), judge.Resolve, "", "trusted-advisor", ""},
		{"insight", "", `{"InsightId":"i","MessageType":"NEW_INSIGHT","InsightName":"Latency","InsightSeverity":"high"}`, judge.Page, "", "devops-guru", "Latency"},
		{"insight, of what may come", "", `{"InsightId":"i","MessageType":"NEW_INSIGHT","InsightName":"Latency","InsightSeverity":"high","InsightType":"PROACTIVE"}`, judge.Quiet, "sev4", "devops-guru", ""},
		{"insight closed", "", `{"InsightId":"i","MessageType":"CLOSED_INSIGHT","InsightName":"Latency"}`, judge.Resolve, "", "devops-guru", ""},
		{"insight with advice", "", `{"InsightId":"i","MessageType":"NEW_RECOMMENDATION","InsightName":"Latency"}`, judge.Marker, "", "devops-guru", ""},
		{"insight event closed", "", event("aws.devops-guru", "DevOps Guru Insight Closed", "", `{"insightId":"i","insightName":"Latency"}`), judge.Resolve, "", "devops-guru", "Latency"},
		{"certificate", "", event("aws.acm", "ACM Certificate Approaching Expiration", "arn:aws:acm:eu-central-1:1:certificate/1", `{"CommonName":"shop.example.com","DaysToExpiry":31}`), judge.Quiet, "sev4", "certificate", "The certificate of shop.example.com expires in 31 days"},
		{"certificate expired", "", event("aws.acm", "ACM Certificate Expired", "arn:aws:acm:eu-central-1:1:certificate/1", `{"CommonName":"shop.example.com"}`), judge.Page, "sev3", "certificate", "The certificate of shop.example.com has expired"},
		{"a call", "", event("aws.s3", "AWS API Call via CloudTrail", "", `{"eventName":"DeleteBucket","eventSource":"s3.amazonaws.com","userIdentity":{"type":"AssumedRole"}}`), judge.Marker, "", "cloudtrail", ""},
	}
}

func otherCases() []tableCase {
	return []tableCase{
		{"S3 test", "Amazon S3 Notification", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, judge.Marker, "", "s3", "S3 test event of b"},
		{"S3 object", "", `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`, judge.Marker, "", "s3", "S3 b: ObjectRemoved:Delete k"},
		{"S3 lost an object", "", `{"Records":[{"eventSource":"aws:s3","eventName":"ReducedRedundancyLostObject","s3":{"bucket":{"name":"b"}}}]}`, judge.Quiet, "sev4", "s3", ""},
		{"a push", "UPDATE: AWS CodeCommit eu-central-1 push: shop", `{"Records":[{"eventSource":"aws:codecommit","eventName":"ReferenceChanges","codecommit":{"references":[{"ref":"refs/heads/main"}]},"eventSourceARN":"arn:aws:codecommit:eu-central-1:123456789012:shop"}]}`,
			judge.Marker, "", "codecommit", "CodeCommit shop: reference changes refs/heads/main"},
		{"records of somebody", "", `{"Records":[{"what":"shop"}],"title":"Shop is down"}`, judge.Page, "", "json", "Shop is down"},
		{"log delivered", "", `{"s3Bucket":"logs","s3ObjectKey":["a/b.json.gz"]}`, judge.Marker, "", "delivery", "CloudTrail delivered a log to logs"},
		{"mail validated", "", "Successfully validated SNS topic for Amazon SES event publishing.", judge.Marker, "", "ses", ""},
		{"mail bounced", "", `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent"},"mail":{"source":"a@example.com"}}`, judge.Quiet, "sev4", "ses", "SES bounce (permanent) of mail from a@example.com"},
		{"mail complained of", "", `{"eventType":"Complaint","complaint":{},"mail":{"source":"a@example.com"}}`, judge.Quiet, "sev4", "ses", "SES complaint of mail from a@example.com"},
		{"mail delivered", "", `{"notificationType":"Delivery","mail":{"source":"a@example.com"}}`, judge.Marker, "", "ses", ""},
		{"budget", "", "AWS Budget Notification November 2, 2026\n\nBudget Name: month\nAlert Type: ACTUAL\nAlert Threshold: > $80.00\nACTUAL Amount: $82.14\n", judge.Quiet, "sev4", "budget", "Budget month: actual $82.14, alert at > $80.00"},
		{"cost", "", `{"accountId":"1","anomalyId":"a","monitorName":"m","impact":{"totalImpact":120.5},"rootCauses":[{"service":"Amazon S3"}]}`, judge.Quiet, "sev4", "cost", "Cost anomaly in Amazon S3: 120.5 USD more"},
		{"unknown of AWS", "", event("aws.new", "New Thing State Change", "", `{"state":"FAILED","message":"it broke"}`), judge.Quiet, "sev4", "aws", ""},
		{"unknown of AWS, good", "", event("aws.new", "New Thing State Change", "", `{"state":"RUNNING"}`), judge.Marker, "", "aws", ""},
		{"own event", "", event("com.example", "order.stuck", "", `{"message":"12 orders are stuck"}`), judge.Quiet, "sev4", "event", "order.stuck: 12 orders are stuck"},
		{"own event, critical", "", event("com.example", "order.stuck", "", `{"message":"12 orders are stuck","severity":"critical"}`), judge.Page, "", "event", "order.stuck: 12 orders are stuck"},
		{"own event, over", "", event("com.example", "order.stuck", "", `{"message":"No order is stuck","status":"resolved"}`), judge.Resolve, "", "event", ""},
		{"summary", "", `{"summary":"Disk almost full","details":"db-1 at 95 %"}`, judge.Page, "", "json", "Disk almost full"},
		{"title before description", "", `{"description":"long","title":"Short"}`, judge.Page, "", "json", "Short"},
		{"description alone", "", `{"description":"The pump leaks. Come."}`, judge.Page, "", "json", "The pump leaks"},
		{"subject before description", "Pump", `{"description":"It leaks"}`, judge.Page, "", "json", "Pump"},
		{"alert", "", `{"alert":"DiskFull","host":"db-1"}`, judge.Page, "", "json", "DiskFull"},
		{"nothing that is a title", "", `{"a":1,"b":{"c":2},"host":"db-1"}`, judge.Page, "", "json", "a: 1, host: db-1, c: 2"},
		{"names as others write them", "", `{"Alert_Name":"x","Message":"y"}`, judge.Page, "", "json", "x"},
		{"a title further down", "", `{"problem":{"title":"Slow"},"id":7}`, judge.Page, "", "json", "Slow"},
		{"JSON in a text", "", `{"message":"{\"title\":\"Slow\"}","level":"warning"}`, judge.Page, "sev3", "json", "Slow"},
		{"went well", "", `{"title":"Export","status":"SUCCEEDED"}`, judge.Quiet, "sev4", "json", "Export"},
		{"a state of something else", "", `{"title":"Checkout is down","data":{"status":"ok"}}`, judge.Page, "", "json", "Checkout is down"},
		{"a level of something else", "", `{"title":"Checkout is down","water":{"level":"low"}}`, judge.Page, "", "json", "Checkout is down"},
		{"an event of a partner", "", event("aws.partner/example.com/x", "Alert", "", `{"title":"Slow","severity":"high"}`), judge.Page, "", "event", "Alert: Slow"},
		{"an event of a partner that says nothing", "", event("aws.partner/example.com/x", "Ticket", "", `{"title":"Hello"}`), judge.Quiet, "sev4", "event", "Ticket: Hello"},
		{"a hook of Auto Scaling", "", `{"AutoScalingGroupName":"g","LifecycleHookName":"h","LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING"}`, judge.Marker, "", "autoscaling", "Auto Scaling g: ec2 instance terminating"},
		{"what mails are called", "AWS Notification Message", "It burns.", judge.Page, "", "text", "It burns."},
		{"an empty object", "", `{}`, judge.Page, "", "json", "A message without a title"},
		{"custom notification", "", `{"version":"1.0","source":"custom","content":{"textType":"client-markdown","title":":warning: Checkout is down","description":"5xx over 5 %"}}`, judge.Page, "", "json", "Checkout is down"},
		{"custom notification without a title", "", `{"version":"1.0","source":"custom","content":{"description":"5xx over 5 %"}}`, judge.Page, "", "json", "5xx over 5 %"},
		{"custom notification of low priority", "", `{"version":"1.0","source":"custom","content":{"title":"Cleanup","description":"x"},"metadata":{"additionalContext":{"priority":"low"}}}`, judge.Quiet, "sev4", "json", "Cleanup"},
		{"own, warning", "", `{"title":"Slow","severity":"warning"}`, judge.Page, "sev3", "json", "Slow"},
		{"own, sev1", "", `{"title":"Down","severity":"sev1"}`, judge.Page, "sev1", "json", "Down"},
		{"own, over", "", `{"title":"Down","status":"resolved"}`, judge.Resolve, "", "json", "Down"},
		{"braces in a title", "", `{"title":"{\"a\": [1]}"}`, judge.Page, "", "json", "a: 1"},
		{"cut off", "", `{"title":"Checkout is do`, judge.Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"cut off, a list", "", `[{"title":"Checkout is do`, judge.Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"cut off, a mail", "AWS Notification Message", `{ "title":"Checkout is do`, judge.Page, "", "text", "Unreadable JSON: title: Checkout is do"},
		{"a text that begins with a bracket", "", "[PROD] disk is full", judge.Page, "", "text", "PROD disk is full"},
		{"the same as a subject", "[PROD] disk is full", "x", judge.Page, "", "text", "PROD disk is full"},
		{"a text that begins with a state", "", "[OK] db is fine", judge.Page, "", "text", "OK db is fine"},
		{"a text that begins with a brace", "", "{svc} is down", judge.Page, "", "text", "svc is down"},
		{"text", "", "\n\nIt burns.\nReally.", judge.Page, "", "text", "It burns."},
		{"text with a subject", "Fire", "It burns.", judge.Page, "", "text", "Fire"},
		{"nothing", "", "", judge.Page, "", "text", "(empty message)"},
	}
}
