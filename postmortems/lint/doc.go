// Package lint reads a postmortem, or any text about an incident, and says where it blames a person and what to write instead, and
// which action items nobody will be able to close. It suggests and never blocks.
//
// The rules B01 to B16 and the words that they are made of are in files, one for each language, in the folder words; package grammar
// reads them, and tells how they are written. Code and quotations are left out by package prose. The rules A01 to A10 are about
// action items: those of a table or of a list under a heading that says so.
//
// A line is silenced by a comment at its end, or in a line of its own before it, that names the rules and the reason:
//
//	<!-- lint: B06 the vendor's own words -->
//
// Without a reason nothing is silenced.
//
//	l, err := lint.New()
//	for _, f := range l.Text(text, nil) { … }
//
// The same text always has the same findings.
package lint
