package wire_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

func TestSigningVectors(t *testing.T) {
	raw, err := os.ReadFile(filepath.FromSlash("../../../../shared/fixtures/slack/signing-vectors.json"))
	if err != nil {
		t.Skip("the shared fixtures are not beside this repository")
	}
	var vectors []struct {
		Name, Secret, Timestamp, Body, Signature string
		Valid                                    bool
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if got := wire.Sign(v.Secret, v.Timestamp, []byte(v.Body)) == v.Signature; got != v.Valid {
			t.Errorf("%s: valid %v, want %v", v.Name, got, v.Valid)
		}
	}
}

func TestSign(t *testing.T) {
	got := wire.Sign("secret", "1700000000", []byte("a=b"))
	if want := "v0=2ffb3fc2d007c80947a6a7a44bdc3b55b5a7e86be2fe1c14cbc99c040c671f92"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
