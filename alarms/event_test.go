package alarms

import (
	"fmt"
	"testing"
)

// TestEventRules goes through what EventBridge's events do, also those that nobody
// recorded.
func TestEventRules(t *testing.T) {
	tests := []struct {
		source, detailType, detail string
		want                       verdict
	}{
		{"aws.ecs", "ECS Task State Change", `{"lastStatus":"RUNNING"}`, change},
		{"aws.ecs", "ECS Task State Change", `{"lastStatus":"STOPPED","stoppedReason":"Scaling activity"}`, change},
		{"aws.ecs", "ECS Task State Change", `{"lastStatus":"STOPPED","containers":[{"exitCode":0},{"exitCode":1}]}`, low},
		{"aws.ecs", "ECS Task State Change", `{"lastStatus":"STOPPED","stoppedReason":"Essential container in task exited"}`, low},
		{"aws.ecs", "ECS Deployment State Change", `{"eventName":"SERVICE_DEPLOYMENT_FAILED"}`, bad},
		{"aws.ecs", "ECS Service Action", `{"eventType":"WARN"}`, low},
		{"aws.ecs", "ECS Service Action", `{"eventType":"INFO"}`, change},
		{"aws.ecs", "ECS Something Else", `{}`, change},
		{"aws.codepipeline", "CodePipeline Stage Execution State Change", `{"state":"FAILED"}`, low},
		{"aws.codepipeline", "CodePipeline Pipeline Execution State Change", `{"state":"STARTED"}`, change},
		{"aws.codedeploy", "CodeDeploy Deployment State-change Notification", `{"state":"FAILURE"}`, low},
		{"aws.codedeploy", "CodeDeploy Instance State-change Notification", `{"state":"FAILURE"}`, change},
		{"aws.codebuild", "CodeBuild Build State Change", `{"build-status":"FAILED"}`, change},
		{"aws.ecr", "ECR Image Scan", `{"finding-severity-counts":{"CRITICAL":1}}`, low},
		{"aws.ecr", "ECR Image Scan", `{"finding-severity-counts":{"CRITICAL":0}}`, change},
		{"aws.ecr", "ECR Image Scan", `{"finding-severity-counts":{"HIGH":9}}`, change},
		{"aws.inspector2", "Inspector2 Finding", `{"status":"ACTIVE"}`, low},
		{"aws.inspector2", "Inspector2 Finding", `{"status":"CLOSED"}`, change},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":9}`, urgent},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":7.5}`, bad},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":"4"}`, low},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":3.9}`, change},
		{"aws.guardduty", "GuardDuty Malware Protection Object Scan Result", `{"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND"}}`, change},
		{"aws.cloudformation", "CloudFormation Stack Status Change", `{"status-details":{"status":"UPDATE_ROLLBACK_COMPLETE"}}`, low},
		{"aws.cloudformation", "CloudFormation Stack Status Change", `{"status-details":{"status":"CREATE_FAILED"}}`, low},
		{"aws.cloudformation", "CloudFormation Stack Status Change", `{"status-details":{"status":"UPDATE_COMPLETE"}}`, change},
		{"aws.cloudformation", "CloudFormation Resource Status Change", `{"status-details":{"status":"CREATE_FAILED"}}`, change},
		{"aws.rds", "RDS DB Cluster Event", `{"EventCategories":["notification","failover"]}`, bad},
		{"aws.rds", "RDS DB Instance Event", `{"EventCategories":["backup"]}`, change},
		{"aws.autoscaling", "EC2 Instance Launch Unsuccessful", `{}`, low},
		{"aws.autoscaling", "EC2 Instance Launch Successful", `{}`, change},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"issue","statusCode":"open"}`, fires},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"issue","statusCode":"closed"}`, clears},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"investigation"}`, low},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"scheduledChange"}`, change},
		{"aws.synthetics", "Synthetics Canary TestRun Failure", `{"test-run-status":"FAILED"}`, change},
		{"aws.appconfig", "On Deployment Complete", `{}`, change},
		{"aws.glue", "Glue Job State Change", `{"state":"TIMEOUT"}`, low},
		{"aws.glue", "Glue Job State Change", `{"state":"SUCCEEDED"}`, change},
		{"aws.batch", "Batch Job State Change", `{"status":"FAILED"}`, low},
		{"aws.batch", "Batch Job State Change", `{"status":"RUNNABLE"}`, change},
		{"aws.states", "Step Functions Execution Failed", `{}`, low},
		{"com.example", "Anything", `{}`, low},
	}
	for _, tt := range tests {
		message := fmt.Sprintf(`{"id":"1","source":%q,"detail-type":%q,"account":"123456789012","time":"2026-11-02T14:01:00Z","region":"eu-central-1","resources":[],"detail":%s}`,
			tt.source, tt.detailType, tt.detail)
		s := Classify(received(message, ""), Topics{})
		checkSignal(t, tt.detailType, s)
		if got := (verdict{s.Effect, s.Severity, s.State}); got != tt.want {
			t.Errorf("%s %s %s: %+v, want %+v", tt.source, tt.detailType, tt.detail, got, tt.want)
		}
	}
}

// TestEventRulesEnd: whatever comes, a rule fits.
func TestEventRulesEnd(t *testing.T) {
	for _, source := range []string{"", "aws", "aws.", "aws.new", "custom"} {
		e := event{source: source, detailType: "New"}
		if s := e.signal(input{Verified: received("", "")}, KindEvent); s.Effect == "" {
			t.Errorf("nothing becomes of %q", source)
		}
	}
}

func TestOtherShapes(t *testing.T) {
	tests := []struct {
		name, message string
		want          verdict
		kind          string
	}{
		{"Alertmanager resolved", `{"groupKey":"g","status":"resolved","alerts":[]}`, clears, KindWebhook},
		{"Grafana ok", `{"alerts":[],"state":"ok","title":"t"}`, clears, KindWebhook},
		{"CodeDeploy failed", `{"deploymentId":"d","eventTriggerName":"t","status":"Failed"}`, low, KindDeployment},
		{"CodeDeploy stopped", `{"deploymentId":"d","eventTriggerName":"t","status":"Stopped"}`, change, KindDeployment},
		{"Auto Scaling test", "Service: AWS Auto Scaling\nEvent: autoscaling:TEST_NOTIFICATION\nAutoScalingGroupName: g", change, KindScaling},
		{"resource of a stack", "StackId='s'\nResourceType='AWS::EC2::Instance'\nPhysicalResourceId='i'\nResourceStatus='CREATE_FAILED'", change, KindStack},
		{"tools", `{"detailType":"CodePipeline Pipeline Execution State Change","notificationRuleArn":"r","source":"aws.codepipeline","detail":{"state":"FAILED"}}`, low, KindTools},
		{"database backup", `{"Event Source":"db-instance","Event Message":"Finished DB Instance backup"}`, change, KindDatabase},
		{"database failover", `{"Event Source":"db-instance","Event Message":"Multi-AZ instance failover started"}`, low, KindDatabase},
	}
	for _, tt := range tests {
		s := Classify(received(tt.message, ""), Topics{})
		checkSignal(t, tt.name, s)
		if got := (verdict{s.Effect, s.Severity, s.State}); got != tt.want || s.Kind != tt.kind {
			t.Errorf("%s: %s %+v, want %s %+v", tt.name, s.Kind, got, tt.kind, tt.want)
		}
	}
}
