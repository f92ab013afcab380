package main

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
)

// Values is a map type with methods, as Helm has them.
type Values map[string]any

// Table returns the map of that name.
func (v Values) Table(name string) (Values, error) {
	if t, ok := v[name].(map[string]any); ok {
		return t, nil
	}
	return nil, fmt.Errorf("%q is not a table", name)
}

// Size returns the number of entries.
func (v Values) Size() int { return len(v) }

// Foo is a host struct: fields of several types, methods of the value and of the pointer.
type Foo struct {
	Name   string
	Any    any
	Next   *Foo
	hidden int
}

func newFoo(fields [2]typed) *Foo {
	foo := &Foo{Name: toBytes(unmarshal[string](fields[0].V)), hidden: 1}
	if v := fields[1].value(); v.IsValid() {
		foo.Any = v.Interface()
	}
	return foo
}

// Add returns a Foo whose name is longer.
func (f *Foo) Add(s string) *Foo { return &Foo{Name: f.Name + s, Any: f.Any, Next: f, hidden: 1} }

// Repeat repeats the name.
func (f Foo) Repeat(n int) (string, error) {
	if n < 0 || n > 10 {
		return "", fmt.Errorf("cannot repeat %d times", n)
	}
	return strings.Repeat(f.Name, n), nil
}

// Get returns what Any holds.
func (f *Foo) Get() any { return f.Any }

// Join joins the texts by the name.
func (f *Foo) Join(parts ...string) string { return strings.Join(parts, f.Name) }

func functions(root *template.Template) template.FuncMap {
	return template.FuncMap{
		"add":    func(a, b int) int { return (a + b) % 20 }, // small, so that no loop runs long
		"add64":  func(a, b int64) int64 { return a + b },
		"small":  func(a int8, b uint16) string { return fmt.Sprint(a, b) },
		"half":   func(a float64) float64 { return a / 2 },
		"turn":   func(a complex128) complex128 { return a * 1i },
		"upper":  strings.ToUpper,
		"yes":    func(b bool) bool { return b },
		"join":   func(sep string, parts ...string) string { return strings.Join(parts, sep) },
		"list":   func(items ...any) []any { return items },
		"ident":  func(v any) any { return v },
		"none":   func() any { return nil },
		"count":  func(m map[string]any) int { return len(m) },
		"total":  func(l []any) int { return len(l) },
		"fail":   func(s string) (string, error) { return "", errors.New(s) },
		"typeOf": func(v any) string { return fmt.Sprintf("%T", v) },
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := root.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"tpl": func(text string, data any) (string, error) {
			set, err := root.Clone()
			if err != nil {
				return "", err
			}
			t, err := set.Funcs(functions(set)).New("tpl").Parse(text)
			if err != nil {
				return "", fmt.Errorf("cannot parse %q: %w", text, err)
			}
			var out strings.Builder
			err = t.Execute(&out, data)
			return out.String(), err
		},
	}
}
