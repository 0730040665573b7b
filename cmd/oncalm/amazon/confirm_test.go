package amazon

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// What the SDK warns of is a line of our log: stderr has nothing but JSON on it.
func TestSDKWarnsInTheLog(t *testing.T) {
	imds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusForbidden) // of which the SDK says that it falls back to the older way
	}))
	defer imds.Close()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.URL, "AWS_EC2_METADATA_DISABLED": "", "AWS_REGION": "eu-central-1",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
	} {
		t.Setenv(name, value)
	}
	var said bytes.Buffer
	c := Confirmer(nil, slog.New(slog.NewJSONHandler(&said, nil)))
	if _, err := c.ConfirmSubscription(t.Context(),
		&sns.ConfirmSubscriptionInput{TopicArn: aws.String("arn:aws:sns:eu-central-1:123456789012:alarms"), Token: aws.String("t")}); err == nil {
		t.Fatal("a subscription was confirmed without credentials")
	}
	var line struct{ Level, Msg, Text string }
	if err := json.NewDecoder(&said).Decode(&line); err != nil || line.Level != "WARN" || line.Msg != "from the SDK of AWS" || line.Text == "" {
		t.Errorf("the log has %+v (%v), not the SDK's warning", line, err)
	}
}
