// An oracle for the template functions: it executes templates with the real Sprig library, restricted as Helm does.
//
// One question a line. {"names": true} asks for the names of all functions; {"unicode": true} for package unicode's
// answers about every code point; {"template": text, "data": value} for what the template writes and how it fails.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"text/template"
	"time"
	"unicode"

	"github.com/Masterminds/sprig/v3"
)

// tagged is a Go value with its type. Numbers travel as text: JSON has no NaN and no 64 bit integers.
type tagged struct {
	Type  string            `json:"t"`
	Text  string            `json:"v"`
	Bytes string            `json:"b"`
	Items []tagged          `json:"i"`
	Map   map[string]tagged `json:"m"`
}

func (t tagged) bytes() []byte {
	b, err := base64.StdEncoding.DecodeString(t.Bytes)
	if err != nil {
		panic(err)
	}
	return b
}

func (t tagged) int() int64 {
	i, err := strconv.ParseInt(t.Text, 10, 64)
	if err != nil {
		panic(err)
	}
	return i
}

type named map[string]interface{}

func (t tagged) value() interface{} {
	switch t.Type {
	case "nil":
		return nil
	case "bool":
		return t.Text == "true"
	case "int":
		return int(t.int())
	case "int8":
		return int8(t.int())
	case "int32":
		return int32(t.int())
	case "int64":
		return t.int()
	case "uint8":
		return uint8(t.int())
	case "uint64":
		u, err := strconv.ParseUint(t.Text, 10, 64)
		if err != nil {
			panic(err)
		}
		return u
	case "float64":
		f, err := strconv.ParseFloat(t.Text, 64)
		if err != nil {
			panic(err)
		}
		return f
	case "string":
		return string(t.bytes())
	case "bytes":
		return t.bytes()
	case "list":
		l := make([]interface{}, 0, len(t.Items))
		for _, i := range t.Items {
			l = append(l, i.value())
		}
		return l
	case "strings":
		l := make([]string, 0, len(t.Items))
		for _, i := range t.Items {
			l = append(l, i.value().(string))
		}
		return l
	case "ints":
		l := make([]int, 0, len(t.Items))
		for _, i := range t.Items {
			l = append(l, i.value().(int))
		}
		return l
	case "map":
		m := map[string]interface{}{}
		for k, v := range t.Map {
			m[k] = v.value()
		}
		return m
	case "named":
		m := named{}
		for k, v := range t.Map {
			m[k] = v.value()
		}
		return m
	case "stringmap":
		m := map[string]string{}
		for k, v := range t.Map {
			m[k] = v.value().(string)
		}
		return m
	case "nilmap":
		return map[string]interface{}(nil)
	case "nilslice":
		return []interface{}(nil)
	}
	panic("type " + t.Type)
}

type question struct {
	Names    bool   `json:"names"`
	Unicode  bool   `json:"unicode"`
	Template string `json:"template"`
	Data     tagged `json:"data"`
}

type answer struct {
	Names   []string `json:"names,omitempty"`
	Unicode []string `json:"unicode,omitempty"`
	Out     string   `json:"out"`
	Err     string   `json:"err"`
}

func functions() template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	return f
}

func names() (all []string) {
	for name := range functions() {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

// codePoints describes every code point that is anything at all.
func codePoints() (all []string) {
	is := func(b bool, s string) string {
		if b {
			return s
		}
		return ""
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		upper, lower, title := unicode.ToUpper(r), unicode.ToLower(r), unicode.ToTitle(r)
		flags := is(unicode.IsUpper(r), "U") + is(unicode.IsLower(r), "L") + is(unicode.IsTitle(r), "T") +
			is(unicode.IsLetter(r), "A") + is(unicode.IsDigit(r), "D") + is(unicode.IsNumber(r), "N") +
			is(unicode.IsPunct(r), "P") + is(unicode.IsSpace(r), "S")
		if flags != "" || upper != r || lower != r || title != r {
			all = append(all, fmt.Sprintf("%x %s %x %x %x", r, flags, upper, lower, title))
		}
	}
	return all
}

func execute(q question) (a answer) {
	t, err := template.New("t").Funcs(functions()).Parse(q.Template)
	if err != nil {
		a.Err = err.Error()
		return a
	}
	var out bytes.Buffer
	if err := t.Execute(&out, q.Data.value()); err != nil {
		a.Err = err.Error()
	}
	a.Out = base64.StdEncoding.EncodeToString(out.Bytes())
	return a
}

func main() {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	time.Local = zone
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		var a answer
		switch {
		case q.Names:
			a.Names = names()
		case q.Unicode:
			a.Unicode = codePoints()
		default:
			a = execute(q)
		}
		text, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		out.Write(append(text, '\n'))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
