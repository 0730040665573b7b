package grammar

import (
	"fmt"
	"strconv"
	"strings"
)

// A sort is what a part of a pattern is.
type sort uint8

const (
	word sort = iota
	listed
	name
	mention
	gap
	begin
	other // a word that is none of a list
)

// A part is one part of a pattern.
type part struct {
	sort    sort
	words   []string // any of them; with a star at one end
	list    *list
	label   string // the name of the list, by which what it matched is known
	most    int    // words of a gap
	maybe   bool   // it may be missing
	starred bool   // one of the words has a star
}

// A pattern is a list of parts.
type pattern []part

// A list is what {name} in a pattern stands for: any of its entries.
type list struct {
	number  int                  // among all lists
	words   map[string]bool      // entries of one word
	stars   []string             // entries of one word with a star
	byFirst map[string][]pattern // entries of several words, by their first word
	others  []pattern            // entries that begin with something else
}

// parsePattern reads a pattern. Lists that it names must be there.
func parsePattern(text string, lists map[string]*list) (pattern, error) {
	var p pattern
	for field := range strings.FieldsSeq(text) {
		one := part{}
		if field != "?" {
			field, one.maybe = strings.CutSuffix(field, "?")
		}
		switch {
		case field == "^":
			one.sort = begin
		case field == "...":
			one.sort, one.most = gap, 3
		case strings.HasPrefix(field, ".."):
			most, err := strconv.Atoi(field[2:])
			if err != nil || most < 1 {
				return nil, fmt.Errorf("%q is no gap such as ..5", field)
			}
			one.sort, one.most = gap, most
		case field == "{name}":
			one.sort, one.label = name, "name"
		case field == "{mention}":
			one.sort, one.label = mention, "mention"
		case strings.HasPrefix(field, "{"), strings.HasPrefix(field, "!{"):
			one.sort, one.label = listed, strings.Trim(field, "!{}")
			if one.list = lists[one.label]; one.list == nil {
				return nil, fmt.Errorf("there is no list [%s]", one.label)
			}
			if field[0] == '!' {
				one.sort, one.label = other, ""
			}
		default:
			one.words = strings.Split(field, "/")
			one.starred = strings.Contains(field, "*")
		}
		p = append(p, one)
	}
	if len(p) == 0 {
		return nil, fmt.Errorf("the pattern is empty")
	}
	return p, nil
}

// like reports whether a word is what is written with a star: "*ed", "pre*".
func like(star, word string) bool {
	if end, ok := strings.CutPrefix(star, "*"); ok {
		return len(word) > len(end)+1 && strings.HasSuffix(word, end)
	}
	if start, ok := strings.CutSuffix(star, "*"); ok {
		return strings.HasPrefix(word, start)
	}
	return star == word
}
