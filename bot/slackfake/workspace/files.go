package workspace

import "slices"

// File is an upload: first promised, then sent, then completed.
type File struct {
	FileRef
	Length   int
	Content  []byte
	Sent     bool
	Complete bool
}

// File finds an upload; nil if there is none.
func (w *Workspace) File(id string) *File {
	i := slices.IndexFunc(w.Files, func(f *File) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return w.Files[i]
}
