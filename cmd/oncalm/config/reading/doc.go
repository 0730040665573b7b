// Package reading is a YAML file as people wrote it: what stands where, and what is wrong with that. It knows no key
// of the configuration.
//
// [Parse] makes the tree of the YAML library of the text, or says in a [SyntaxError] which character keeps it from
// being read, and what to do: the library names a line around the mistake at best. A [File] is what was found in it. A
// [Value] is a place in the tree: who reads a section goes from value to value, takes out what is meant, and says of
// each what is wrong with it. All of that comes together in the file as [Problems], so that a person hears of
// everything at once. What a reference such as ${NAME} stands for never shows in a problem.
//
// Files are hostile, too: depth, values, size and the number of problems are bounded.
package reading
