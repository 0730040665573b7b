// Package telephony asks AWS End User Messaging to send texts to phones and to ring them.
//
// It goes by the reason that AWS gives for a refusal, which its message leaves out, and says how long a message is worth anything: AWS
// keeps trying for three days if nobody says so.
package telephony

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/reach"
)

// How long a message is worth anything.
const (
	textFor = time.Hour
	ringFor = 10 * time.Minute // by then the next step has come
)

func seconds(d time.Duration) *int32 { return aws.Int32(int32(d / time.Second)) }

// Text sends a text to a phone, from an identity of the account; empty: one that AWS chooses. It returns the name of the message.
func Text(ctx context.Context, cfg aws.Config, from, to, text string) (string, error) {
	in := &pinpointsmsvoicev2.SendTextMessageInput{
		DestinationPhoneNumber: &to, MessageBody: &text, MessageType: types.MessageTypeTransactional,
		TimeToLive: seconds(textFor),
	}
	if from != "" {
		in.OriginationIdentity = &from
	}
	out, err := pinpointsmsvoicev2.NewFromConfig(reach.Once(cfg)).SendTextMessage(ctx, in)
	if err != nil {
		return "", explain(err)
	}
	return aws.ToString(out.MessageId), nil
}

// Ring calls a phone, and has a voice say a text in SSML. It returns the name of the message.
func Ring(ctx context.Context, cfg aws.Config, from, voice, to, ssml string) (string, error) {
	in := &pinpointsmsvoicev2.SendVoiceMessageInput{
		DestinationPhoneNumber: &to, OriginationIdentity: &from, MessageBody: &ssml,
		MessageBodyTextType: types.VoiceMessageBodyTextTypeSsml, VoiceId: types.VoiceId(voice), TimeToLive: seconds(ringFor),
	}
	out, err := pinpointsmsvoicev2.NewFromConfig(reach.Once(cfg)).SendVoiceMessage(ctx, in)
	if err != nil {
		return "", explain(err)
	}
	return aws.ToString(out.MessageId), nil
}

// Voices are those that speak English, as the texts are.
func Voices() []string {
	return []string{"AMY", "BRIAN", "EMMA", "GERAINT", "IVY", "JOANNA", "JOEY", "JUSTIN", "KENDRA", "KIMBERLY", "MATTHEW", "NICOLE",
		"RAVEENA", "RUSSELL", "SALLI"}
}

// explained is an error of AWS with the reason that it gave.
type explained struct {
	smithy.APIError

	outer error
	why   string
}

// ErrorMessage is the reason in place of what AWS wrote.
func (e *explained) ErrorMessage() string { return e.why }

// Unwrap returns the error as it came, with the answer's status.
func (e *explained) Unwrap() error { return e.outer }

// explain adds to an error why AWS refused, if it says so.
func explain(err error) error {
	var api smithy.APIError
	reason := ""
	if e, ok := errors.AsType[*types.ConflictException](err); ok {
		api, reason = e, string(e.Reason)
	} else if e, ok := errors.AsType[*types.ServiceQuotaExceededException](err); ok {
		api, reason = e, string(e.Reason)
	} else if e, ok := errors.AsType[*types.AccessDeniedException](err); ok {
		api, reason = e, string(e.Reason)
	} else if e, ok := errors.AsType[*types.ValidationException](err); ok {
		api, reason = e, string(e.Reason)
	}
	if reason == "" {
		return err
	}
	return &explained{APIError: api, outer: err, why: meaning(reason)}
}

// meaning is what a person reads of a reason.
func meaning(reason string) string {
	said := map[string]string{
		"DESTINATION_PHONE_NUMBER_OPTED_OUT":                          "the number has opted out",
		"DESTINATION_PHONE_NUMBER_NOT_VERIFIED":                       "the account is in the sandbox, and the number is not verified",
		"NO_ORIGINATION_IDENTITIES_FOUND":                             "the account has nothing that can send there",
		"NUMBER_CAPABILITIES_MISMATCH":                                "the number that it is from cannot do that",
		"DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION":        "the account sends nothing to that country",
		"DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": "the account sends nothing to that number",
		"MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT":                        "the spend limit of the month for texts is reached",
		"MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE":                       "the spend limit of the month for calls is reached",
		"DAILY_DESTINATION_CALL_LIMIT":                                "the number was called too often today",
	}[reason]
	if said == "" {
		return reason
	}
	return said + " (" + reason + ")"
}
