// Package scenes has the alarms that fire in the demo. None fires twice: an alarm that says ALARM again pages nobody.
package scenes

import (
	"fmt"

	"github.com/oncalm/oncalm/alarms/aws"
)

// Deployed begins the names of the alarms that follow a deployment.
const Deployed = "checkout-5xx-rate"

// Nth is the alarm that fires after n others.
func Nth(n int) aws.Example {
	all := first()
	x := all[n%len(all)]
	x.Name += again(n / len(all))
	x.Period = 10 // so that a visitor sees in its graph what came after
	return x
}

// first are the alarms of the first round.
func first() []aws.Example {
	return []aws.Example{
		{Name: Deployed, Description: "More than 10 failed checkouts a minute. Customers see an error page.",
			Namespace: "Shop", Metric: "FailedCheckouts", Threshold: 10,
			Dimensions: map[string]string{"ClusterName": "prod", "ServiceName": "checkout"}},
		{Name: "search-p99-latency", Description: "Search is slow for one in a hundred.", Namespace: "AWS/ApplicationELB",
			Metric: "TargetResponseTime", Threshold: 2, Dimensions: map[string]string{"LoadBalancer": "app/search/9f0c2d6c1b7a4e55"}},
		{Name: "orders-queue-age", Description: "Orders wait too long before they are packed.", Namespace: "AWS/SQS",
			Metric: "ApproximateAgeOfOldestMessage", Threshold: 600, Dimensions: map[string]string{"QueueName": "orders"}},
		{Name: "checkout-db-connections", Description: "The database has hardly any connections left.", Namespace: "AWS/RDS",
			Metric: "DatabaseConnections", Threshold: 450, Dimensions: map[string]string{"DBInstanceIdentifier": "checkout"}},
	}
}

// again tells the names of a later round from those of the first.
func again(round int) string {
	if round == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", round+1)
}

// Storm is what fires together in a storm; each time it has other names.
func Storm(round int) []aws.Example {
	const many = 160
	services := []string{"search", "images", "reviews", "mail", "orders", "invoices", "returns", "stock", "basket", "prices",
		"accounts", "delivery", "vouchers", "login", "dns", "checkout"}
	var all []aws.Example
	for n := range many {
		name := fmt.Sprintf("%s-host-%03d-unhealthy%s", services[n%len(services)], n+1, again(round))
		all = append(all, aws.Example{Name: name, Description: "The load balancer gets no answer from this host."})
	}
	return all
}
