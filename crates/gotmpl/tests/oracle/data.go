package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// typed is a value with its Go type's text: `{"T": "map[string]int", "V": {…}}`. Scalars are given as text.
type typed struct {
	T string
	V json.RawMessage
}

var any_ = reflect.TypeFor[any]()

var named = map[string]reflect.Type{
	"interface {}": any_, "bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](),
	"int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](),
	"uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](),
	"float64": reflect.TypeFor[float64](), "complex128": reflect.TypeFor[complex128](), "chan int": reflect.TypeFor[chan int](),
	"main.Values": reflect.TypeFor[Values](), "main.Foo": reflect.TypeFor[Foo](), "*main.Foo": reflect.TypeFor[*Foo](),
}

// typeOf reads a type's text: named types, slices, arrays and maps.
func typeOf(text string) reflect.Type {
	if t, ok := named[text]; ok {
		return t
	}
	if rest, ok := strings.CutPrefix(text, "[]"); ok {
		return reflect.SliceOf(typeOf(rest))
	}
	if rest, ok := strings.CutPrefix(text, "map["); ok {
		key, elem, _ := strings.Cut(rest, "]")
		return reflect.MapOf(typeOf(key), typeOf(elem))
	}
	if rest, ok := strings.CutPrefix(text, "["); ok {
		n, elem, _ := strings.Cut(rest, "]")
		size, err := strconv.Atoi(n)
		if err != nil {
			panic(err)
		}
		return reflect.ArrayOf(size, typeOf(elem))
	}
	panic("unknown type " + text)
}

func unmarshal[T any](raw json.RawMessage) (v T) {
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(fmt.Sprintf("%s: %v", raw, err))
	}
	return v
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// value makes the value; the zero Value for nil.
func (d typed) value() reflect.Value {
	switch d.T {
	case "", "nil":
		return reflect.Value{}
	case "func(string) string":
		return reflect.ValueOf(func(s string) string { return "<" + s + ">" })
	case "func(int, ...int) (int, error)":
		return reflect.ValueOf(func(n int, more ...int) (int, error) {
			for _, m := range more {
				n += m
			}
			if n > 100 {
				return 0, fmt.Errorf("%d is too much", n)
			}
			return n, nil
		})
	}
	if items, ok := stream(d); ok {
		return items
	}
	t := typeOf(d.T)
	v := reflect.New(t).Elem()
	if string(d.V) == "null" {
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(unmarshal[string](d.V) == "true")
	case reflect.String:
		v.SetString(toBytes(unmarshal[string](d.V)))
	case reflect.Float64:
		v.SetFloat(must(strconv.ParseFloat(unmarshal[string](d.V), 64)))
	case reflect.Complex128:
		v.SetComplex(must(strconv.ParseComplex(unmarshal[string](d.V), 128)))
	case reflect.Slice, reflect.Array:
		items := unmarshal[[]typed](d.V)
		if t.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(t, len(items), len(items)))
		}
		for i, item := range items {
			set(v.Index(i), item.value())
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		for _, entry := range unmarshal[[][2]typed](d.V) {
			elem := reflect.New(t.Elem()).Elem()
			set(elem, entry[1].value())
			v.SetMapIndex(entry[0].value(), elem)
		}
	case reflect.Struct:
		v.Set(reflect.ValueOf(*newFoo(unmarshal[[2]typed](d.V))))
	case reflect.Pointer:
		v.Set(reflect.ValueOf(newFoo(unmarshal[[2]typed](d.V))))
	default:
		if v.CanInt() {
			v.SetInt(must(strconv.ParseInt(unmarshal[string](d.V), 10, 64)))
		} else {
			v.SetUint(must(strconv.ParseUint(unmarshal[string](d.V), 10, 64)))
		}
	}
	return v
}

// stream makes a channel that gives the items and ends, or an iterator function.
func stream(d typed) (v reflect.Value, ok bool) {
	if string(d.V) == "null" {
		return v, false
	}
	var items []int
	switch d.T {
	case "chan int", "func(func(int) bool)", "func(func(string, int) bool)":
		for _, item := range unmarshal[[]typed](d.V) {
			items = append(items, int(item.value().Int()))
		}
	}
	switch d.T {
	case "chan int":
		c := make(chan int, len(items))
		for _, item := range items {
			c <- item
		}
		close(c)
		return reflect.ValueOf(c), true
	case "func(func(int) bool)":
		return reflect.ValueOf(slices.Values(items)).Convert(reflect.TypeFor[func(func(int) bool)]()), true
	case "func(func(string, int) bool)":
		return reflect.ValueOf(func(yield func(string, int) bool) {
			for _, item := range items {
				if !yield(fmt.Sprint("k", item), item) {
					return
				}
			}
		}), true
	}
	return v, false
}

func set(slot, v reflect.Value) {
	if v.IsValid() {
		slot.Set(v)
	}
}
