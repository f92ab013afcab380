// Answers what Helm 3.22 and Helm 4.3 do with rendered files, release records and release names:
// one JSON question a line in, one JSON answer a line out.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"os"
	"sort"

	chartutil3 "helm.sh/helm/v3/pkg/chartutil"
	release3 "helm.sh/helm/v3/pkg/release"
	util3 "helm.sh/helm/v3/pkg/releaseutil"
	chartutil4 "helm.sh/helm/v4/pkg/chart/v2/util"
	release4 "helm.sh/helm/v4/pkg/release/v1"
	util4 "helm.sh/helm/v4/pkg/release/v1/util"
)

type question struct {
	Op    string            `json:"op"`
	Helm  int               `json:"helm"`
	Text  string            `json:"text"`
	Files map[string]string `json:"files"`
	Order string            `json:"order"`
}

type object struct {
	Path        string            `json:"path"`
	Content     string            `json:"content"`
	APIVersion  string            `json:"apiVersion"`
	Kind        string            `json:"kind"`
	Name        string            `json:"name"`
	Annotations map[string]string `json:"annotations"`
}

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	dec := json.NewDecoder(in)
	for {
		var q question
		if err := dec.Decode(&q); err != nil {
			out.Flush()
			return
		}
		enc.Encode(answer(q))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

func answer(q question) any {
	switch q.Op {
	case "split":
		if q.Helm == 3 {
			return ordered(util3.SplitManifests(q.Text), func(k []string) { sort.Sort(util3.BySplitManifestsOrder(k)) })
		}
		return ordered(util4.SplitManifests(q.Text), func(k []string) { sort.Sort(util4.BySplitManifestsOrder(k)) })
	case "sort":
		if q.Helm == 3 {
			return sort3(q)
		}
		return sort4(q)
	case "reencode":
		if q.Helm == 3 {
			return reencode(q.Text, new(release3.Release))
		}
		return reencode(q.Text, new(release4.Release))
	case "name":
		if q.Helm == 3 {
			return text(chartutil3.ValidateReleaseName(q.Text))
		}
		return text(chartutil4.ValidateReleaseName(q.Text))
	}
	return "unknown op " + q.Op
}

func ordered(docs map[string]string, order func([]string)) []string {
	keys := make([]string, 0, len(docs))
	for k := range docs {
		keys = append(keys, k)
	}
	order(keys)
	texts := make([]string, 0, len(keys))
	for _, k := range keys {
		texts = append(texts, docs[k])
	}
	return texts
}

func sort3(q question) any {
	order := util3.InstallOrder
	if q.Order == "uninstall" {
		order = util3.UninstallOrder
	}
	hooks, manifests, err := util3.SortManifests(q.Files, nil, order)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	objects := []object{}
	for _, m := range manifests {
		o := object{Path: m.Name, Content: m.Content, APIVersion: m.Head.Version, Kind: m.Head.Kind}
		if m.Head.Metadata != nil {
			o.Name, o.Annotations = m.Head.Metadata.Name, m.Head.Metadata.Annotations
		}
		objects = append(objects, o)
	}
	return map[string]any{"hooks": hooks, "objects": objects}
}

func sort4(q question) any {
	order := util4.InstallOrder
	if q.Order == "uninstall" {
		order = util4.UninstallOrder
	}
	hooks, manifests, err := util4.SortManifests(q.Files, nil, order)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	objects := []object{}
	for _, m := range manifests {
		o := object{Path: m.Name, Content: m.Content, APIVersion: m.Head.Version, Kind: m.Head.Kind}
		if m.Head.Metadata != nil {
			o.Name, o.Annotations = m.Head.Metadata.Name, m.Head.Metadata.Annotations
		}
		objects = append(objects, o)
	}
	return map[string]any{"hooks": hooks, "objects": objects}
}

func reencode(record string, into any) any {
	if err := json.Unmarshal([]byte(record), into); err != nil {
		return map[string]any{"error": err.Error()}
	}
	b, err := json.Marshal(into)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"json": string(b)}
}

func text(err error) any {
	if err == nil {
		return ""
	}
	return err.Error()
}
