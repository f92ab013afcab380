package main

import (
	"bytes"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// native is every kind a strategic merge patch can be made for: client-go's scheme and v1 CRDs.
var native = func() *runtime.Scheme {
	s := runtime.NewScheme()
	must(scheme.AddToScheme(s))
	must(apiextensionsv1.AddToScheme(s))
	return s
}()

// node is one struct type: its Go name and its JSON fields.
type node struct {
	name   string
	fields []edge
}

// edge is one JSON field: what it holds, and its patch tags.
type edge struct {
	name, shape, tags string
	target            reflect.Type
}

// schemaText writes the table of patch tags. One line a struct type, `id GoName field=shape…`, then one line a
// kind, `group/version/Kind id`.
func schemaText() string {
	nodes := map[reflect.Type]node{}
	roots := map[string]reflect.Type{}
	for gvk, t := range native.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal || !isObject(t) {
			continue
		}
		roots[gvk.Group+"/"+gvk.Version+"/"+gvk.Kind] = t
		visit(t, nodes)
	}
	ids := number(nodes)
	var out bytes.Buffer
	written := map[string]bool{}
	lines := make([]string, 0, len(nodes))
	for t, n := range nodes {
		if id := ids[t]; !written[id] {
			written[id] = true
			lines = append(lines, line(id, n, ids))
		}
	}
	sort.Slice(lines, func(i, j int) bool { return leading(lines[i]) < leading(lines[j]) })
	out.WriteString(strings.Join(lines, ""))
	out.WriteString("\n")
	names := make([]string, 0, len(roots))
	for name := range roots {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&out, "%s %s\n", name, ids[roots[name]])
	}
	return out.String()
}

func leading(line string) int {
	n, err := strconv.Atoi(line[:strings.IndexByte(line, ' ')])
	must(err)
	return n
}

// isObject tells kinds with metadata from lists, options and reviews' parts.
func isObject(t reflect.Type) bool {
	f, ok := t.FieldByName("ObjectMeta")
	return ok && f.Type == reflect.TypeOf(metav1.ObjectMeta{})
}

func line(id string, n node, ids map[reflect.Type]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", id, n.name)
	for _, f := range n.fields {
		fmt.Fprintf(&b, " %s=%s", f.name, f.shape)
		if f.target != nil {
			b.WriteString(ids[f.target])
		}
		b.WriteString(f.tags)
	}
	b.WriteString("\n")
	return b.String()
}

func visit(t reflect.Type, nodes map[reflect.Type]node) {
	if _, seen := nodes[t]; seen {
		return
	}
	nodes[t] = node{}
	n := node{name: t.Name()}
	collect(t, &n, map[string]bool{})
	sort.Slice(n.fields, func(i, j int) bool { return n.fields[i].name < n.fields[j].name })
	nodes[t] = n
	for _, f := range n.fields {
		if f.target != nil {
			visit(f.target, nodes)
		}
	}
}

// collect gathers the JSON fields of a struct, those of inlined structs too.
func collect(t reflect.Type, n *node, seen map[string]bool) {
	var inlined []reflect.Type
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		if name == "-" || (f.PkgPath != "" && !f.Anonymous) {
			continue
		}
		if f.Anonymous && name == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				inlined = append(inlined, inner)
				continue
			}
		}
		if name == "" {
			name = f.Name
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		shape, target := shapeOf(f.Type)
		n.fields = append(n.fields, edge{name, shape, tagsOf(f.Tag), target})
	}
	for _, inner := range inlined {
		collect(inner, n, seen)
	}
}

// shapeOf is what a field holds: a struct (its id follows), `[` a list of what follows, `m` a map, `.` a scalar.
func shapeOf(t reflect.Type) (string, reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return "", t
	case reflect.Map:
		return "m", nil
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return ".", nil
		}
		shape, target := shapeOf(t.Elem())
		return "[" + shape, target
	default:
		return ".", nil
	}
}

// tagsOf is `!strategies` and `:key` of the patch tags, where there are any.
func tagsOf(tag reflect.StructTag) string {
	out := ""
	if s := tag.Get("patchStrategy"); s != "" {
		out += "!" + s
	}
	if k := tag.Get("patchMergeKey"); k != "" {
		out += ":" + k
	}
	return out
}

// number gives every type an id; types that look alike share one.
func number(nodes map[reflect.Type]node) map[reflect.Type]string {
	types := make([]reflect.Type, 0, len(nodes))
	for t := range nodes {
		types = append(types, t)
	}
	sort.Slice(types, func(i, j int) bool {
		return types[i].PkgPath()+"."+types[i].Name() < types[j].PkgPath()+"."+types[j].Name()
	})
	// Start with one class a name and split until the lines of a class are equal.
	class := map[reflect.Type]string{}
	for _, t := range types {
		class[t] = t.Name()
	}
	for {
		byLine := map[string]int{}
		next := map[reflect.Type]string{}
		for _, t := range types {
			l := line(class[t], nodes[t], class)
			if _, ok := byLine[l]; !ok {
				byLine[l] = len(byLine)
			}
			next[t] = strconv.Itoa(byLine[l])
		}
		before := map[string]bool{}
		for _, c := range class {
			before[c] = true
		}
		class = next
		if len(byLine) == len(before) {
			return class
		}
	}
}
