package chat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// errSealed says that an address was written down under another token, and cannot be read with ours.
var errSealed = errors.New("the address was sealed with another token")

// A seal keeps addresses secret that have to be written down: whoever has one can speak for us while it is of use, and a store is
// copied, and kept, for longer than that. Its key comes from the bot's token, which is not in the store.
type seal struct{ aead cipher.AEAD }

// newSeal makes the seal of a token.
func newSeal(token string) seal {
	key := sha256.Sum256([]byte("oncalm: addresses of replies\x00" + token))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // unreachable: the key has the right length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // unreachable: the cipher has the right block
	}
	return seal{aead}
}

// close seals an address for one use, which what names it is part of.
func (s seal) close(address, of string) string {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(address), []byte(of)))
}

// open reads what was sealed for that use.
func (s seal) open(sealed, of string) (string, error) {
	all, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(all) < s.aead.NonceSize() {
		return "", errSealed
	}
	address, err := s.aead.Open(nil, all[:s.aead.NonceSize()], all[s.aead.NonceSize():], []byte(of))
	if err != nil {
		return "", errSealed
	}
	return string(address), nil
}
