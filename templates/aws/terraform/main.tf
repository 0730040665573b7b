# What Oncalm needs in one account and region: the same as oncalm.yaml, as a module.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.40" }
  }
}

variable "endpoint" {
  description = "Where Oncalm takes alarms in, such as https://oncall.example.com/sns"
  type        = string
  validation {
    condition     = can(regex("^https://.+/sns$", var.endpoint))
    error_message = "Write an https address that ends in /sns."
  }
}

variable "watch_email" {
  description = "Who is written to when alarms do not reach Oncalm, or its heartbeat is missing; nobody if empty"
  type        = string
  default     = ""
}

variable "watch_phone" {
  description = "Who gets an SMS then, as +4915112345678; nobody if empty"
  type        = string
  default     = ""
}

variable "heartbeat" {
  description = "Whether the configuration has watch with metric Oncalm/Heartbeat, so that there is an alarm when that is missing"
  type        = bool
  default     = false
}

locals {
  watched = var.watch_email != "" || var.watch_phone != ""
}

variable "changes" {
  description = "Whether deployments and other changes go to the topic, too"
  type        = bool
  default     = true
}

data "aws_caller_identity" "here" {}

resource "aws_sns_topic" "alarms" {
  name_prefix       = "oncalm-"
  display_name      = "Oncalm"
  signature_version = 2
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "CloudWatchAlarms"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
  statement {
    sid       = "Changes"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

resource "aws_sqs_queue" "dead_letters" {
  name_prefix               = "oncalm-dead-letters-"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.alarms.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters.json
}

resource "aws_sns_topic_subscription" "oncalm" {
  topic_arn              = aws_sns_topic.alarms.arn
  protocol               = "https"
  endpoint               = var.endpoint
  endpoint_auto_confirms = true
  redrive_policy         = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })
  # About 47 minutes, of the hour that SNS allows: a restart, a full disk or a night of certificates loses nothing.
  delivery_policy = jsonencode({
    healthyRetryPolicy = {
      numRetries         = 35
      numNoDelayRetries  = 3
      minDelayTarget     = 10
      numMinDelayRetries = 7
      maxDelayTarget     = 180
      numMaxDelayRetries = 10
      backoffFunction    = "exponential"
    }
    throttlePolicy = { maxReceivesPerSecond = 20 }
  })
  depends_on = [aws_sqs_queue_policy.dead_letters]
}

resource "aws_cloudwatch_event_rule" "changes" {
  count       = var.changes ? 1 : 0
  name_prefix = "oncalm-changes-"
  description = "Deployments and other changes, for Oncalm"
  event_pattern = jsonencode({
    source = ["aws.ecs", "aws.codepipeline", "aws.codedeploy", "aws.cloudformation", "aws.appconfig", "aws.autoscaling"]
    "detail-type" = [
      "ECS Deployment State Change",
      "CodePipeline Pipeline Execution State Change",
      "CodeDeploy Deployment State-change Notification",
      "CloudFormation Stack Status Change",
      "CloudFormation Drift Detection Status Change",
      "On Deployment Start",
      "On Deployment Complete",
      "On Deployment Rolled Back",
      { prefix = "EC2 Auto Scaling Instance Refresh" },
    ]
  })
}

resource "aws_cloudwatch_event_target" "changes" {
  count = var.changes ? 1 : 0
  rule  = aws_cloudwatch_event_rule.changes[0].name
  arn   = aws_sns_topic.alarms.arn
}

data "aws_iam_policy_document" "bot" {
  statement {
    sid       = "Subscribe"
    actions   = ["sns:ConfirmSubscription", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"]
    resources = [aws_sns_topic.alarms.arn]
  }
  statement {
    sid       = "Reconcile"
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:ListAlarmMuteRules", "cloudwatch:GetMetricData"]
    resources = ["*"]
  }
  statement {
    sid       = "Heartbeat"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Oncalm"]
    }
  }
}

resource "aws_iam_policy" "bot" {
  name_prefix = "oncalm-"
  description = "What Oncalm asks of SNS and CloudWatch. Attach it to the role that the bot runs with."
  policy      = data.aws_iam_policy_document.bot.json
}

resource "aws_sns_topic" "watch" {
  count        = local.watched ? 1 : 0
  name_prefix  = "oncalm-watch-"
  display_name = "Oncalm does not hear"
}

resource "aws_sns_topic_subscription" "watch" {
  count     = var.watch_email == "" ? 0 : 1
  topic_arn = aws_sns_topic.watch[0].arn
  protocol  = "email"
  endpoint  = var.watch_email
}

resource "aws_sns_topic_subscription" "watch_phone" {
  count     = var.watch_phone == "" ? 0 : 1
  topic_arn = aws_sns_topic.watch[0].arn
  protocol  = "sms"
  endpoint  = var.watch_phone
}

# Oncalm sends a heartbeat each minute, as long as a canary gets through it. Nothing on this way is Oncalm's.
resource "aws_cloudwatch_metric_alarm" "dead" {
  count               = local.watched && var.heartbeat ? 1 : 0
  alarm_name          = "${aws_sqs_queue.dead_letters.name}-dead"
  alarm_description   = "Oncalm is dead, or cannot page anybody. Nobody is paged until somebody looks after it."
  namespace           = "Oncalm"
  metric_name         = "Heartbeat"
  statistic           = "SampleCount"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.watch[0].arn]
  ok_actions          = [aws_sns_topic.watch[0].arn]
}

resource "aws_cloudwatch_metric_alarm" "not_heard" {
  count               = local.watched ? 1 : 0
  alarm_name          = "${aws_sqs_queue.dead_letters.name}-not-heard"
  alarm_description   = "SNS could not deliver an alarm to Oncalm. It waits in the queue for dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.watch[0].arn]
  ok_actions          = [aws_sns_topic.watch[0].arn]
}

output "topic" {
  description = "For sns.topics of Oncalm's configuration, and for the actions of alarms"
  value       = aws_sns_topic.alarms.arn
}

output "policy" {
  description = "To be attached to the bot's role"
  value       = aws_iam_policy.bot.arn
}

output "queue" {
  description = "What could not be delivered"
  value       = aws_sqs_queue.dead_letters.url
}
