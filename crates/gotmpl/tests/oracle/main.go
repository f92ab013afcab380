// The judge of the template engine: executes templates with Go's text/template.
//
// One JSON question a line in, one JSON answer a line out. Texts travel as arrays of Latin-1 code points in
// strings ("bytes as characters"), so that any bytes can be asked for.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

// text is one text to parse under a name.
type text struct {
	Name string
	Text string
}

// question is a set of texts, the one to execute, its data and options.
type question struct {
	Texts   []text
	Execute string
	Data    typed
	Option  string
	Left    string
	Right   string
}

// answer is the output, or how far it came, and the error.
type answer struct {
	Output string
	Parse  string `json:",omitempty"`
	Error  string `json:",omitempty"`
}

func toBytes(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
	}
	return b.String()
}

func fromBytes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func ask(q question) (a answer) {
	root := template.New("root").Delims(toBytes(q.Left), toBytes(q.Right))
	if q.Option != "" {
		root.Option("missingkey=" + q.Option)
	}
	root.Funcs(functions(root))
	for _, t := range q.Texts {
		if _, err := root.New(t.Name).Parse(toBytes(t.Text)); err != nil {
			a.Parse = fromBytes(err.Error())
			return a
		}
	}
	data := q.Data.value()
	var out strings.Builder
	var err error
	if data.IsValid() {
		err = root.ExecuteTemplate(&out, q.Execute, data.Interface())
	} else {
		err = root.ExecuteTemplate(&out, q.Execute, nil)
	}
	a.Output = fromBytes(out.String())
	if err != nil {
		a.Error = fromBytes(err.Error())
	}
	return a
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	for {
		var q question
		if err := decoder.Decode(&q); err != nil {
			return
		}
		if err := encoder.Encode(ask(q)); err != nil {
			panic(err)
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
