package chat

import "testing"

func TestBare(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", "ack 1": "ack 1", "`ack 1`": "ack 1", "*ack* 1": "ack 1", "_ack_ 1": "ack 1", "~ack~ 1": "ack 1", "```ack 1```": "ack 1",
		"`/incident ack 1`": "ack 1", "/incident ack 1": "ack 1", "/incident /incident ack 1": "ack 1", "“ack 1”": "ack 1", "«ack 1»": "ack 1",
		"„ack 1“": "ack 1", "ack *1*": "ack 1", "ack `1`": "ack 1", "`ack` `1`": "ack 1", "ack\u00a01.": "ack 1", "list.": "list", "*list*!": "list",
		"note the *disk* is `full`.": "note the *disk* is `full`.", "note 1 `df -h` says": "note 1 `df -h` says",
		"note “the disk is full”": "note “the disk is full”", "*note* 1 it is _slow_": "note 1 it is _slow_",
		"&gt; ack 1": "ack 1", "&gt;&gt;&gt; `ack 1`": "ack 1", "note 1 a &gt; b": "note 1 a &gt; b", "note 1 a &lt;b&gt;.": "note 1 a &lt;b&gt;.",
		"resolve #1 it is *over*": "resolve #1 it is *over*", "<@U1> x": "<@U1> x",
	} {
		if got := bare(typed, "/incident"); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{
		"`me 2h`": "me 2h", "trace &lt;!channel&gt;": "trace &lt;!channel&gt;", "trace &lt;x&gt;;": "trace &lt;x&gt;", "me *2h*": "me 2h", "*payments*": "payments", "/oncall why `payments` at fri 18:00.": "why payments at fri 18:00",
		"override <@U0BO|bo> _3h_": "override <@U0BO|bo> 3h", "override @bo fri 18:00..sat 09:00": "override @bo fri 18:00..sat 09:00",
	} {
		if got := bareAll(typed, "/oncall"); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
