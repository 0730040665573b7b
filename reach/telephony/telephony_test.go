package telephony_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/reach/telephony"
)

// TestReasons: for each reason of a refusal there is one sentence at most, and those that AWS may add are shown as they are.
func TestReasons(t *testing.T) {
	const phone = "+4915112345678"
	said := map[string]bool{}
	for _, reason := range types.ConflictExceptionReason("").Values() {
		fake := &reachtest.Telephony{}
		fake.Refuse(phone, string(reason))
		server := httptest.NewServer(fake)
		cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
			Credentials: reachtest.Credentials()}
		_, err := telephony.Text(t.Context(), cfg, "", phone, "x")
		server.Close()
		api, ok := errors.AsType[smithy.APIError](err)
		if !ok || api.ErrorCode() != "ConflictException" || !strings.Contains(api.ErrorMessage(), string(reason)) {
			t.Errorf("%s: %v", reason, err)
			continue
		}
		if before, _, found := strings.Cut(api.ErrorMessage(), " ("); found {
			said[before] = true
		}
	}
	if len(said) != 6 {
		t.Errorf("there are sentences for %d reasons of a conflict: %v", len(said), said)
	}
	voices := types.VoiceId("").Values()
	for _, voice := range telephony.Voices() {
		if !slices.Contains(voices, types.VoiceId(voice)) {
			t.Errorf("there is no voice %s", voice)
		}
	}
}
