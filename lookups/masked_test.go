package lookups

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// TestMasked holds that what looks like a secret is not shown, and that what does not is.
func TestMasked(t *testing.T) {
	for said, want := range map[string]string{
		"login with password=correct-horse failed":                  "login with password=[secret] failed",
		`{"password":"correct horse","user":"ana"}`:                 `{"password":[secret],"user":"ana"}`,
		"key AKIA" + "IOSFODNN7EXAMPLE is old":                      "key [secret] is old",
		"Authorization: Bearer abcdef0123456789 refused":            "Authorization: Bearer [secret] refused",
		"dial postgres://shop:hunter22@db.example.com/shop":         "dial postgres://shop:[secret]@db.example.com/shop",
		"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefg is bad":   "jwt [secret] is bad",
		"token xoxb-123456789-abc":                                  "token [secret]",
		"api_key: abcdef, next":                                     "api_key: [secret], next",
		"the token has expired at https://example.com:443/a@b":      "the token has expired at https://example.com:443/a@b",
		`said {\"password\":\"correct horse\",\"user\":\"ana\"}`:    `said {\"password\":[secret],\"user\":\"ana\"}`,
		`{\"token\": \"abc`:                                         `{\"token\": [secret]`,
		"clone with github_pat_" + "11ABCDEFG0123456789_abc failed": "clone with [secret] failed",
		"-----BEGIN RSA " + "PRIVATE KEY----- MIIEow== abc":         "[secret]",
		"Cookie: session=0123456789; theme=dark":                    "Cookie: [secret]",
		`{"token":"` + strings.Repeat("x", 400) + `","a":"b"}`:      `{"token":[secret],"a":"b"}`,
		"secret=" + strings.Repeat("x", 400) + " a":                 "secret=[secret] a",
		"the cookie: not found":                                     "the cookie: not found",
		`{"password":"a\"b c","user":"ana"}`:                        `{"password":[secret],"user":"ana"}`,
		`password=ab\cd failed`:                                     `password=[secret] failed`,
		"password is wrong":                                         "password is wrong",
	} {
		if got := Masked(said); got != want {
			t.Errorf("%s\n got %s\nwant %s", said, got, want)
		}
	}
}

// TestAround holds that the time begins before the first alarm, and is no longer than it may be.
func TestAround(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)
	alarm := &incidents.Alarm{State: incidents.AlarmFiring, Changed: at.Add(-2 * time.Minute)}
	for now, want := range map[time.Time]string{
		at.Add(10 * time.Minute): "13:45 14:12",
		at.Add(5 * time.Hour):    "13:45 14:45",
	} {
		from, to := Around(&incidents.Incident{Opened: at}, alarm, now)
		if got := from.Format("15:04") + " " + to.Format("15:04"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	from, _ := Around(&incidents.Incident{Opened: at}, nil, at)
	if got := from.Format("15:04"); got != "13:47" {
		t.Error(got)
	}
}

// TestOfFunction holds that an alarm on a function of Lambda says which group is its own, and nothing that is no name does.
func TestOfFunction(t *testing.T) {
	alarm := func(namespace, name, value string) *incidents.Alarm {
		return &incidents.Alarm{Metric: &incidents.Metric{Namespace: namespace,
			Dimensions: []incidents.Dimension{{Name: name, Value: value}}}}
	}
	for _, tc := range []struct {
		a    *incidents.Alarm
		want string
	}{
		{alarm("AWS/Lambda", "FunctionName", "charge"), "/aws/lambda/charge"},
		{alarm("AWS/Lambda", "Resource", "charge:live"), ""},
		{alarm("AWS/Lambda", "FunctionName", "a'b"), ""},
		{alarm("Shop", "FunctionName", "charge"), ""},
		{&incidents.Alarm{}, ""}, {nil, ""},
	} {
		if got := strings.Join(OfFunction(tc.a), " "); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.a, got, tc.want)
		}
	}
}
