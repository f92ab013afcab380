// Answers what packages net/url and net/netip do: one question a line, one answer a line. Texts travel as base64.
package main

import (
	"bufio"
	"encoding/json"
	"net/netip"
	"net/url"
	"os"
)

type question struct {
	Address   []byte
	Text      []byte
	Reference []byte
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		var a map[string]any
		if q.Address != nil {
			a = address(string(q.Address))
		} else {
			a = parts(string(q.Text), string(q.Reference))
		}
		line, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		_, _ = out.Write(append(line, '\n'))
		_ = out.Flush()
	}
}

func address(text string) map[string]any {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return map[string]any{"error": []byte(err.Error())}
	}
	return map[string]any{"v4": a.Is4()}
}

func parts(text, reference string) map[string]any {
	u, err := url.Parse(text)
	if err != nil {
		return map[string]any{"error": []byte(err.Error())}
	}
	a := map[string]any{
		"string":   []byte(u.String()),
		"scheme":   []byte(u.Scheme),
		"opaque":   []byte(u.Opaque),
		"host":     []byte(u.Host),
		"hostname": []byte(u.Hostname()),
		"port":     []byte(u.Port()),
		"path":     []byte(u.Path),
		"escaped":  []byte(u.EscapedPath()),
		"query":    []byte(u.RawQuery),
		"fragment": []byte(u.Fragment),
		"user":     []byte(u.User.String()),
	}
	if r, err := url.Parse(reference); err == nil {
		a["resolved"] = []byte(u.ResolveReference(r).String())
	}
	return a
}
