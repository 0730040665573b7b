package aws

import "slices"

// Regions returns the names of the regions that are known here, by partition. There may be more by now: a name of the right form
// that is not among them is odd, and no more.
func Regions() []string {
	return slices.Concat(
		[]string{"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"},
		[]string{"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"},
		[]string{"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"},
		[]string{"eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1"},
		[]string{"us-east-1", "us-east-2", "us-west-1", "us-west-2"},
		[]string{"cn-north-1", "cn-northwest-1"},
		[]string{"us-gov-east-1", "us-gov-west-1"},
		[]string{"us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1", "us-isof-south-1", "eu-isoe-west-1"},
		[]string{"eusc-de-east-1"},
	)
}
