package auth

import (
	"crypto/sha256"
	"crypto/subtle"
)

// gatewaySecret authenticates a gateway by a shared secret.
type gatewaySecret struct {
	hashes [][sha256.Size]byte
	caller *Caller
}

func newGatewaySecret(c GatewaySecret) *gatewaySecret {
	r := &gatewaySecret{caller: (&Caller{Trusted: true, ViaGateway: true, Scopes: c.Scopes}).identified()}
	for _, secret := range c.Secrets {
		r.hashes = append(r.hashes, sha256.Sum256([]byte(secret.Reveal())))
	}
	return r
}

// matches reports whether the header has exactly one value and it equals one of the
// secrets. It compares all hashes in constant time, so its duration depends on the
// length of the value only. A nil receiver matches nothing.
func (r *gatewaySecret) matches(values []string) bool {
	if r == nil || len(values) != 1 {
		return false
	}
	given := sha256.Sum256([]byte(values[0]))
	match := 0
	for _, hash := range r.hashes {
		match |= subtle.ConstantTimeCompare(hash[:], given[:])
	}
	return match == 1
}
