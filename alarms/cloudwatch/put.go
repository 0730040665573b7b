package cloudwatch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Put puts a 1 for a metric without dimensions, in the region that the SDK finds. The role needs cloudwatch:PutMetricData, which can
// be narrowed to the namespace.
func (c *Client) Put(ctx context.Context, namespace, name string) error {
	client, err := c.in(ctx, "")
	if err != nil {
		return err
	}
	in := &cloudwatch.PutMetricDataInput{Namespace: &namespace,
		MetricData: []types.MetricDatum{{MetricName: &name, Value: aws.Float64(1), Unit: types.StandardUnitCount}}}
	// one value is shorter as it is, and emulators do not all unpack
	plain := func(o *cloudwatch.Options) { o.DisableRequestCompression = true }
	_, err = client.PutMetricData(ctx, in, plain)
	if err != nil {
		return meant("cloudwatch:PutMetricData", err)
	}
	return nil
}
