package messages

import (
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
)

// job is the event of a task that was started for its own sake.
func job(detail string) string {
	return event("aws.ecs", "ECS Task State Change", "", `{"lastStatus":"STOPPED","clusterArn":"arn:aws:ecs:eu-central-1:123456789012:cluster/prod","group":"family:nightly",`+detail+`}`)
}

const exited = `"stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited","containers":`

func taskCases() []tableCase {
	return []tableCase{
		{"job done, the rest was stopped", "", job(exited + `[{"name":"app","exitCode":0},{"name":"envoy","exitCode":143}]`), judge.Marker, "", "ecs-task", "ECS task of nightly exited with code 0"},
		{"job done, the rest was killed", "", job(exited + `[{"name":"datadog","exitCode":137},{"name":"app","exitCode":0}]`), judge.Marker, "", "ecs-task", "ECS task of nightly exited with code 0"},
		{"job done, the rest without memory", "", job(exited + `[{"name":"app","exitCode":0},{"name":"envoy","exitCode":137,"reason":"OutOfMemoryError: killed"}]`), judge.Page, "sev3", "ecs-task", "ECS task of nightly ran out of memory (envoy)"},
		{"job failed", "", job(exited + `[{"name":"envoy","exitCode":143},{"name":"init","exitCode":0},{"name":"app","exitCode":1}]`), judge.Page, "sev3", "ecs-task", "ECS task of nightly exited with code 1 (app)"},
		{"job killed", "", job(exited + `[{"name":"app","exitCode":137}]`), judge.Page, "sev3", "ecs-task", "ECS task of nightly exited with code 137 (app)"},
		{"task of a service killed", "", task(exited + `[{"name":"init","exitCode":0},{"name":"app","exitCode":137}]`), judge.Page, "sev3", "ecs-task", "ECS task of web exited with code 137 (app)"},
		{"host gone, without a code", "", task(`"stoppedReason":"Host EC2 (instance i-1) terminated.","containers":[{"name":"app","exitCode":137}]`), judge.Marker, "", "ecs-task", "ECS task of web stopped: Host EC2 (instance i-1) terminated"},
		{"host gone", "", task(`"stopCode":"TerminationNotice","stoppedReason":"Host EC2 (instance i-1) terminated."`), judge.Marker, "", "ecs-task", ""},
		{"spot, without a code", "", task(`"stoppedReason":"Your Spot Task was interrupted.","containers":[{"exitCode":143}]`), judge.Marker, "", "ecs-task", ""},
		{"task unwell, as the service says it", "", task(`"stopCode":"ServiceSchedulerInitiated","stoppedReason":"(service web) (port 80) is unhealthy in (target-group x) due to (reason Health checks failed)"`), judge.Page, "sev3", "ecs-task", ""},
		{"instance that cannot register", "", event("aws.ecs", "ECS Container Instance State Change", "", `{"status":"REGISTRATION_FAILED","containerInstanceArn":"arn:aws:ecs:eu-central-1:1:container-instance/p/x"}`), judge.Quiet, "sev4", "ecs", "ECS Container Instance State Change: x registration failed"},
		{"instance", "", event("aws.ecs", "ECS Container Instance State Change", "", `{"status":"ACTIVE","agentConnected":false}`), judge.Marker, "", "ecs", ""},
	}
}

// wordCases are of services that have said it in words that nobody knew.
func wordCases() []tableCase {
	return []tableCase{
		{"Redshift unwell", "", `{"Event Source":"cluster","Resource":"dw","Severity":"INFO","Event Message":"The health of the cluster dw is bad and it is unavailable"}`, judge.Quiet, "sev4", "redshift", ""},
		{"mail of a budget, older", "AWS Budgets: monthly has exceeded your alert threshold", "Dear AWS Customer,\n\nYou requested that we alert you", judge.Quiet, "sev4", "budget", "AWS Budgets: monthly has exceeded your alert threshold"},
		{"mail is subscribed", "", "You have successfully subscribed your Amazon SNS topic 'x' to receive 'Bounce' notifications from Amazon SES for identity 'x'.", judge.Marker, "", "ses", ""},
		{"finding that is archived", "", event("aws.guardduty", "GuardDuty Finding", "", `{"severity":8,"type":"Recon","title":"t","service":{"archived":true}}`), judge.Marker, "", "guardduty", ""},
		{"finding that is not", "", event("aws.guardduty", "GuardDuty Finding", "", `{"severity":8,"type":"Recon","title":"t","service":{"archived":false}}`), judge.Page, "sev3", "guardduty", ""},
		{"low on memory", "", rds("0403", "A database workload is causing the system to run critically low on memory. RDS set the value of innodb_buffer_pool_size."), judge.Page, "sev3", "rds", "RDS orders: A database workload is causing the system to run critically low on memory"},
		{"memory ran out", "", rds("0999", "Database instance is being restarted because memory ran out"), judge.Page, "sev3", "rds", ""},
		{"hardware", "", rds("0998", "The host of your database experienced a hardware issue; recovery in progress"), judge.Page, "sev3", "rds", ""},
		{"volume degraded", "", rds("0215", "The DB instance's storage volume is degraded"), judge.Page, "sev3", "rds", ""},
		{"memory of a class", "", rds("0998", "The instance class has more memory now"), judge.Marker, "", "rds", ""},
		{"a mirror", "", rds("0066", "The SQL Server DB instance is re-establishing its mirror. Performance will be degraded"), judge.Marker, "", "rds", ""},
		{"backup stopped", "Notification from AWS Backup", "An AWS Backup job was stopped. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2. BackupJob ID : 1", judge.Quiet, "sev4", "backup", "An AWS Backup job was stopped: vol-2"},
		{"backup started", "Notification from AWS Backup", "An AWS Backup job was started. Resource ARN : arn:aws:ec2:eu-central-1:123456789012:volume/vol-2. BackupJob ID : 1", judge.Marker, "", "backup", ""},
	}
}

