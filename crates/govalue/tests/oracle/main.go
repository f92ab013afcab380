// Answers what Go's fmt, strconv, encoding/json and time do: one JSON question a line in, one answer a line out.
// Texts travel in hexadecimal, since they need not be UTF-8.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
	"unicode"
)

type question struct {
	Op    string  `json:"op"`
	Text  string  `json:"text"`
	Extra string  `json:"extra"`
	Args  []value `json:"args"`
	Num   string  `json:"num"`
	Fmt   string  `json:"fmt"`
	Prec  int     `json:"prec"`
	Base  int     `json:"base"`
	Bits  int     `json:"bits"`
}

type value struct {
	Kind  string   `json:"k"`
	Bool  bool     `json:"b"`
	Num   string   `json:"n"`
	Num2  string   `json:"n2"`
	Hex   string   `json:"h"`
	Elems []value  `json:"e"`
	Keys  []string `json:"keys"`
	Any   []value  `json:"any"`
}

type answer struct {
	Out string `json:"out"`
	Err string `json:"err"`
}

func text(h string) string {
	b, err := hex.DecodeString(h)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func integer(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func unsigned(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func float(s string) float64 { return math.Float64frombits(unsigned(s)) }

func anys(vs []value) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v.any()
	}
	return out
}

func (v value) any() any {
	switch v.Kind {
	case "nil":
		return nil
	case "bool":
		return v.Bool
	case "int":
		return int(integer(v.Num))
	case "int8":
		return int8(integer(v.Num))
	case "int16":
		return int16(integer(v.Num))
	case "int32":
		return int32(integer(v.Num))
	case "int64":
		return integer(v.Num)
	case "uint":
		return uint(unsigned(v.Num))
	case "uint8":
		return uint8(unsigned(v.Num))
	case "uint16":
		return uint16(unsigned(v.Num))
	case "uint32":
		return uint32(unsigned(v.Num))
	case "uint64":
		return unsigned(v.Num)
	case "float64":
		return float(v.Num)
	case "complex128":
		return complex(float(v.Num), float(v.Num2))
	case "string":
		return text(v.Hex)
	case "bytes":
		return []byte(text(v.Hex))
	case "list":
		return anys(v.Elems)
	case "nillist":
		return []any(nil)
	case "strings":
		out := []string{}
		for _, e := range v.Elems {
			out = append(out, e.any().(string))
		}
		return out
	case "ints":
		out := []int{}
		for _, e := range v.Elems {
			out = append(out, e.any().(int))
		}
		return out
	case "map":
		out := map[string]any{}
		for i, e := range v.Elems {
			out[text(v.Keys[i])] = e.any()
		}
		return out
	case "mapint":
		out := map[int]any{}
		for i, e := range v.Elems {
			out[int(integer(v.Keys[i]))] = e.any()
		}
		return out
	case "mapany":
		out := map[any]any{}
		for i, e := range v.Elems {
			out[v.Any[i].any()] = e.any()
		}
		return out
	case "nilmap":
		return map[string]any(nil)
	case "duration":
		return time.Duration(integer(v.Num))
	case "month":
		return time.Month(integer(v.Num))
	case "weekday":
		return time.Weekday(integer(v.Num))
	case "time":
		t := time.Unix(integer(v.Num), integer(v.Num2)).UTC()
		if v.Hex != "" {
			loc, err := time.LoadLocation(text(v.Hex))
			if err != nil {
				panic(err)
			}
			t = t.In(loc)
		}
		return t
	}
	panic(v.Kind)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (q question) answer() (string, error) {
	t := text(q.Text)
	switch q.Op {
	case "sprintf":
		return fmt.Sprintf(t, anys(q.Args)...), nil
	case "sprint":
		return fmt.Sprint(anys(q.Args)...), nil
	case "sprintln":
		return fmt.Sprintln(anys(q.Args)...), nil
	case "quote":
		return strconv.Quote(t) + strconv.QuoteToASCII(t) + strconv.QuoteToGraphic(t), nil
	case "unquote":
		return strconv.Unquote(t)
	case "float":
		return strconv.FormatFloat(float(q.Num), q.Fmt[0], q.Prec, q.Bits), nil
	case "shortest":
		// Many numbers, sixteen digits each.
		var out []byte
		for ; len(q.Text) > 0; q.Text = q.Text[16:] {
			x := math.Float64frombits(must(strconv.ParseUint(q.Text[:16], 16, 64)))
			out = append(strconv.AppendFloat(out, x, 'e', -1, q.Bits), ' ')
		}
		return string(out), nil
	case "parseint":
		n, err := strconv.ParseInt(t, q.Base, q.Bits)
		return fmt.Sprint(n), err
	case "parseuint":
		n, err := strconv.ParseUint(t, q.Base, q.Bits)
		return fmt.Sprint(n), err
	case "atoi":
		n, err := strconv.Atoi(t)
		return fmt.Sprint(n), err
	case "parsebool":
		b, err := strconv.ParseBool(t)
		return fmt.Sprint(b), err
	case "parsefloat":
		x, err := strconv.ParseFloat(t, q.Bits)
		if math.IsNaN(x) {
			return "NaN", err
		}
		return fmt.Sprint(math.Float64bits(x)), err
	case "printable":
		out := make([]byte, 0, unicode.MaxRune+1)
		for r := rune(0); r <= unicode.MaxRune; r++ {
			switch {
			case strconv.IsPrint(r):
				out = append(out, 'p')
			case strconv.IsGraphic(r):
				out = append(out, 'g')
			default:
				out = append(out, '-')
			}
		}
		return string(out), nil
	case "encode":
		b, err := json.Marshal(q.Args[0].any())
		return string(b), err
	case "indent":
		b, err := json.MarshalIndent(q.Args[0].any(), "", "  ")
		return string(b), err
	case "decode":
		var v any
		err := json.Unmarshal([]byte(t), &v)
		return fmt.Sprintf("%#v", v), err
	case "decodemap":
		var v map[string]any
		err := json.Unmarshal([]byte(t), &v)
		return fmt.Sprintf("%#v", v), err
	case "decodelist":
		var v []any
		err := json.Unmarshal([]byte(t), &v)
		return fmt.Sprintf("%#v", v), err
	case "format":
		return q.Args[0].any().(time.Time).Format(t), nil
	case "parsetime":
		at, err := time.Parse(t, text(q.Extra))
		if err != nil {
			return "", err
		}
		return at.Format("2006-01-02T15:04:05.999999999Z07:00:00 MST"), nil
	case "parsein":
		loc, err := time.LoadLocation(q.Fmt)
		if err != nil {
			return "", err
		}
		at, err := time.ParseInLocation(t, text(q.Extra), loc)
		if err != nil {
			return "", err
		}
		return at.Format("2006-01-02T15:04:05.999999999Z07:00:00 MST"), nil
	case "parseduration":
		d, err := time.ParseDuration(t)
		return fmt.Sprint(int64(d)), err
	case "duration":
		d, u := time.Duration(integer(q.Num)), time.Duration(integer(q.Extra))
		return fmt.Sprintln(d, d.Round(u), d.Truncate(u), d.Hours(), d.Minutes(), d.Seconds(), d.Abs()), nil
	case "time":
		a, b := q.Args[0].any().(time.Time), q.Args[1].any().(time.Time)
		d := time.Duration(integer(q.Num))
		return fmt.Sprintln(a, a.Add(d), a.Sub(b), a.Round(d), a.Truncate(d), a.YearDay(), a.Weekday(), a.Unix(),
			a.AddDate(q.Base, q.Bits, q.Prec), a.Before(b)) + a.GoString(), nil
	}
	panic(q.Op)
}

func main() {
	time.Local = time.UTC
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			panic(err)
		}
		var a answer
		got, err := q.answer()
		a.Out = hex.EncodeToString([]byte(got))
		if err != nil {
			a.Err = hex.EncodeToString([]byte(err.Error()))
		}
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		out.Write(append(b, '\n'))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
