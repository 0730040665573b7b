package aws

import (
	"strings"

	"github.com/oncalm/oncalm/text"
)

// AlarmsIn returns the names or ARNs of the alarms that a composite alarm's rule waits
// for: those in ALARM(…) and AT_LEAST(…, ALARM, (…)). Those under NOT, and those that
// shall be OK, do not count: their incidents have nothing to do with this one.
func AlarmsIn(rule string) []string {
	p := &ruleParser{tokens: tokensOf(text.Clip(rule, maxRule))}
	p.expression()
	return p.found
}

// maxRule is the length of a rule that CloudWatch allows, in characters.
const maxRule = 10240

type token struct {
	text   string
	quoted bool
}

func (t token) is(s string) bool { return !t.quoted && t.text == s }

// tokensOf cuts a rule into parentheses, commas, words, and texts in quotes.
func tokensOf(rule string) []token {
	var tokens []token
	for i := 0; i < len(rule); {
		switch c := rule[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case strings.IndexByte("(),", c) >= 0:
			tokens = append(tokens, token{text: rule[i : i+1]})
			i++
		case c == '"' || c == '\'':
			text, next := quotedAt(rule, i)
			tokens = append(tokens, token{text, true})
			i = next
		default:
			end := i
			for end < len(rule) && strings.IndexByte(" \t\r\n(),", rule[end]) < 0 {
				end++
			}
			tokens = append(tokens, token{text: rule[i:end]})
			i = end
		}
	}
	return tokens
}

// quotedAt reads the text in quotes that begins at i, and returns the place after it.
func quotedAt(rule string, i int) (text string, next int) {
	quote := rule[i]
	var b strings.Builder
	for i++; i < len(rule) && rule[i] != quote; i++ {
		if rule[i] == '\\' && i+1 < len(rule) {
			i++
		}
		b.WriteByte(rule[i])
	}
	return b.String(), min(i+1, len(rule))
}

type ruleParser struct {
	tokens []token
	at     int
	found  []string
}

func (p *ruleParser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

// followed reports whether the token after this one is an opening parenthesis.
func (p *ruleParser) followed() bool {
	return p.at+1 < len(p.tokens) && p.tokens[p.at+1].is("(")
}

// expression reads a rule from end to end. It wants no more than to find names, so it
// does not mind what is wrong otherwise.
func (p *ruleParser) expression() {
	for p.at < len(p.tokens) {
		t := p.peek()
		switch {
		case t.is("NOT"):
			p.at++
			p.skipTerm()
		case t.is("ALARM") && p.followed():
			p.at += 2
			p.name()
		case t.is("AT_LEAST") && p.followed():
			p.at += 2
			p.atLeast()
		case p.followed() && !t.is("AND") && !t.is("OR") && !t.is("("):
			p.skipTerm() // OK(…), INSUFFICIENT_DATA(…), and what is still to come
		default:
			p.at++
		}
	}
}

// skipTerm passes a word and what stands in parentheses after it, or these alone.
func (p *ruleParser) skipTerm() {
	if !p.peek().is("(") {
		p.at++
	}
	if !p.peek().is("(") {
		return
	}
	for depth := 0; p.at < len(p.tokens); p.at++ {
		if p.peek().is("(") {
			depth++
		}
		if p.peek().is(")") {
			if depth--; depth == 0 {
				p.at++
				return
			}
		}
	}
}

// name reads one name up to the comma or parenthesis that ends it. Without quotes it
// may have spaces, by mistake.
func (p *ruleParser) name() {
	var words []string
	for p.at < len(p.tokens) && !p.peek().is(")") && !p.peek().is(",") && !p.peek().is("(") {
		words = append(words, p.peek().text)
		p.at++
	}
	if name := strings.Join(words, " "); name != "" {
		p.found = append(p.found, name)
	}
}

// atLeast reads (n, ALARM, (name, name, …)) after its first parenthesis.
func (p *ruleParser) atLeast() {
	waits := false
	for p.at < len(p.tokens) && !p.peek().is("(") && !p.peek().is(")") {
		if p.peek().is("NOT") {
			waits = false
			break
		}
		waits = waits || p.peek().is("ALARM")
		p.at++
	}
	for p.at < len(p.tokens) && !p.peek().is("(") {
		p.at++
	}
	for p.at++; p.at < len(p.tokens) && !p.peek().is(")"); {
		if p.peek().is(",") || p.peek().is("(") {
			p.at++
			continue
		}
		before := len(p.found)
		p.name()
		if !waits {
			p.found = p.found[:before]
		}
	}
	p.at++
}
