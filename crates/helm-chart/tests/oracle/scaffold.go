package main

import (
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	common4 "helm.sh/helm/v4/pkg/chart/common"
	render4 "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	load4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

// Renders the test's scaffold and Helm's own with the same values: the objects of each template.
func askScaffold(q *question, a answer) error {
	var files []*archive.BufferedFile
	for _, f := range q.Files {
		files = append(files, &archive.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
	}
	ours, err := load4.LoadFiles(files)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "scaffold")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made, err := util4.Create(ours.Name(), dir)
	if err != nil {
		return err
	}
	theirs, err := load4.LoadDir(made)
	if err != nil {
		return err
	}
	a["oursValues"], a["theirsValues"] = typed(ours.Values), typed(theirs.Values)
	a["oursMetadata"], a["theirsMetadata"] = ours.Metadata, theirs.Metadata
	if a["ours"], err = render(ours, q); err != nil {
		return err
	}
	a["theirs"], err = render(theirs, q)
	return err
}

func render(c *chart4.Chart, q *question) (map[string]any, error) {
	options := common4.ReleaseOptions{Name: q.Line, Namespace: "space", Revision: 1, IsInstall: true}
	values, err := render4.ToRenderValues(c, decode(q.Values), options, nil)
	if err != nil {
		return nil, err
	}
	rendered, err := engine.Render(c, values)
	if err != nil {
		return nil, err
	}
	objects := map[string]any{}
	for name, text := range rendered {
		name = filepath.Base(name)
		if strings.HasSuffix(name, ".txt") || strings.TrimSpace(text) == "" {
			continue
		}
		var object any
		if err := yaml.Unmarshal([]byte(text), &object); err != nil {
			return nil, err
		}
		if object != nil {
			objects[name] = object
		}
	}
	return objects, nil
}