// failed is an event of a service that is in no row, or in the last one of its service, and says that something failed.
func failed(source, detailType, detail, family, title string) tableCase {
	return tableCase{detailType + " " + detail, "", event(source, detailType, "arn:aws:x:eu-central-1:123456789012:thing/shop", detail), judge.Quiet, "sev4", family, title}
}

func failureCases() []tableCase {
	return []tableCase{
		failed("aws.sagemaker", "SageMaker Training Job State Change", `{"TrainingJobName":"t","TrainingJobStatus":"Failed","FailureReason":"x"}`, "aws", "SageMaker Training Job State Change: shop failed: x"),
		failed("aws.sagemaker", "SageMaker Endpoint State Change", `{"EndpointName":"e","EndpointStatus":"FAILED"}`, "aws", ""),
		failed("aws.athena", "Athena Query State Change", `{"currentState":"FAILED","previousState":"RUNNING"}`, "aws", "Athena Query State Change: shop failed"),
		failed("aws.datasync", "DataSync Task Execution State Change", `{"State":"ERROR"}`, "aws", "DataSync Task Execution State Change: shop error"),
		failed("aws.transcribe", "Transcribe Job State Change", `{"TranscriptionJobStatus":"FAILED"}`, "aws", ""),
		failed("aws.amplify", "Amplify Deployment Status Change", `{"appId":"a","jobStatus":"FAILED"}`, "aws", ""),
		failed("aws.ssm", "EC2 Automation Execution Status-change Notification", `{"Status":"Failed"}`, "aws", ""),
		failed("aws.ssm", "EC2 Command Status-change Notification", `{"status":"TimedOut"}`, "aws", "EC2 Command Status-change Notification: shop timed out"),
		failed("aws.ssm", "Parameter Store Policy Action", `{"name":"p","action-status":"Failed"}`, "aws", ""),
		failed("aws.ec2", "EC2 AMI State Change", `{"State":"failed","ImageId":"ami-1"}`, "ec2", "EC2 AMI State Change: shop failed"),
		failed("aws.ec2", "EC2 Spot Fleet Error", `{"sub-type":"spotInstanceCountLimitExceeded"}`, "ec2", "EC2 Spot Fleet Error: shop"),
		failed("aws.medialive", "MediaLive Channel Alert", `{"alarm_state":"SET","alert_type":"Video Not Detected"}`, "aws", "MediaLive Channel Alert: shop: Video Not Detected"),
		failed("aws.mediaconnect", "MediaConnect Alert", `{"error":true,"error-code":"x","message":"Stream disconnected"}`, "aws", "MediaConnect Alert: shop failed: Stream disconnected"),
		failed("aws.secretsmanager", "AWS Service Event via CloudTrail", `{"eventName":"RotationFailed","eventSource":"secretsmanager.amazonaws.com","additionalEventData":{"SecretId":"arn:aws:secretsmanager:eu-central-1:1:secret:db"}}`, "cloudtrail", "rotation failed: db"),
		failed("aws.networkmanager", "Network Manager Status Update", `{"changeType":"VPN-CONNECTION-IPSEC-DOWN"}`, "aws", "Network Manager Status Update: shop vpn connection ipsec down"),
		failed("aws.mgn", "MGN Source Server Data Replication Stalled Change", `{"state":"STALLED"}`, "aws", ""),
		failed("aws.drs", "DRS Source Server Data Replication Stalled Change", `{"state":"STALLED"}`, "aws", ""),
		failed("aws.drs", "DRS Source Server Launch Result", `{"state":"RECOVERY_LAUNCH_FAILED"}`, "aws", ""),
		failed("aws.gamelift", "GameLift Queue Placement Event", `{"type":"PlacementTimedOut"}`, "aws", ""),
		failed("aws.new", "New Thing", `{"thing":{"RunOutcome":"timed_out"}}`, "aws", ""),
		failed("aws.emr", "EMR Cluster State Change", `{"state":"TERMINATED_WITH_ERRORS"}`, "aws", "EMR Cluster State Change: shop terminated with errors"),
		failed("aws.ecr", "ECR Image Action", `{"result":"FAILURE","repository-name":"web","action-type":"PUSH"}`, "ecr", ""),
		failed("aws.synthetics", "Synthetics Canary Status Change", `{"canary-name":"login","current-state":"ERROR","previous-state":"RUNNING"}`, "synthetics", ""),
		failed("aws.dlm", "DLM Pre Post Script Notification", `{"policy_id":"p","result":"failed"}`, "snapshots", "Snapshot policy p: failed"),
		failed("aws.dlm", "DLM Policy State Change", `{"policy_id":"p","state":"ERROR"}`, "snapshots", "Snapshot policy p: error"),
		failed("aws.guardduty", "GuardDuty Malware Protection Resource Status Error", `{"resourceStatus":"ERROR"}`, "guardduty", ""),
		failed("aws.config", "Config Configuration Snapshot Delivery Status", `{"messageType":"ConfigurationSnapshotDeliveryFailed"}`, "config", ""),
		failed("aws.cloudformation", "CloudFormation StackSet Operation Status Change", `{"stack-set-arn":"s","status-details":{"status":"FAILED"}}`, "cloudformation", ""),
	}
}

