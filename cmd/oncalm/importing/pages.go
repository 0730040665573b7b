package importing

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// A page is a part of an answer that comes in several.
type page struct {
	Next     string `json:"next"` // where the others are
	Previous string `json:"previous"`
	Number   int    `json:"current_page_number"`
	More     bool   `json:"more"` // PagerDuty
	Paging   struct {
		Next string `json:"next"` // Opsgenie
	} `json:"paging"`
}

// pages are those that were read, and those that they name.
type pages struct{ read, named map[string]map[int]bool }

// incomplete is an answer of which pages are missing.
type incomplete struct{ of, what string }

// rest is the page of which nothing but that there is one more is known.
const rest = 0

// mostPages is how many pages before one are looked for.
const mostPages = 1000

// add takes a page.
func (p *pages) add(one page) {
	if p.read == nil {
		p.read, p.named = map[string]map[int]bool{}, map[string]map[int]bool{}
	}
	put := func(all map[string]map[int]bool, of string, number int) {
		if all[of] == nil {
			all[of] = map[int]bool{}
		}
		all[of][number] = true
	}
	of, next := numbered(cmp.Or(one.Next, one.Paging.Next))
	before, previous := numbered(one.Previous)
	switch of = cmp.Or(of, before); {
	case of == "" && one.More:
		put(p.named, "the list of schedules", rest)
	case of == "":
	case one.Paging.Next != "" || one.Next != "" && next <= 1 || one.Next == "" && previous == rest:
		put(p.named, of, rest)
	default:
		own := one.Number
		if own <= 0 && one.Next != "" {
			own = next - 1
		} else if own <= 0 {
			own = previous + 1
		}
		put(p.read, of, own)
		if one.Next != "" {
			put(p.named, of, next)
		}
		for n := range min(own-1, mostPages) {
			put(p.named, of, n+1)
		}
	}
}

// numbered takes an address apart: what the answer is about, and the number of the page; [rest] if it goes by something
// else.
func numbered(address string) (of string, number int) {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return "", rest
	}
	of = strings.TrimRight(u.Path, "/")
	switch q := u.Query(); {
	case q.Has("page"):
		number, _ = strconv.Atoi(q.Get("page"))
		return of, number
	case q.Has("cursor"), q.Has("offset"):
		return of, rest
	}
	return of, 1
}

// missing tells of which answers pages are missing.
func (p *pages) missing() []incomplete {
	var all []incomplete
	for _, of := range slices.Sorted(maps.Keys(p.named)) {
		var numbers []string
		for _, n := range slices.Sorted(maps.Keys(p.named[of])) {
			switch {
			case n == rest:
				numbers = append(numbers, "there is another page")
			case !p.read[of][n]:
				numbers = append(numbers, fmt.Sprintf("page %d is missing", n))
			}
		}
		if len(numbers) > 0 {
			all = append(all, incomplete{of, plan.List(numbers[:min(len(numbers), 10)]) + "; add all of them"})
		}
	}
	return all
}
