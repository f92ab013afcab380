// Answers what Helm's own packages make of charts and values: one JSON question a line, one JSON answer a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"sort"
	"strings"
)

type question struct {
	Op     string          `json:"op"`
	Compat int             `json:"compat"`
	Mode   string          `json:"mode"`
	Line   string          `json:"line"`
	Values json.RawMessage `json:"values"`
	Chart  *node           `json:"chart"`
	Files  []file          `json:"files"`
	Rules  string          `json:"rules"`
	Paths  []path          `json:"paths"`
	Text   string          `json:"text"`
}

// A chart of a tree, as the test generates it.
type node struct {
	Name         string          `json:"name"`
	Version      string          `json:"version"`
	Values       json.RawMessage `json:"values"`
	Dependencies json.RawMessage `json:"dependencies"`
	Schema       string          `json:"schema"`
	Charts       []*node         `json:"charts"`
}

type file struct {
	Name string `json:"name"`
	Data string `json:"data"`
}

type path struct {
	Name   string `json:"name"`
	Folder bool   `json:"folder"`
}

type answer map[string]any

// Everything that Helm logs, through both of Go's logging packages.
var logged bytes.Buffer

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		},
	})))
	log.SetFlags(log.Lshortfile)
	log.SetOutput(&logged)
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		logged.Reset()
		a := ask(&q)
		warnings := strings.Split(strings.TrimSpace(logged.String()), "\n")
		sort.Strings(warnings)
		a["warnings"] = warnings
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

func ask(q *question) (a answer) {
	a = answer{}
	defer func() {
		if r := recover(); r != nil {
			a["panic"] = fmt.Sprint(r)
		}
	}()
	var err error
	switch q.Op {
	case "strvals":
		err = askStrvals(q, a)
	case "process":
		err = askProcess(q, a)
	case "load":
		err = askLoad(q, a)
	case "ignore":
		err = askIgnore(q, a)
	case "scaffold":
		err = askScaffold(q, a)
	case "pack":
		err = askPack(q, a)
	case "unpack":
		err = askUnpack(q, a)
	case "path":
		err = askPath(q, a)
	case "schema":
		err = askSchema(q, a)
	default:
		err = fmt.Errorf("no such question: %s", q.Op)
	}
	if err != nil {
		a["error"] = err.Error()
	}
	return a
}

// The values with Go's types told apart: an int64 is written {"int64": "1"}.
func typed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, inner := range v {
			m[k] = typed(inner)
		}
		return m
	case []any:
		l := []any{}
		for _, inner := range v {
			l = append(l, typed(inner))
		}
		return l
	case nil, string, bool:
		return v
	default:
		return map[string]any{fmt.Sprintf("%T", v): fmt.Sprint(v)}
	}
}

func decode(text json.RawMessage) map[string]any {
	values := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &values); err != nil {
			panic(err)
		}
	}
	return values
}
