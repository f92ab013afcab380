// Answers what client-go's jsonpath does with a template and data: one question a line, one answer a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/client-go/util/jsonpath"
)

type question struct {
	Template string
	Data     map[string]any
}

type answer struct {
	Parse string `json:"parse,omitempty"`
	Exec  string `json:"exec,omitempty"`
	Panic string `json:"panic,omitempty"`
	Out   []byte `json:"out"`
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
		_ = out.Encode(run(q))
	}
}

func run(q question) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Panic: fmt.Sprint(r)}
		}
	}()
	path := jsonpath.New("out")
	if err := path.Parse(q.Template); err != nil {
		return answer{Parse: err.Error()}
	}
	var out bytes.Buffer
	if err := path.Execute(&out, q.Data); err != nil {
		return answer{Exec: err.Error(), Out: out.Bytes()}
	}
	return answer{Out: out.Bytes()}
}
