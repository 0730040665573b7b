package manifest_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// judge says what a schema has against a value: of JSON Schema as much as Slack's schemas use. What it does not know is a complaint.
func judge(root, schema map[string]any, value any, at string) (complaints []string) {
	say := func(format string, args ...any) {
		complaints = append(complaints, at+": "+fmt.Sprintf(format, args...))
	}
	if ref, ok := schema["$ref"].(string); ok {
		to := root
		for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			to, _ = to[part].(map[string]any)
		}
		return judge(root, to, value, at)
	}
	for keyword, want := range schema {
		switch keyword {
		case "type":
			if !typed(want, value) {
				say("%v is not of type %v", value, want)
			}
		case "enum":
			all, _ := want.([]any)
			if !slices.ContainsFunc(all, func(x any) bool { return reflect.DeepEqual(x, value) }) {
				say("%v is none of %v", value, want)
			}
		case "pattern", "regex":
			// Slack's patterns are those of JavaScript; ours cannot look around.
			text, isText := value.(string)
			pattern, _ := want.(string)
			if re, err := regexp.Compile(pattern); err == nil && isText && !re.MatchString(text) {
				say("%q does not match %s", text, pattern)
			}
		case "maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum":
			if n, limit := size(keyword, value), number(want); strings.HasPrefix(keyword, "max") && n > limit ||
				strings.HasPrefix(keyword, "min") && n >= 0 && n < limit {
				say("%s: %v, want %v", keyword, n, limit)
			}
		case "required", "properties", "additionalProperties", "items", "anyOf", "oneOf", "allOf", "uniqueItems":
		case "description", "title", "$schema", "definitions", "default", "format", "examples", "deprecated", "$comment", "$id":
		default:
			if !strings.HasPrefix(keyword, "x-") && !strings.HasPrefix(keyword, "pattern") {
				say("this test does not know the keyword %s", keyword)
			}
		}
	}
	complaints = append(complaints, members(root, schema, value, at)...)
	for _, keyword := range []string{"anyOf", "oneOf", "allOf"} {
		all, _ := schema[keyword].([]any)
		fits := 0
		for _, one := range all {
			inner, _ := one.(map[string]any)
			if len(judge(root, inner, value, at)) == 0 {
				fits++
			}
		}
		if len(all) > 0 && (fits == 0 || keyword == "allOf" && fits < len(all)) {
			say("fits %d of %d in %s", fits, len(all), keyword)
		}
	}
	return complaints
}

// members judges what is in an object or a list.
func members(root, schema map[string]any, value any, at string) (complaints []string) {
	if items, ok := schema["items"].(map[string]any); ok {
		all, _ := value.([]any)
		for n, one := range all {
			complaints = append(complaints, judge(root, items, one, fmt.Sprintf("%s[%d]", at, n))...)
		}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return complaints
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := object[name.(string)]; !there {
			complaints = append(complaints, fmt.Sprintf("%s: %v is missing", at, name))
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, inside := range object {
		property, known := properties[name].(map[string]any)
		switch {
		case known:
			complaints = append(complaints, judge(root, property, inside, at+"/"+name)...)
		case schema["additionalProperties"] == false:
			complaints = append(complaints, fmt.Sprintf("%s: %s is not known", at, name))
		}
	}
	return complaints
}

// typed reports whether a value is of one of the types.
func typed(want, value any) bool {
	if all, ok := want.([]any); ok {
		return slices.ContainsFunc(all, func(one any) bool { return typed(one, value) })
	}
	switch want {
	case "object":
		_, ok := value.(map[string]any)
		return ok
	case "array":
		_, ok := value.([]any)
		return ok
	case "string":
		_, ok := value.(string)
		return ok
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "number", "integer":
		_, ok := value.(float64)
		return ok
	}
	return value == nil
}

// size is what a limit is about; -1 if it is about another type.
func size(keyword string, value any) float64 {
	switch v := value.(type) {
	case string:
		if strings.HasSuffix(keyword, "Length") {
			return float64(utf8.RuneCountInString(v))
		}
	case []any:
		if strings.HasSuffix(keyword, "Items") {
			return float64(len(v))
		}
	case float64:
		if strings.HasSuffix(keyword, "imum") {
			return v
		}
	}
	return -1
}

func number(v any) float64 {
	text, _ := json.Marshal(v)
	var n float64
	_ = json.Unmarshal(text, &n)
	return n
}
