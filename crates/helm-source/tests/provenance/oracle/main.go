// Makes OpenPGP keys, signs and verifies with the libraries of Helm: one question a line, one answer a line.
package main

import (
	"bufio"
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
	provenance3 "helm.sh/helm/v3/pkg/provenance"
	"helm.sh/helm/v4/pkg/provenance"
)

type question struct {
	Ask string

	// verify
	Helm                   int
	Keyring, Archive, Prov string

	// sign
	ID, Passphrase, Metadata, Name string

	// generate
	Users              []string
	Algorithm          string
	Locked             string
	Created, Lifetime  int64
	Revoked, Subkey    bool
	CompromisedRevoked bool
	// message: signs any text with the key of a keyring
	Text, Hash string
	At         int64
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		answer, err := answer(q)
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		_ = out.Encode(answer)
	}
}

func answer(q question) (result map[string]any, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			result, err = map[string]any{"panic": fmt.Sprint(trouble)}, nil
		}
	}()
	switch q.Ask {
	case "generate":
		return generate(q)
	case "sign":
		return sign(q)
	case "message":
		return message(q)
	default:
		return verify(q)
	}
}

func verify(q question) (map[string]any, error) {
	var signer *openpgp.Entity
	var hash string
	if q.Helm == 3 {
		keys, err := provenance3.NewFromKeyring(q.Keyring, "")
		if err != nil {
			return nil, fmt.Errorf("failed to load keyring: %w", err)
		}
		found, err := keys.Verify(q.Archive, q.Prov)
		if err != nil {
			return nil, err
		}
		signer, hash = found.SignedBy, found.FileHash
	} else {
		keys, err := provenance.NewFromKeyring(q.Keyring, "")
		if err != nil {
			return nil, fmt.Errorf("failed to load keyring: %w", err)
		}
		archive, err := os.ReadFile(q.Archive)
		if err != nil {
			return nil, err
		}
		prov, err := os.ReadFile(q.Prov)
		if err != nil {
			return nil, err
		}
		found, err := keys.Verify(archive, prov, filepath.Base(q.Archive))
		if err != nil {
			return nil, err
		}
		signer, hash = found.SignedBy, found.FileHash
	}
	users := []string{}
	for name := range signer.Identities {
		users = append(users, name)
	}
	return map[string]any{
		"users":       users,
		"fingerprint": fmt.Sprintf("%X", signer.PrimaryKey.Fingerprint),
		"hash":        hash,
	}, nil
}

func sign(q question) (map[string]any, error) {
	keys, err := provenance.NewFromKeyring(q.Keyring, q.ID)
	if err != nil {
		return nil, err
	}
	user := ""
	err = keys.DecryptKey(func(name string) ([]byte, error) {
		user = name
		return []byte(q.Passphrase), nil
	})
	if err != nil {
		return nil, err
	}
	archive, err := os.ReadFile(q.Archive)
	if err != nil {
		return nil, err
	}
	signed, err := keys.ClearSign(archive, filepath.Base(q.Archive), []byte(q.Metadata))
	if err != nil {
		return nil, err
	}
	return map[string]any{"prov": []byte(signed), "user": user}, nil
}

func message(q question) (map[string]any, error) {
	keys, err := provenance.NewFromKeyring(q.Keyring, q.ID)
	if err != nil {
		return nil, err
	}
	config := &packet.Config{Time: func() time.Time { return time.Unix(q.At, 0) }}
	key := keys.Entity.PrivateKey
	if signing, ok := keys.Entity.SigningKey(time.Unix(q.At, 0)); ok && q.Subkey {
		key = signing.PrivateKey
	}
	if q.Lifetime > 0 {
		config.SigLifetimeSecs = uint32(q.Lifetime)
	}
	var out bytes.Buffer
	w, err := clearsign.Encode(&out, key, config)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(q.Text)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return map[string]any{"prov": out.Bytes()}, nil
}

func split(user string) (name, mail string) {
	name, mail, _ = strings.Cut(user, " <")
	return name, strings.TrimSuffix(mail, ">")
}

func generate(q question) (map[string]any, error) {
	config := &packet.Config{
		Time:            func() time.Time { return time.Unix(q.Created, 0) },
		KeyLifetimeSecs: uint32(q.Lifetime),
	}
	switch q.Algorithm {
	case "rsa2048":
		config.Algorithm, config.RSABits = packet.PubKeyAlgoRSA, 2048
	case "rsa4096":
		config.Algorithm, config.RSABits = packet.PubKeyAlgoRSA, 4096
	case "ed25519":
		config.Algorithm, config.Curve = packet.PubKeyAlgoEdDSA, packet.Curve25519
	case "ed25519new":
		config.Algorithm = packet.PubKeyAlgoEd25519
	case "ed448new":
		config.Algorithm = packet.PubKeyAlgoEd448
	case "p256":
		config.Algorithm, config.Curve = packet.PubKeyAlgoECDSA, packet.CurveNistP256
	case "p384":
		config.Algorithm, config.Curve = packet.PubKeyAlgoECDSA, packet.CurveNistP384
	case "p521":
		config.Algorithm, config.Curve = packet.PubKeyAlgoECDSA, packet.CurveNistP521
	case "secp256k1":
		config.Algorithm, config.Curve = packet.PubKeyAlgoECDSA, packet.CurveSecP256k1
	case "brainpool256":
		config.Algorithm, config.Curve = packet.PubKeyAlgoECDSA, packet.CurveBrainpoolP256
	default:
		return nil, fmt.Errorf("no algorithm %q", q.Algorithm)
	}
	name, mail := split(q.Users[0])
	entity, err := openpgp.NewEntity(name, "", mail, config)
	if err != nil {
		return nil, err
	}
	for _, user := range q.Users[1:] {
		name, mail := split(user)
		if err := entity.AddUserId(name, "", mail, config); err != nil {
			return nil, err
		}
	}
	if q.Subkey {
		if err := entity.AddSigningSubkey(config); err != nil {
			return nil, err
		}
	}
	if q.Revoked {
		reason := packet.KeyRetired
		if q.CompromisedRevoked {
			reason = packet.KeyCompromised
		}
		if err := entity.RevokeKey(reason, "", config); err != nil {
			return nil, err
		}
	}
	var public, secret bytes.Buffer
	if err := entity.Serialize(&public); err != nil {
		return nil, err
	}
	if q.Locked != "" {
		if err := entity.EncryptPrivateKeys([]byte(q.Locked), &packet.Config{S2KConfig: &s2k.Config{
			S2KMode: s2k.IteratedSaltedS2K, Hash: crypto.SHA256, S2KCount: 65536,
		}}); err != nil {
			return nil, err
		}
	}
	if err := entity.SerializePrivateWithoutSigning(&secret, config); err != nil {
		return nil, err
	}
	return map[string]any{
		"public":      public.Bytes(),
		"secret":      secret.Bytes(),
		"fingerprint": fmt.Sprintf("%X", entity.PrimaryKey.Fingerprint),
	}, nil
}
