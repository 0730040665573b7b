package layout

import (
	"encoding/binary"
	"hash/crc32"
)

// SumSize is how many bytes a checksum takes.
const SumSize = 4

// sumOf is the checksum (CRC-32C) of a pair. It begins with the length of the key, so that
// the border between key and value counts, too.
func sumOf(key, val []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Update(uint32(len(key)), table, key), table, val)
}

// Seal appends a value and its checksum to b, and returns b and what was appended.
func Seal(b, key, val []byte) (longer, sealed []byte) {
	n := len(b)
	b = append(b, val...)
	b = binary.LittleEndian.AppendUint32(b, sumOf(key, val))
	return b, b[n:len(b):len(b)]
}

// Unseal returns the value that was sealed for a key; false if it is not that any more.
func Unseal(key, sealed []byte) (val []byte, ok bool) {
	n := len(sealed) - SumSize
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != sumOf(key, sealed[:n]) {
		return nil, false
	}
	return sealed[:n:n], true
}
