// The oracle for k8s-object: what Kubernetes' own packages answer, over JSON lines.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

type question struct {
	Op                          string
	APIVersion                  string `json:"apiVersion"`
	Kind                        string
	Original, Modified, Current json.RawMessage
	Patch                       json.RawMessage
	Object                      json.RawMessage
	Manager                     string
}

type answer struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var q question
		must(json.Unmarshal(line, &q))
		value, err := reply(q)
		a := answer{Value: value}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		must(out.Encode(a))
	}
}

func reply(q question) (any, error) {
	gvk := schema.FromAPIVersionAndKind(q.APIVersion, q.Kind)
	switch q.Op {
	case "schema":
		return schemaText(), nil
	case "strategic-three-way":
		return strategicThreeWay(gvk, q)
	case "strategic-two-way":
		return strategicTwoWay(gvk, q)
	case "strategic-apply":
		return strategicApply(gvk, q)
	case "merge-three-way":
		return mergeThreeWay(q)
	case "merge-diff":
		return mergeDiff(q)
	case "merge-apply":
		return mergeApply(q)
	case "csa-upgrade":
		return csaUpgrade(q)
	case "kstatus":
		return kstatus(q)
	}
	panic("unknown question " + q.Op)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
