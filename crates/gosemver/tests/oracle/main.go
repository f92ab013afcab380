// Answers what Masterminds/semver does: one question a line, one answer a line.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/Masterminds/semver/v3"
)

type question struct {
	Ask         string
	Text, Other string
	Versions    []string
	Include     bool
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		_ = out.Encode(answer(q))
	}
}

func answer(q question) any {
	switch q.Ask {
	case "parse":
		return version(semver.NewVersion(q.Text))
	case "strict":
		return version(semver.StrictNewVersion(q.Text))
	case "compare":
		return semver.MustParse(q.Text).Compare(semver.MustParse(q.Other))
	case "prerelease":
		v, err := semver.MustParse(q.Text).SetPrerelease(q.Other)
		return version(&v, err)
	case "metadata":
		v, err := semver.MustParse(q.Text).SetMetadata(q.Other)
		return version(&v, err)
	default:
		return constraint(q)
	}
}

func version(v *semver.Version, err error) any {
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{
		"text":     v.String(),
		"original": v.Original(),
		"parts":    []any{v.Major(), v.Minor(), v.Patch(), v.Prerelease(), v.Metadata()},
		"patch":    next(v.IncPatch),
		"minor":    next(v.IncMinor),
		"major":    next(v.IncMajor),
	}
}

func next(inc func() semver.Version) (answer any) {
	defer func() {
		if r := recover(); r != nil {
			answer = r
		}
	}()
	v := inc()
	return []string{v.String(), v.Original()}
}

func constraint(q question) any {
	c, err := semver.NewConstraint(q.Text)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	c.IncludePrerelease = q.Include
	results := []any{}
	for _, text := range q.Versions {
		v := semver.MustParse(text)
		ok, errs := c.Validate(v)
		reasons := []string{}
		for _, err := range errs {
			reasons = append(reasons, err.Error())
		}
		results = append(results, []any{c.Check(v), ok, reasons})
	}
	return map[string]any{"text": c.String(), "results": results}
}
