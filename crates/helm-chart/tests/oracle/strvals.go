package main

import (
	"errors"

	strvals3 "helm.sh/helm/v3/pkg/strvals"
	strvals4 "helm.sh/helm/v4/pkg/strvals"
)

// The "file" reader of the test: a name that begins with "no" is not there.
func read(name []rune) (any, error) {
	if len(name) > 1 && name[0] == 'n' && name[1] == 'o' {
		return nil, errors.New("open " + string(name) + ": no such file or directory")
	}
	return "<" + string(name) + ">", nil
}

func askStrvals(q *question, a answer) error {
	values := decode(q.Values)
	var err error
	switch {
	case q.Mode == "set" && q.Compat == 3:
		err = strvals3.ParseInto(q.Line, values)
	case q.Mode == "set":
		err = strvals4.ParseInto(q.Line, values)
	case q.Mode == "string" && q.Compat == 3:
		err = strvals3.ParseIntoString(q.Line, values)
	case q.Mode == "string":
		err = strvals4.ParseIntoString(q.Line, values)
	case q.Mode == "file" && q.Compat == 3:
		err = strvals3.ParseIntoFile(q.Line, values, read)
	case q.Mode == "file":
		err = strvals4.ParseIntoFile(q.Line, values, read)
	case q.Mode == "json" && q.Compat == 3:
		err = strvals3.ParseJSON(q.Line, values)
	case q.Mode == "json":
		err = strvals4.ParseJSON(q.Line, values)
	case q.Mode == "literal" && q.Compat == 3:
		err = strvals3.ParseLiteralInto(q.Line, values)
	default:
		err = strvals4.ParseLiteralInto(q.Line, values)
	}
	a["values"] = typed(values)
	return err
}
