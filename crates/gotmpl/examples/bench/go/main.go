// The other side of the benchmark: the same templates and data with Go's text/template.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/template"
	"time"
)

type job struct {
	Name    string
	Text    string
	Execute bool
	Data    any
	Rounds  int
}

func include(t *template.Template) func(string, any) (string, error) {
	return func(name string, data any) (string, error) {
		var out strings.Builder
		err := t.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
}

// tpl clones the set and parses into the clone, as Helm's function does.
func tpl(parent *template.Template) func(string, any) (string, error) {
	return func(text string, data any) (string, error) {
		t, err := parent.Clone()
		if err != nil {
			return "", err
		}
		t.Funcs(template.FuncMap{"include": include(t), "tpl": tpl(t)})
		if t, err = t.New(parent.Name()).Parse(text); err != nil {
			return "", err
		}
		var out strings.Builder
		err = t.Execute(&out, data)
		return out.String(), err
	}
}

func newSet() *template.Template {
	root := template.New("root").Option("missingkey=zero")
	return root.Funcs(template.FuncMap{
		"include": include(root), "tpl": tpl(root), "upper": strings.ToUpper, "quote": strconv.Quote,
	})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var j job
	check(json.NewDecoder(os.Stdin).Decode(&j))
	set := newSet()
	_, err := set.New("t").Parse(j.Text)
	check(err)
	best := time.Duration(1 << 62)
	size := 0
	for range j.Rounds {
		start := time.Now()
		if j.Execute {
			var out strings.Builder
			check(set.ExecuteTemplate(&out, "t", j.Data))
			size = out.Len()
		} else {
			_, err := newSet().New("t").Parse(j.Text)
			check(err)
		}
		best = min(best, time.Since(start))
	}
	runtime.KeepAlive(set)
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	peak := ""
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM:") {
			peak = strings.Fields(line)[1]
		}
	}
	fmt.Println(best.Nanoseconds(), peak, size)
}
