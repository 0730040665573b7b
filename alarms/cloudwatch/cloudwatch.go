// Package cloudwatch asks CloudWatch how its alarms stand, with the SDK of AWS: it is the [reconcile.API].
//
// What is asked costs little and is bounded, whatever there is: see [mostPages]. Credentials, endpoint and region are found as the SDK
// finds them. The role needs cloudwatch:DescribeAlarms and cloudwatch:ListAlarmMuteRules, on all resources: composite alarms can be
// described in no other way.
package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/oncalm/oncalm/alarms/reconcile"
)

// Bounds of what is asked each time and in each region. When there is more than fits, what is beyond the bound is not seen
// this time.
const (
	mostPages = 20  // of alarms that say ALARM, 100 on each
	pageSize  = 100 // the most that DescribeAlarms takes, of names and of alarms
	patience  = 20 * time.Second
)

// Client asks CloudWatch. It is safe for use by several goroutines. It keeps one client for each region, since a region has
// its own endpoint.
type Client struct {
	load    func(context.Context) (aws.Config, error)
	mu      sync.Mutex
	regions map[string]*cloudwatch.Client
}

// New returns a client with what load finds, which is asked for when it is needed first, and again until it succeeds.
func New(load func(context.Context) (aws.Config, error)) *Client {
	return &Client{load: load, regions: map[string]*cloudwatch.Client{}}
}

// in is the client of a region; of none, that of the region which the SDK finds.
func (c *Client) in(ctx context.Context, region string) (*cloudwatch.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if client := c.regions[region]; client != nil {
		return client, nil
	}
	cfg, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	c.regions[region] = cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		if region != "" {
			o.Region = region
		}
	})
	return c.regions[region], nil
}

// allKinds are named in each call: without them CloudWatch answers with metric alarms only.
func allKinds() []types.AlarmType {
	return []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, types.AlarmTypeLogAlarm}
}

// Firing implements [reconcile.API].
func (c *Client) Firing(ctx context.Context, region string) ([]reconcile.Alarm, error) {
	return c.describe(ctx, region, &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: allKinds(), StateValue: types.StateValueAlarm, MaxRecords: aws.Int32(pageSize)})
}

// Named implements [reconcile.API]. Names that CloudWatch does not know are missing in the answer.
func (c *Client) Named(ctx context.Context, region string, names []string) (all []reconcile.Alarm, err error) {
	for some := range slices.Chunk(names, pageSize) {
		found, err := c.describe(ctx, region, &cloudwatch.DescribeAlarmsInput{AlarmTypes: allKinds(), AlarmNames: some,
			MaxRecords: aws.Int32(pageSize)})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// describe reads the pages of an answer. An error of one page is the error of all: a part would look as if the other alarms
// were gone.
func (c *Client) describe(ctx context.Context, region string, in *cloudwatch.DescribeAlarmsInput) ([]reconcile.Alarm,
	error) {
	all, _, err := c.pages(ctx, region, in)
	return all, err
}

// Alarms are all alarms of a region, as far as that is bounded; more says that there are others.
func (c *Client) Alarms(ctx context.Context, region string) (all []reconcile.Alarm, more bool, err error) {
	return c.pages(ctx, region, &cloudwatch.DescribeAlarmsInput{AlarmTypes: allKinds(), MaxRecords: aws.Int32(pageSize)})
}

// pages reads all pages of an answer, as far as that is bounded.
func (c *Client) pages(ctx context.Context, region string, in *cloudwatch.DescribeAlarmsInput) (all []reconcile.Alarm,
	more bool, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	client, err := c.in(ctx, region)
	if err != nil {
		return nil, false, err
	}
	for range mostPages {
		out, err := client.DescribeAlarms(ctx, in)
		if err != nil {
			return nil, false, fmt.Errorf("cloudwatch:DescribeAlarms: %w", err)
		}
		all = append(all, read(out)...)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return all, false, nil
		}
	}
	return all, true, nil
}

// Muted implements [reconcile.API]. A rule that is expired or scheduled for later mutes nothing now, so only active ones
// are asked for.
func (c *Client) Muted(ctx context.Context, region, name string) (bool, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	client, err := c.in(ctx, region)
	if err != nil {
		return false, err
	}
	out, err := client.ListAlarmMuteRules(ctx, &cloudwatch.ListAlarmMuteRulesInput{
		AlarmName: aws.String(name), Statuses: []types.AlarmMuteRuleStatus{types.AlarmMuteRuleStatusActive}})
	if err != nil {
		return false, fmt.Errorf("cloudwatch:ListAlarmMuteRules: %w", err)
	}
	return len(out.AlarmMuteRuleSummaries) > 0, nil
}
