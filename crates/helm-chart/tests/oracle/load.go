package main

import (
	"encoding/json"
	"io/fs"
	"strings"
	"time"

	chart3 "helm.sh/helm/v3/pkg/chart"
	load3 "helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	load4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"
)

// Makes a chart of files, in the JSON form of a release record.
func askLoad(q *question, a answer) error {
	if q.Compat == 3 {
		var files []*load3.BufferedFile
		for _, f := range q.Files {
			files = append(files, &load3.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
		}
		c, err := load3.LoadFiles(files)
		if err == nil {
			a["chart"] = tree3(c)
		}
		return err
	}
	var files []*archive.BufferedFile
	for _, f := range q.Files {
		files = append(files, &archive.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
	}
	c, err := load4.LoadFiles(files)
	if err == nil {
		a["chart"] = tree4(c)
	}
	return err
}

func record(v any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		panic(err)
	}
	return m
}

func tree3(c *chart3.Chart) any {
	charts := []any{}
	for _, d := range c.Dependencies() {
		charts = append(charts, tree3(d))
	}
	return answer{"record": record(c), "charts": charts}
}

func tree4(c *chart4.Chart) any {
	charts := []any{}
	for _, d := range c.Dependencies() {
		charts = append(charts, tree4(d))
	}
	return answer{"record": record(c), "charts": charts}
}

// A file as far as the rules look at it.
type info struct{ path }

func (i info) Name() string       { return i.path.Name }
func (i info) Size() int64        { return 0 }
func (i info) Mode() fs.FileMode  { return 0 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.Folder }
func (i info) Sys() any           { return nil }

func askIgnore(q *question, a answer) error {
	rules, err := ignore.Parse(strings.NewReader(q.Rules))
	if err != nil {
		return err
	}
	rules.AddDefaults()
	ignored := []bool{}
	for _, p := range q.Paths {
		ignored = append(ignored, rules.Ignore(p.Name, info{p}))
	}
	a["ignored"] = ignored
	return nil
}

// Loads a chart from a folder or an archive file.
func askPath(q *question, a answer) error {
	if q.Compat == 3 {
		c, err := load3.Load(q.Line)
		if err == nil {
			a["chart"] = tree3(c)
		}
		return err
	}
	c, err := loader.Load(q.Line)
	if err == nil {
		a["chart"] = tree4(c.(*chart4.Chart))
	}
	return err
}
