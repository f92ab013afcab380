// Answers what the library makes of a schema and a value: one question a line, one answer a line.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

type question struct {
	Schema    string
	Value     any
	Documents map[string]string
}

// The documents of a question.
type loader map[string]string

func (l loader) Load(url string) (any, error) {
	text, ok := l[url]
	if !ok {
		return nil, errors.New("no such document")
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(text))
}

func judge(q question) (result string) {
	defer func() {
		if r := recover(); r != nil {
			result = fmt.Sprintf("panic: %v", r)
		}
	}()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(q.Schema))
	if err != nil {
		return "document: " + err.Error()
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(loader(q.Documents))
	if err := compiler.AddResource("file:///values.schema.json", schema); err != nil {
		return "schema: " + err.Error()
	}
	compiled, err := compiler.Compile("file:///values.schema.json")
	if err != nil {
		return "schema: " + err.Error()
	}
	if err := compiled.Validate(q.Value); err != nil {
		return "value: " + err.Error()
	}
	return ""
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			_ = out.Flush()
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		answer, err := json.Marshal(judge(q))
		if err != nil {
			panic(err)
		}
		_, _ = out.Write(append(answer, '\n'))
		if in.Buffered() == 0 {
			_ = out.Flush()
		}
	}
}