// quietCases are neighbours that say that nothing failed.
func quietCases() []tableCase {
	var all []tableCase
	for _, c := range [][3]string{
		{"aws.sagemaker", "SageMaker Training Job State Change", `{"TrainingJobStatus":"Completed"}`},
		{"aws.athena", "Athena Query State Change", `{"currentState":"SUCCEEDED","previousState":"FAILED"}`},
		{"aws.new", "New Thing", `{"previousState":{"value":"FAILED"},"state":{"value":"OK"}}`},
		{"aws.drs", "DRS Source Server Data Replication Stalled Change", `{"state":"NOT_STALLED"}`},
		{"aws.medialive", "MediaLive Channel Alert", `{"alarm_state":"CLEARED","alert_type":"Video Not Detected"}`},
		{"aws.networkmanager", "Network Manager Status Update", `{"changeType":"VPN-CONNECTION-IPSEC-UP"}`},
		{"aws.new", "Scaling", `{"state":"SCALE_DOWN"}`},
		{"aws.new", "New Thing", `{"status":"FAILOVER_COMPLETED","error":"none"}`},
		{"aws.ec2", "EC2 AMI State Change", `{"State":"available","ImageId":"ami-1"}`},
		{"aws.ec2", "EC2 Instance State-change Notification", `{"instance-id":"i-1","state":"shutting-down"}`},
		{"aws.secretsmanager", "AWS Service Event via CloudTrail", `{"eventName":"RotationSucceeded","eventSource":"secretsmanager.amazonaws.com"}`},
		{"aws.s3", "AWS API Call via CloudTrail", `{"eventName":"GetObject","errorCode":"AccessDenied"}`},
		{"aws.dlm", "DLM Policy State Change", `{"policy_id":"p","state":"ENABLED"}`},
		{"aws.connect", "Amazon Connect Contact Event", `{"eventType":"DISCONNECTED"}`},
	} {
		family := map[string]string{"aws.ec2": "ec2", "aws.secretsmanager": "cloudtrail", "aws.s3": "cloudtrail", "aws.dlm": "snapshots"}[c[0]]
		if family == "" {
			family = "aws"
		}
		all = append(all, tableCase{c[1] + " " + c[2], "", event(c[0], c[1], "arn:aws:x:eu-central-1:123456789012:thing/shop", c[2]), judge.Marker, "", family, ""})
	}
	return all
}

// TestFailuresAreToldApart: what failed without naming a resource is known by its name.
func TestFailuresAreToldApart(t *testing.T) {
	one := Judge(messageOf("", event("aws.amplify", "Amplify Deployment Status Change", "", `{"appId":"a","jobStatus":"FAILED"}`)))[0]
	other := Judge(messageOf("", event("aws.amplify", "Amplify Deployment Status Change", "", `{"appId":"b","jobStatus":"FAILED"}`)))[0]
	if one.Key == other.Key || one.Title != "Amplify Deployment Status Change: a failed" {
		t.Errorf("%q and %q: %q", one.Key, other.Key, one.Title)
	}
}
