// Package grammar finds patterns of words in sentences. Patterns and the lists of words that they are made of are written in a file
// of words, one for each language, so that a team can add to them without a change to the program.
//
// A file has lists and rules:
//
//	[roles-here]                    a list: entries, each in a line of its own, or several with ; between them
//	engineer; developer; on-call {person}?
//
//	(B06 warn)                      a rule, with its level
//	find {person} failed to {do}    what it finds: any of these lines
//	not failed to start             what it leaves alone, wherever it overlaps what was found
//	say what made it hard to {do}   what it suggests; {do} is what the part of that name was in the text,
//	                                and {do|do that} is do that if there was none
//
// A pattern is a list of parts:
//
//	word        that word; a/b is one of several; with a star at its beginning or end, any word that ends or begins so
//	{list}      an entry of that list; an entry is itself a pattern
//	!{list}     a word that is no entry of that list
//	{name}      the name of a person: known to the caller, or in the list "names", with a capital letter
//	{mention}   @name, or <@U02ABC>
//	...         up to three words of any kind, and no punctuation mark; ..7 up to seven
//	^           the beginning of a sentence
//	,           a punctuation mark within a sentence
//
// A question mark at the end of a part says that it may be missing. Upper and lower case are the same, except in names.
package grammar
