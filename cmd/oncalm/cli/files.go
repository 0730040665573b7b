package cli

import (
	"fmt"
	"io"
	"os"
)

// ReadFile reads a file that the command line names, or the standard input for -. Of one that is larger than so many bytes it says
// what to do.
func (s *Session) ReadFile(name string, largest int64, todo string) ([]byte, error) {
	from := s.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, largest+1))
	if err == nil && int64(len(data)) > largest {
		err = End(ExitUsage, fmt.Sprintf("%s is larger than %d MiB", name, largest>>20), todo)
	}
	return data, err
}
