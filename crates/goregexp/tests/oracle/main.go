// Answers what package regexp does: one question a line, one answer a line. Texts travel as base64.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"regexp/syntax"
	"unicode"
)

type question struct {
	Ask         string
	Pattern     []byte
	Longest     bool
	Texts       [][]byte
	Replacement []byte
	Limit       int
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	buffered := bufio.NewWriter(os.Stdout)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		_ = out.Encode(answer(q))
		_ = buffered.Flush()
	}
}

func answer(q question) any {
	switch q.Ask {
	case "class":
		return class(string(q.Pattern))
	case "folds":
		return folds()
	case "quote":
		return []byte(regexp.QuoteMeta(string(q.Texts[0])))
	case "posix":
		return try(q, regexp.CompilePOSIX)
	default:
		return try(q, regexp.Compile)
	}
}

// class lists the ranges of a pattern that is one character class.
func class(pattern string) any {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	switch re.Op {
	case syntax.OpCharClass:
		return re.Rune
	case syntax.OpLiteral:
		return []rune{re.Rune[0], re.Rune[0]}
	case syntax.OpNoMatch:
		return []rune{}
	case syntax.OpAnyChar:
		return []rune{0, unicode.MaxRune}
	default:
		return re.Op.String()
	}
}

// folds lists the characters that differ in case only, for each character that has such.
func folds() any {
	all := [][]rune{}
	for c := rune(0); c <= unicode.MaxRune; c++ {
		orbit := []rune{c}
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			orbit = append(orbit, f)
		}
		if len(orbit) > 1 {
			all = append(all, orbit)
		}
	}
	return all
}

func try(q question, compile func(string) (*regexp.Regexp, error)) any {
	re, err := compile(string(q.Pattern))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	if q.Longest {
		re.Longest()
	}
	results := []any{}
	for _, text := range q.Texts {
		s := string(text)
		results = append(results, []any{
			re.MatchString(s),
			re.FindStringSubmatchIndex(s),
			re.FindAllStringSubmatchIndex(s, q.Limit),
			[]byte(re.ReplaceAllString(s, string(q.Replacement))),
			[]byte(re.ReplaceAllLiteralString(s, string(q.Replacement))),
			split(re.Split(s, q.Limit)),
		})
	}
	return map[string]any{"names": re.SubexpNames(), "results": results}
}

func split(parts []string) [][]byte {
	all := [][]byte{}
	for _, part := range parts {
		all = append(all, []byte(part))
	}
	return all
}
