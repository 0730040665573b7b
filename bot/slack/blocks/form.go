package blocks

import (
	"encoding/json"
	"time"

	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/text"
)

// A Form is a window over the conversation, in which somebody fills in fields or reads what came of it.
type Form struct {
	Title string
	Send  string // the label of the button that sends it; "" where there is nothing to send
	Close string // the label of the button that closes it
	// Action is whose form it is, and Value what it carries along, as those of a [Button].
	Action, Value string
	Body          Message // its paragraphs; buttons belong to messages
	Fields        []Field
}

// A Field is what can be filled in. Its name is the id of its block and of its element.
type Field struct {
	Name, Label string
	Hint        string // shown while nothing is filled in
	// Kind is what is asked for: a person of the workspace, one of the choices, a time, a text.
	Kind    FieldKind
	Choices []Choice  // the first [MaxChoices] are shown
	Chosen  string    // the value of the choice, or the id of the user, that is filled in already; "" for none
	At      time.Time // the time that is filled in already
	Most    int       // how long a text may be; 0: as long as Slack takes it
	Filled  string    // the text that is filled in already
	// Optional says that nothing needs to be filled in.
	Optional bool
}

// A FieldKind is what a field asks for.
type FieldKind int

// The kinds of fields.
const (
	PersonField FieldKind = iota
	ChoiceField
	TimeField
	TextField
)

// A Choice is a line that can be chosen, and the value that is sent for it. One whose value is too long is left out: a part of it
// would be another choice.
type Choice struct{ Label, Value string }

const (
	// MaxChoices is how many choices Slack takes.
	MaxChoices = 100
	// MaxChoice is the longest value of a choice, in bytes.
	MaxChoice = 150
	maxTitle  = 24
)

// JSON is the form as Slack takes it. The error is that of the encoder, and has not been seen.
func (f Form) JSON() (json.RawMessage, error) {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: f.Action, PrivateMetadata: f.Value,
		Title: plain(f.Title, maxTitle), Submit: plain(f.Send, maxTitle), Close: plain(f.Close, maxTitle),
	}
	f.Body.Rows = nil
	var body []json.RawMessage
	if err := json.Unmarshal(f.Body.Blocks(), &body); err != nil {
		return nil, err
	}
	for _, b := range body {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, written{b})
	}
	for _, field := range f.Fields {
		input := slack.NewInputBlock(field.Name, plain(field.Label, MaxLabel), nil, field.element())
		input.Optional = field.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, input)
	}
	return json.Marshal(v)
}

// written is a block that is JSON already.
type written struct{ json.RawMessage }

// BlockType implements [slack.Block].
func (written) BlockType() slack.MessageBlockType { return "" }

// ID implements [slack.Block].
func (written) ID() string { return "" }

// plain is text that Slack does not interpret; nil for none.
func plain(s string, most int) *slack.TextBlockObject {
	if s = text.Clip(text.Line(s), most); s == "" {
		return nil
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// element is what people fill in. Choices that Slack would not take are left out.
func (f Field) element() slack.BlockElement {
	switch f.Kind {
	case PersonField:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain(f.Hint, MaxLabel), f.Name)
		e.InitialUser = f.Chosen
		return e
	case TimeField:
		e := slack.NewDateTimePickerBlockElement(f.Name)
		e.InitialDateTime = f.At.Unix()
		return e
	case TextField:
		e := slack.NewPlainTextInputBlockElement(plain(f.Hint, MaxLabel), f.Name)
		e.MaxLength, e.InitialValue = f.Most, f.Filled
		return e
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(f.Hint, MaxLabel), f.Name)
	for _, c := range f.Choices {
		if len(c.Value) > MaxChoice || len(e.Options) == MaxChoices {
			continue
		}
		o := slack.NewOptionBlockObject(c.Value, plain(c.Label, MaxLabel), nil)
		e.Options = append(e.Options, o)
		if c.Value == f.Chosen {
			e.InitialOption = o
		}
	}
	return e
}
