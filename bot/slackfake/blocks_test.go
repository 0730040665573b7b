package slackfake_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// TestLibraryBlocks shows that what slack-go builds is taken as it is.
func TestLibraryBlocks(t *testing.T) {
	rich := slack.NewRichTextBlock("r",
		slack.NewRichTextSection(
			slack.NewRichTextSectionTextElement("bold", &slack.RichTextSectionTextStyle{Bold: true}),
			slack.NewRichTextSectionLinkElement("https://a.example", "link", nil),
			slack.NewRichTextSectionUserElement("U0ANA", nil),
			slack.NewRichTextSectionDateElement(1730000000, "{date_short} {time}", nil, nil),
		),
		slack.NewRichTextList(slack.RTEListBullet, 0, slack.NewRichTextSection(slack.NewRichTextSectionTextElement("one", nil))),
		&slack.RichTextPreformatted{Type: slack.RTEPreformatted,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement("code", nil)}},
		&slack.RichTextQuote{Type: slack.RTEQuote,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement("quote", nil)}},
	)
	ask := slack.NewConfirmationBlockObject(plainText("Sure?"), plainText("It is loud."), plainText("Yes"), plainText("No"))
	blocks := []slack.Block{
		slack.NewHeaderBlock(plainText("SEV2 checkout")),
		slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*x*", false, false), nil,
			slack.NewAccessory(slack.NewButtonBlockElement("go", "1", plainText("Go")).WithConfirm(ask))),
		slack.NewContextBlock("", slack.NewTextBlockObject("mrkdwn", "since 14:02", false, false)),
		slack.NewDividerBlock(),
		slack.NewImageBlock("https://a.example/x.png", "graph", "", plainText("Errors")),
		slack.NewMarkdownBlock("", "# Title"),
		rich,
		slack.NewInputBlock("", plainText("When"), nil, slack.NewDatePickerBlockElement("when")),
	}
	if err := post("C0INC", say("x"), slack.MsgOptionBlocks(blocks...))(t.Context(), client(team())); err != nil {
		e, _ := errors.AsType[slack.SlackErrorResponse](err)
		t.Errorf("%v %v", err, e.ResponseMetadata.Messages)
	}
}

func TestInvalidBlocksSayWhy(t *testing.T) {
	err := post("C0INC", slack.MsgOptionBlocks(slack.NewHeaderBlock(plainText(strings.Repeat("x", 151)))))(t.Context(),
		client(team()))
	e, _ := errors.AsType[slack.SlackErrorResponse](err)
	want := []string{"[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"}
	if diff := cmp.Diff(want, e.ResponseMetadata.Messages); diff != "" || e.Err != "invalid_blocks" {
		t.Errorf("%q %s", e.Err, diff)
	}
}
