package reachtest

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A Call is one that End User Messaging made.
type Call struct {
	At              time.Time
	From, To, Voice string
	SSML            string
	Said            string // without the elements
}

// Telephony is End User Messaging: it keeps the texts that were sent and the calls that were made. The zero value is ready.
type Telephony struct {
	line
	texts    []SMS
	calls    []Call
	refusing map[string]string // number → reason of a ConflictException
	spent    bool
}

// OptOut has a phone take nothing more, as after an answer STOP.
func (t *Telephony) OptOut(phone string) { t.Refuse(phone, "DESTINATION_PHONE_NUMBER_OPTED_OUT") }

// Sandbox has a phone count as one that was not verified, of an account in the sandbox.
func (t *Telephony) Sandbox(phone string) { t.Refuse(phone, "DESTINATION_PHONE_NUMBER_NOT_VERIFIED") }

// Refuse has a phone be refused for a reason of ConflictException.
func (t *Telephony) Refuse(phone, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusing == nil {
		t.refusing = map[string]string{}
	}
	t.refusing[phone] = reason
}

// SpendAll has the limit of the month be reached.
func (t *Telephony) SpendAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spent = true
}

// Texts are all SMS, the oldest first.
func (t *Telephony) Texts() []SMS {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.texts)
}

// Rang are all calls, the oldest first.
func (t *Telephony) Rang() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.calls)
}

// Config is that of clients whose calls come here, without a network.
func (t *Telephony) Config() aws.Config { return configuration(t) }

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (t *Telephony) RoundTrip(r *http.Request) (*http.Response, error) {
	return trip(r, t.next(), t.answer)
}

// ServeHTTP is End User Messaging over a network.
func (t *Telephony) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(w, r, t.next(), t.answer)
}

// asked is what is understood of both calls.
type asked struct {
	DestinationPhoneNumber, OriginationIdentity, MessageBody string
	MessageType                                              string // of a text
	MessageBodyTextType                                      string
	VoiceId                                                  string //nolint:revive // named as in the model
	TimeToLive                                               int
}

// answer does what End User Messaging does.
func (t *Telephony) answer(w http.ResponseWriter, r *http.Request, f Fault) {
	var in asked
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	voice := r.Header.Get("X-Amz-Target") == "PinpointSMSVoiceV2.SendVoiceMessage"
	t.mu.Lock()
	defer t.mu.Unlock()
	said := t.misread(r, in, err, voice)
	fails, reason := f != Fault{}, ""
	if !fails {
		f, reason = t.state(in.DestinationPhoneNumber, voice)
		fails = f != Fault{}
	}
	if !fails || f.Takes {
		if voice {
			t.calls = append(t.calls, Call{At: time.Now(), From: in.OriginationIdentity, To: in.DestinationPhoneNumber,
				Voice: in.VoiceId, SSML: in.MessageBody, Said: said})
		} else {
			t.texts = append(t.texts, SMS{At: time.Now(), To: in.DestinationPhoneNumber, Text: in.MessageBody,
				Type: in.MessageType, Sender: in.OriginationIdentity})
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch {
	case f.Hang:
	case f.Anything != "":
		_, _ = fmt.Fprint(w, f.Anything)
	case f.Code != "":
		w.WriteHeader(f.Status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.pinpointsmsvoicev2#" + f.Code, "Reason": reason,
			"Message": f.Code + " occurred for " + in.DestinationPhoneNumber})
	case fails:
		http.Error(w, "we will be back soon", f.Status)
	default:
		fmt.Fprintf(w, `{"MessageId":"v-%d"}`, len(t.calls)+len(t.texts))
	}
}

// state is why a message is refused.
func (t *Telephony) state(phone string, voice bool) (f Fault, reason string) {
	if reason = t.refusing[phone]; reason != "" {
		return Fault{Status: http.StatusBadRequest, Code: "ConflictException"}, reason
	}
	if !t.spent {
		return Fault{}, ""
	}
	reason = "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"
	if voice {
		reason = "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE"
	}
	return Fault{Status: http.StatusPaymentRequired, Code: "ServiceQuotaExceededException"}, reason
}

var identityForm = regexp.MustCompile(`^[A-Za-z0-9_:/+-]{1,256}$`)

// Limits of the model.
const (
	mostText   = 1600
	mostSSML   = 6000
	longestTTL = 259200
	leastTTL   = 5
)

// misread records the reasons for which End User Messaging would not have understood a request, and returns what a voice says.
func (t *Telephony) misread(r *http.Request, in asked, err error, voice bool) (said string) {
	json10 := r.Header.Get("Content-Type") == "application/x-amz-json-1.0"
	t.found(r.Method != http.MethodPost || !json10, "it is no POST of JSON 1.0")
	signed := strings.Contains(r.Header.Get("Authorization"), "/sms-voice/aws4_request")
	t.found(!signed, "it is not signed for sms-voice")
	t.found(!voice && r.Header.Get("X-Amz-Target") != "PinpointSMSVoiceV2.SendTextMessage", "it is neither a text nor a call")
	t.found(err != nil, fmt.Sprintf("its body is not as in the model: %v", err))
	t.found(!phoneForm.MatchString(in.DestinationPhoneNumber), "its number is not E.164")
	from := in.OriginationIdentity
	t.found((voice || from != "") && !identityForm.MatchString(from), "it is from nobody")
	t.found(in.TimeToLive < leastTTL || in.TimeToLive > longestTTL, "its time to live is out of bounds")
	if !voice {
		t.found(in.MessageType != "TRANSACTIONAL" || in.VoiceId != "", "it is no urgent text")
		t.found(in.MessageBody == "" || len(in.MessageBody) > mostText, "its text is empty, or too long")
		return ""
	}
	t.found(in.MessageType != "" || in.VoiceId == "", "it is no call with a voice")
	t.found(in.MessageBodyTextType != "SSML", "it is not in SSML")
	t.found(utf8.RuneCountInString(in.MessageBody) > mostSSML, "its SSML is too long")
	said, err = Spoken(in.MessageBody)
	t.found(err != nil, fmt.Sprintf("its SSML is none: %v", err))
	return said
}

// Spoken returns what is said of SSML, and an error if a voice would not take it, or if it has an element that is not ours.
func Spoken(ssml string) (said string, err error) {
	ours := map[string]string{"speak": "", "p": "", "break": "time", "say-as": "interpret-as"}
	d := xml.NewDecoder(strings.NewReader(ssml))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(strings.Fields(said), " "), nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			attribute, known := ours[token.Name.Local]
			if !known || (token.Name.Local == "speak") != (depth == 0) {
				return "", errors.New("it has the element " + token.Name.Local)
			}
			for _, a := range token.Attr {
				if a.Name.Local != attribute {
					return "", errors.New("it has the attribute " + a.Name.Local)
				}
			}
			depth++
		case xml.EndElement:
			depth--
			said += " "
		case xml.CharData:
			if depth == 0 {
				return "", errors.New("there is text outside of it")
			}
			said += string(token)
		default:
			return "", fmt.Errorf("it has %T", token)
		}
	}
}
