// Command yaml_oracle answers what Go's YAML packages do with a text or a value.
//
// A question is {"op": …, "text": base64} or {"op": …, "value": JSON}; an answer has "ok" or "error".
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

type question struct {
	Op     string          `json:"op"`
	Text   []byte          `json:"text"`
	Value  json.RawMessage `json:"value"`
	Indent int             `json:"indent"`
}

type answer struct {
	OK    any    `json:"ok"`
	Error string `json:"error,omitempty"`
}

// numbers shows the types of numbers.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = numbers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = numbers(value)
		}
	case int64:
		return fmt.Sprint("int64 ", v)
	case float64:
		return fmt.Sprint("float64 ", v)
	}
	return v
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			out.Flush()
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		ok, err := ask(q)
		a := answer{OK: ok}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := encoder.Encode(a); err != nil {
			panic(err)
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

func ask(q question) (ok any, err error) {
	defer func() {
		if r := recover(); r != nil {
			ok, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	switch q.Op {
	case "sigs":
		var v any
		err := yaml.Unmarshal(q.Text, &v)
		return v, err
	case "sigs-map":
		v := map[string]any{}
		err := yaml.Unmarshal(q.Text, &v)
		return v, err
	case "sigs-strict":
		var v any
		err := yaml.UnmarshalStrict(q.Text, &v)
		return v, err
	case "sigs-json":
		j, err := yaml.YAMLToJSON(q.Text)
		return string(j), err
	case "kubernetes":
		j, err := yaml.YAMLToJSON(q.Text)
		if err != nil {
			return nil, err
		}
		var v any
		err = kjson.UnmarshalCaseSensitivePreserveInts(j, &v)
		return numbers(v), err
	case "v3":
		all := []any{}
		d := yamlv3.NewDecoder(bytes.NewReader(q.Text))
		for {
			var v any
			err := d.Decode(&v)
			if err == io.EOF {
				return all, nil
			}
			if err != nil {
				return nil, err
			}
			all = append(all, shown(v))
		}
	case "v3-first":
		var v any
		err := yamlv3.Unmarshal(q.Text, &v)
		return shown(v), err
	case "sigs-marshal":
		return text(yaml.Marshal(value(q.Value)))
	case "v3-marshal":
		var b bytes.Buffer
		e := yamlv3.NewEncoder(&b)
		e.SetIndent(q.Indent)
		err := e.Encode(value(q.Value))
		return text(b.Bytes(), err)
	case "time-sigs":
		start := time.Now()
		var v any
		err := yaml.Unmarshal(q.Text, &v)
		return time.Since(start).Seconds(), err
	case "time-marshal":
		v := value(q.Value)
		start := time.Now()
		_, err := yaml.Marshal(v)
		return time.Since(start).Seconds(), err
	}
	return nil, fmt.Errorf("unknown operation %q", q.Op)
}

// text gives bytes in a form that survives JSON.
func text(b []byte, err error) (any, error) {
	return b, err
}

// shown says what v3 decoded, with the type of every scalar and key.
func shown(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			m["string "+k] = shown(e)
		}
		return m
	case map[any]any:
		m := map[string]any{}
		for k, e := range v {
			m[fmt.Sprintf("%v", shown(k))] = shown(e)
		}
		return m
	case []any:
		l := []any{}
		for _, e := range v {
			l = append(l, shown(e))
		}
		return l
	case nil:
		return nil
	case float64:
		return "float64 " + strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return "time " + v.Format(time.RFC3339Nano)
	default:
		return fmt.Sprintf("%T %v", v, v)
	}
}

// value builds a Go value from JSON: {"int": "1"}, {"float": "0.5"}, {"bytes": base64} for strings, lists and
// {"map": [[key, value], …]} stand for themselves.
func value(raw json.RawMessage) any {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return build(v)
}

func build(v any) any {
	switch v := v.(type) {
	case []any:
		l := make([]any, 0, len(v))
		for _, e := range v {
			l = append(l, build(e))
		}
		return l
	case map[string]any:
		if s, ok := v["int"]; ok {
			i, err := strconv.ParseInt(s.(string), 10, 64)
			if err != nil {
				panic(err)
			}
			return int(i)
		}
		if s, ok := v["uint64"]; ok {
			i, err := strconv.ParseUint(s.(string), 10, 64)
			if err != nil {
				panic(err)
			}
			return i
		}
		if bits, ok := v["float"]; ok {
			u, err := strconv.ParseUint(bits.(string), 10, 64)
			if err != nil {
				panic(err)
			}
			return math.Float64frombits(u)
		}
		if s, ok := v["string"]; ok {
			l := s.([]any)
			b := make([]byte, len(l))
			for i, e := range l {
				b[i] = byte(e.(float64))
			}
			return string(b)
		}
		if m, ok := v["map"]; ok {
			out := map[string]any{}
			for _, e := range m.([]any) {
				p := e.([]any)
				out[build(p[0]).(string)] = build(p[1])
			}
			return out
		}
		if m, ok := v["anymap"]; ok {
			out := map[any]any{}
			for _, e := range m.([]any) {
				p := e.([]any)
				out[build(p[0])] = build(p[1])
			}
			return out
		}
		panic("unknown kind of value")
	default:
		return v
	}
}
