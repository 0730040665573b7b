package bottest

// Shortcuts are the callbacks of all shortcuts that the manifest has, which its test holds.
func Shortcuts() []string {
	return []string{"incident/declare", "incident/declare/message", "timeline/add"}
}

// Happenings are examples of all events that the manifest asks for, which its test holds, by the names that it has for them: what a
// user does who is in the channel C0INC.
func Happenings(user string) map[string]map[string]any {
	said := func(in, kind string) map[string]any {
		return map[string]any{"type": "message", "user": user, "text": "hello", "channel": in, "channel_type": kind, "ts": "17000000"}
	}
	item := map[string]any{"type": "message", "channel": "C0INC", "ts": "1700000000.000100"}
	react := func(kind string) map[string]any {
		return map[string]any{"type": kind, "user": user, "reaction": "pushpin", "item_user": "U0BO", "item": item}
	}
	pin := func(kind string) map[string]any {
		return map[string]any{"type": kind, "user": user, "channel_id": "C0INC", "item": map[string]any{
			"type": "message", "channel": "C0INC",
			"message": map[string]any{"type": "message", "user": "U0BO", "text": "x", "ts": "1700000000.000100"}}}
	}
	return map[string]map[string]any{
		"message.im": said("D0"+user, "im"), "message.channels": said("C0INC", "channel"), "message.groups": said("G0INC", "group"),
		"reaction_added": react("reaction_added"), "reaction_removed": react("reaction_removed"),
		"pin_added": pin("pin_added"), "pin_removed": pin("pin_removed"),
		"app_home_opened": {"type": "app_home_opened", "user": user, "channel": "D0" + user, "tab": "home"},
		"tokens_revoked":  {"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{"U1"}, "bot": []string{}}},
		"app_uninstalled": {"type": "app_uninstalled"},
	}
}
