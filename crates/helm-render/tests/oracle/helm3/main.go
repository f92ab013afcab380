// Answers what Helm 3's engine makes of a template, over JSON lines: {"names": true} for the names of its functions,
// {"base": [{"name": path, "data": text}]} to set the files of the chart, {"template": text} for what the template
// gives when it is added to them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"text/template"
	"time"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

//go:linkname funcMap helm.sh/helm/v3/pkg/engine.funcMap
func funcMap() template.FuncMap

type file struct {
	Name string `json:"name"`
	Data string `json:"data"`
}

type question struct {
	Names    bool   `json:"names"`
	Base     []file `json:"base"`
	Template string `json:"template"`
}

type answer struct {
	Names []string `json:"names,omitempty"`
	Out   string   `json:"out"`
	Err   string   `json:"err"`
}

const path = "templates/t.yaml"

func render(base []file, text string) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var files []*loader.BufferedFile
	for _, f := range append(base[:len(base):len(base)], file{path, text}) {
		files = append(files, &loader.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return "", err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.HelmVersion.Version = "v3.22.0"
	capabilities.KubeVersion = chartutil.KubeVersion{Version: "v1.37.0", Major: "1", Minor: "37"}
	release := chartutil.ReleaseOptions{Name: "web", Namespace: "shop", Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, map[string]any{}, release, capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := new(engine.Engine).Render(chart, values)
	return rendered[chart.Name()+"/"+path], err
}

func names() (all []string) {
	for name := range funcMap() {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

func main() {
	time.Local = time.UTC
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	var base []file
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
		case q.Base != nil:
			base = q.Base
		default:
			text, err := render(base, q.Template)
			a.Out = text
			if err != nil {
				a.Err = err.Error()
			}
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
