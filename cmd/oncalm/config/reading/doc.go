// Package reading is a YAML file as people wrote it: what stands where, and what is wrong with that. It knows no key of the configuration.
//
// [Parse] makes a tree of [Node] of the text, or says in a [SyntaxError] which character keeps it from being read, and what to do: the library
// names a line around the mistake at best. A [Reader] makes values of nodes, each a [Value] with the path of keys that leads to it, and collects a
// [Problem] for all that is wrong, so that a person hears of everything at once. What a reference such as ${NAME} stands for never
// shows in a problem.
//
// Files are hostile, too: depth, values, size and the number of problems are bounded.
package reading
