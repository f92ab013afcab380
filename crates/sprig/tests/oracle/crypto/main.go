// Judges what the cryptographic template functions make: one question a line, one answer a line.
package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math"
	"math/big"
	"os"

	"golang.org/x/crypto/bcrypt"
)

type question struct {
	Ask, Hash, Password, Cert, Key, Authority string
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		answer, err := judge(q)
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		_ = out.Encode(answer)
	}
}

func judge(q question) (any, error) {
	switch q.Ask {
	case "hash":
		return map[string]any{"ok": true}, bcrypt.CompareHashAndPassword([]byte(q.Hash), []byte(q.Password))
	case "key":
		key, kind, err := private(q.Key)
		return map[string]any{"kind": kind, "label": label(q.Key), "public": fmt.Sprintf("%T", key)}, err
	default:
		return certificate(q)
	}
}

func label(text string) string {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return ""
	}
	return block.Type
}

// private reads a key strictly and says what it is; written again it must be the same.
func private(text string) (crypto.PublicKey, string, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(rest) > 0 {
		return nil, "", fmt.Errorf("no single PEM block")
	}
	if again := pem.EncodeToMemory(block); string(again) != text {
		return nil, "", fmt.Errorf("PEM is written otherwise")
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, "", err
		}
		if err := key.Validate(); err != nil {
			return nil, "", err
		}
		for _, prime := range key.Primes {
			if !prime.ProbablyPrime(20) {
				return nil, "", fmt.Errorf("not a prime")
			}
		}
		return &key.PublicKey, fmt.Sprintf("rsa %d %d", key.N.BitLen(), key.E), same(block, x509.MarshalPKCS1PrivateKey(key), nil)
	case "EC PRIVATE KEY":
		key, err := x509.ParseECPrivateKey(block.Bytes)
		if err != nil {
			return nil, "", err
		}
		again, err := x509.MarshalECPrivateKey(key)
		return &key.PublicKey, "ec " + key.Params().Name, same(block, again, err)
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, "", err
		}
		again, err := x509.MarshalPKCS8PrivateKey(key)
		return key.(crypto.Signer).Public(), fmt.Sprintf("%T", key), same(block, again, err)
	case "DSA PRIVATE KEY":
		return dsaKey(block)
	}
	return nil, "", fmt.Errorf("unknown label %s", block.Type)
}

func same(block *pem.Block, again []byte, err error) error {
	if err == nil && !bytes.Equal(block.Bytes, again) {
		err = fmt.Errorf("DER is written otherwise")
	}
	return err
}

func dsaKey(block *pem.Block) (crypto.PublicKey, string, error) {
	var k struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}
	rest, err := asn1.Unmarshal(block.Bytes, &k)
	if err != nil || len(rest) > 0 {
		return nil, "", fmt.Errorf("%v, %d bytes too many", err, len(rest))
	}
	key := dsa.PrivateKey{PublicKey: dsa.PublicKey{Parameters: dsa.Parameters{P: k.P, Q: k.Q, G: k.G}, Y: k.Y}, X: k.X}
	if !k.P.ProbablyPrime(20) || !k.Q.ProbablyPrime(20) || new(big.Int).Exp(k.G, k.X, k.P).Cmp(k.Y) != 0 {
		return nil, "", fmt.Errorf("not a key")
	}
	digest := make([]byte, 32)
	r, s, err := dsa.Sign(zeros{}, &key, digest)
	if err != nil || !dsa.Verify(&key.PublicKey, digest, r, s) {
		return nil, "", fmt.Errorf("does not sign: %v", err)
	}
	again, err := asn1.Marshal(k)
	return &key.PublicKey, fmt.Sprintf("dsa %d %d", k.P.BitLen(), k.Q.BitLen()), same(block, again, err)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 1
	}
	return len(p), nil
}

// certificate says what a certificate consists of, but for serial number and dates, and whether it verifies.
func certificate(q question) (any, error) {
	cert, err := parse(q.Cert)
	if err != nil {
		return nil, err
	}
	extensions := []any{}
	for _, e := range cert.Extensions {
		extensions = append(extensions, []any{e.Id.String(), e.Critical, hex.EncodeToString(e.Value)})
	}
	answer := map[string]any{
		"version":    cert.Version,
		"subject":    hex.EncodeToString(cert.RawSubject),
		"issuer":     hex.EncodeToString(cert.RawIssuer),
		"extensions": extensions,
		"signature":  cert.SignatureAlgorithm.String(),
		"days":       math.Round(cert.NotAfter.Sub(cert.NotBefore).Hours()/24*100) / 100,
		"serial":     cert.SerialNumber.BitLen() <= 128 && cert.SerialNumber.BitLen() > 64,
		"verified":   "",
		"matches":    matches(cert, q.Key),
	}
	authority := cert
	if q.Authority != "" {
		if authority, err = parse(q.Authority); err != nil {
			return nil, err
		}
	}
	err = authority.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	if err == nil && q.Authority != "" {
		roots := x509.NewCertPool()
		roots.AddCert(authority)
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: cert.NotBefore})
	}
	if err != nil {
		answer["verified"] = err.Error()
	}
	return answer, nil
}

func parse(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(rest) > 0 || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("no single certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

func matches(cert *x509.Certificate, key string) bool {
	public, _, err := private(key)
	if err != nil {
		return false
	}
	switch public := public.(type) {
	case *rsa.PublicKey:
		return public.Equal(cert.PublicKey)
	case *ecdsa.PublicKey:
		return public.Equal(cert.PublicKey)
	case interface{ Equal(crypto.PublicKey) bool }:
		return public.Equal(cert.PublicKey)
	}
	return false
}
